#include "server/api/router.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "server/api/etag.h"
#include "server/api/streams.h"

namespace rampart::server::api {
namespace {

using net::http::Response;
using Values = std::multimap<std::string, std::string, std::less<>>;

bool is_variable(std::string_view segment) { return segment.starts_with('{'); }

// "application/json; charset=utf-8": "application/json".
std::string media_type(std::string_view field) {
  return base::lower(base::trim(field.substr(0, field.find(';'))));
}

const boost::json::value* body_schema(const Operation& operation, std::string_view type) {
  auto found = operation.bodies.find(type);
  // A file is whatever its sender takes it for.
  if (found == operation.bodies.end())
    found = operation.bodies.find(std::string_view("application/octet-stream"));
  return found == operation.bodies.end() ? nullptr : found->second;
}

// What a query says, into `values`; the first thing that is wrong with it.
std::vector<Fault> read_query(std::string_view query, const Operation& operation, Values& values) {
  const auto given = net::http::parse_query(query);
  if (!given) return {{"query", "it cannot be read"}};
  std::vector<Fault> faults;
  for (const auto& [name, value] : *given) {
    const auto where = "query." + base::excerpt(name, 80);
    const auto known = std::ranges::find_if(operation.parameters, [&name = name](const Parameter& one) {
      return one.in == Parameter::In::query && one.name == name;
    });
    if (known == operation.parameters.end()) {
      faults.push_back({where, "there is no such parameter"});
    } else if (!known->several && values.find(name) != values.end()) {
      faults.push_back({where, "it is given several times"});
    } else {
      values.emplace(name, value);
    }
    if (faults.size() >= kMaxFaults) break;
  }
  return faults;
}

std::vector<Fault> check_values(const Operation& operation, const Schemas& schemas, Values& values) {
  std::vector<Fault> faults;
  for (const auto& parameter : operation.parameters) {
    const auto where = fmt::format("{}.{}",
                                   parameter.in == Parameter::In::path     ? "path"
                                   : parameter.in == Parameter::In::header ? "header"
                                                                           : "query",
                                   parameter.name);
    const auto [begin, end] = values.equal_range(parameter.name);
    if (begin == end) {
      if (parameter.required) faults.push_back({where, "it is missing"});
      if (parameter.standard) values.emplace(parameter.name, *parameter.standard);
      continue;
    }
    constexpr std::size_t kMostGiven = 200;  // of one parameter; our own
    if (std::distance(begin, end) > static_cast<std::ptrdiff_t>(kMostGiven))
      faults.push_back({where, "it is given too often"});
    for (auto at = begin; at != end && faults.size() < kMaxFaults; ++at)
      std::ranges::move(schemas.check_text(at->second, *parameter.schema, where), std::back_inserter(faults));
  }
  return faults;
}

Response response_of(const Operation& operation, const net::http::Head& head, Reply reply) {
  Response out{.status = reply.status,
               .type = std::move(reply.type),
               .body = std::move(reply.body),
               .fields = std::move(reply.fields),
               .cookies = std::move(reply.cookies)};
  auto etag = std::move(reply.etag);
  if (etag.empty() && operation.takes_if_none_match && out.status == 200) etag = etag_of(out.body);
  if (etag.empty()) return out;
  out.fields.emplace_back("ETag", fmt::format("\"{}\"", etag));
  out.fields.emplace_back("Cache-Control", "private, no-cache");
  const auto field = head.find("If-None-Match");
  if (!operation.is_unsafe() && field && names_etag(*field, etag)) {
    out.status = 304;
    out.type.clear();
    out.body.clear();
  }
  return out;
}

net::http::Handler::Plan refusal(Response response) {
  return {.refusal = std::move(response), .body = 0, .answer = {}};
}

}  // namespace

struct Router::Route {
  const Operation* operation = nullptr;
  const api::Handler* handler = nullptr;  // nullptr: a stream
  std::vector<std::string> segments = {};
};

// A request on its way; shared by the loop, a thread of the pool and whoever answers.
struct Router::Work {
  const Route* route = nullptr;
  net::http::Head head;
  Values values;
  std::string body = {};
  std::optional<base::Spool> upload = {};
  std::optional<Passed> passed = {};  // by the gate, where that came before the body

  [[nodiscard]] const Operation& operation() const { return *route->operation; }
  [[nodiscard]] std::string instance() const { return base::excerpt(head.path, 300); }
};

Router::Router(RouterParts parts) : parts_(std::move(parts)) {}
Router::~Router() { parts_.pool->drain(); }  // its tasks refer to it

base::Result<std::unique_ptr<Router>> Router::make(RouterParts parts) {
  auto router = std::unique_ptr<Router>(new Router(std::move(parts)));
  for (const auto& operation : router->parts_.description->operations()) {
    const auto* handler = router->parts_.handlers.find(operation.id);
    if (handler == nullptr && !operation.streams)
      return base::fail(base::ErrorKind::internal, "the API's operation has no handler", operation.id);
    Route route{.operation = &operation, .handler = handler};
    for (const auto segment : base::split(std::string_view(operation.path).substr(1), '/'))
      route.segments.emplace_back(segment);
    router->routes_.push_back(std::move(route));
  }
  for (const auto& [name, handler] : router->parts_.handlers.all())
    if (router->parts_.description->find(name) == nullptr)
      return base::fail(base::ErrorKind::internal, "a handler is of no operation of the API", name);
  // Literals before variables: /mail/trace is not /mail/{id}.
  std::ranges::sort(router->routes_, [](const Route& a, const Route& b) {
    const auto order = std::lexicographical_compare_three_way(
        a.segments.begin(), a.segments.end(), b.segments.begin(), b.segments.end(),
        [](const std::string& one, const std::string& other) {
          return is_variable(one) <=> is_variable(other);
        });
    return order != 0 ? order < 0 : a.operation->id < b.operation->id;
  });
  return router;
}

bool Router::is_ours(std::string_view path) {
  return path.starts_with(kApiRoot) && (path.size() == kApiRoot.size() || path[kApiRoot.size()] == '/');
}

Router::Match Router::match(const net::http::Head& head) const {
  Match out;
  if (head.path.size() <= kApiRoot.size()) return out;
  const auto given = base::split(std::string_view(head.path).substr(kApiRoot.size() + 1), '/');
  const std::vector<std::string>* found = nullptr;  // the first path that fits is the path
  for (const auto& route : routes_) {
    const auto fits = [&] {
      if (route.segments.size() != given.size()) return false;
      for (std::size_t i = 0; i < given.size(); ++i)
        if (given[i].empty() || (!is_variable(route.segments[i]) && route.segments[i] != given[i]))
          return false;
      return true;
    };
    if (found != nullptr ? route.segments != *found : !fits()) continue;
    found = &route.segments;
    const auto& method = route.operation->method;
    out.allowed.push_back(method);
    if (method == "GET") out.allowed.emplace_back("HEAD");
    if (method != head.method && !(head.method == "HEAD" && method == "GET")) continue;
    out.route = &route;
    for (std::size_t i = 0; i < given.size(); ++i)
      if (is_variable(route.segments[i]))
        out.values.emplace(route.segments[i].substr(1, route.segments[i].size() - 2), given[i]);
    return out;
  }
  return out;
}

std::optional<Problem> Router::refuse(const net::http::Head& head, const Operation& operation) const {
  const auto length = head.length.value_or(0);
  if (operation.needs != Needs::nothing && !head.find("Authorization") && !head.cookie(kCookie))
    return sign_in_required("nobody is signed in");
  if (operation.bodies.empty()) {
    if (length != 0) return malformed("no body is expected");
    return std::nullopt;
  }
  if (length == 0) {
    if (operation.body_required) return malformed("a body is expected", "body");
    return std::nullopt;
  }
  if (length > operation.body_limit)
    return Problem("too-large", 413, fmt::format("at most {} octets", operation.body_limit), "body");
  if (head.find("Content-Encoding"))
    return Problem("unsupported-media-type", 415, "Content-Encoding is not understood");
  if (body_schema(operation, media_type(head.find("Content-Type").value_or(std::string_view()))) == nullptr) {
    std::string expected;
    for (const auto& [type, schema] : operation.bodies) expected += (expected.empty() ? "" : " or ") + type;
    return Problem("unsupported-media-type", 415, expected + " is expected");
  }
  return std::nullopt;
}

net::http::Handler::Plan Router::plan(const net::http::Head& head) {
  const auto instance = base::excerpt(head.path, 300);
  auto found = match(head);
  if (found.route == nullptr && found.allowed.empty())
    return refusal(problem_response(not_found("the API has no such path"), instance));
  if (found.route == nullptr) {
    Problem problem("method-not-allowed", 405,
                    fmt::format("{} is not for this path", base::excerpt(head.method, 40)));
    problem.allow = std::move(found.allowed);
    return refusal(problem_response(problem, instance));
  }
  if (auto problem = refuse(head, *found.route->operation))
    return refusal(problem_response(*problem, instance));
  for (const auto& parameter : found.route->operation->parameters)
    if (parameter.in == Parameter::In::header)
      if (const auto field = head.find(parameter.name)) found.values.emplace(parameter.name, *field);
  return plan_known(head, std::move(found));
}

// What the pool refuses, since too much waits for it.
Response Router::too_busy(const Work& work) {
  auto problem = unavailable("too many requests at once");
  problem.retry_after = std::chrono::seconds(1);
  return problem_response(problem, work.instance());
}

net::http::Handler::Plan Router::plan_known(const net::http::Head& head, Match found) {
  auto work =
      std::make_shared<Work>(Work{.route = found.route, .head = head, .values = std::move(found.values)});
  const auto& operation = work->operation();
  if (operation.streams) return plan_stream(std::move(work));
  if (head.length.value_or(0) > kBodyLimit) return plan_large(std::move(work));
  return plan_answer(std::move(work));
}

net::http::Handler::Plan Router::plan_answer(std::shared_ptr<Work> work) {
  const auto limit = work->operation().bodies.empty() ? 0 : work->operation().body_limit;
  return {
      .refusal = std::nullopt, .body = limit, .answer = [this, work](std::string body, net::http::Done done) {
        work->body = std::move(body);
        run(work, std::move(done));
      }};
}

void Router::run(const std::shared_ptr<Work>& work, net::http::Done done) {
  const bool taken = parts_.pool->post([this, work, done](Bench& bench) { done(answer(*work, bench)); });
  if (!taken) done(too_busy(*work));
}

// Who it is comes before his body.
net::http::Handler::Plan Router::plan_large(std::shared_ptr<Work> work) {
  Plan plan;
  plan.later = [this, work](std::function<void(std::function<Plan()>)> decide) {
    const bool taken = parts_.pool->post([this, work, decide](Bench& bench) {
      auto problem = pass(*work, bench);
      if (problem) {
        decide([response = problem_response(*problem, work->instance())] { return refusal(response); });
        return;
      }
      decide([this, work] {
        if (work->operation().body_limit < kSpooledFrom) return plan_answer(work);
        Plan spooled;
        spooled.body = work->operation().body_limit;
        spooled.spooled = SpooledBody{.folder = parts_.upload_folder, .answer = {}};
        spooled.spooled->answer = [this, work](base::Spool body, net::http::Done done) {
          work->upload.emplace(std::move(body));
          run(work, std::move(done));
        };
        return spooled;
      });
    });
    if (!taken) decide([response = too_busy(*work)] { return refusal(response); });
  };
  return plan;
}

net::http::Handler::Plan Router::plan_stream(std::shared_ptr<Work> work) {
  if (parts_.streams == nullptr)
    return refusal(problem_response(unavailable("nobody tells events here"), work->instance()));
  Plan plan;
  plan.later = [this, work](std::function<void(std::function<Plan()>)> decide) {
    const bool taken = parts_.pool->post([this, work, decide](Bench& bench) {
      auto problem = pass(*work, bench);
      auto begin = problem ? nullptr : std::make_shared<Streams::Begin>(begin_stream(*work, bench));
      decide([this, work, problem = std::move(problem), begin = std::move(begin)] {
        if (problem) return refusal(problem_response(*problem, work->instance()));
        auto opened = parts_.streams->open(std::move(*begin));
        if (!opened) return refusal(problem_response(opened.error(), work->instance()));
        Plan streamed;
        streamed.stream = *std::move(opened);
        return streamed;
      });
    });
    if (!taken) decide([response = too_busy(*work)] { return refusal(response); });
  };
  return plan;
}

Streams::Begin Router::begin_stream(const Work& work, Bench& bench) const {
  const auto text = [&](std::string_view name) {
    const auto found = work.values.find(name);
    return found == work.values.end() ? std::string() : found->second;
  };
  Streams::Begin out{
      .who = *work.passed->who,
      .filter = {.answered = text("action"), .to = base::lower(text("to")), .cause = text("cause")},
      .last_id = text("Last-Event-ID")};
  const auto [first, last] = work.values.equal_range("topic");
  for (auto at = first; at != last; ++at)
    if (const auto topic = parse_topic(at->second)) out.filter.topics.push_back(*topic);
  const auto back = base::parse_number(text("back")).value_or(0);
  const bool lost_place = !out.last_id.empty() && !parts_.streams->knows(out.last_id);
  if (!parts_.backlog || (back == 0 && !lost_place)) {
    if (lost_place) out.lost = std::nullopt;
    return out;
  }
  auto found = parts_.backlog(bench, {.who = out.who,
                                      .behind = lost_place ? out.last_id : std::string(),
                                      .from = parts_.clock() - std::chrono::seconds(back)});
  if (!found) {
    parts_.log(found.error().message());
    out.lost = std::nullopt;
    return out;
  }
  out.lost = found->left_out;
  for (auto& event : found->events)
    if (may_see(out.who, event.audience) && passes(out.filter, event)) out.before.push_back(std::move(event));
  return out;
}

// Who asks, and whether what the address says is right.
std::optional<Problem> Router::pass(Work& work, Bench& bench) {
  try {
    auto passed = gate_check(work.operation(), work.head, bench, parts_.gate, parts_.clock());
    if (!passed) {
      if (passed.error().status == 500) log_fault(work, passed.error());
      return std::move(passed.error());
    }
    work.passed = *std::move(passed);
    auto faults = read_query(work.head.query, work.operation(), work.values);
    std::ranges::move(check_values(work.operation(), parts_.description->schemas(), work.values),
                      std::back_inserter(faults));
    if (!faults.empty()) {
      // A path's parameter that no thing can have is a thing that is not there.
      if (faults.front().where.starts_with("path.")) return not_found("there is nothing of that name");
      return invalid(std::move(faults));
    }
  } catch (const std::exception& fault) {
    parts_.log(fmt::format("{}: {}", work.operation().id, fault.what()));
    return Problem("fault", 500, fault.what());
  }
  return std::nullopt;
}

void Router::log_fault(const Work& work, const Problem& problem) const {
  parts_.log(fmt::format("{}: {}{}{}", work.operation().id, problem.where, problem.where.empty() ? "" : ": ",
                         problem.detail));
}

net::http::Response Router::answer(Work& work, Bench& bench) {
  if (!work.passed)
    if (auto problem = pass(work, bench)) return problem_response(*problem, work.instance());
  const auto& operation = work.operation();
  const auto now = parts_.clock();
  Call::Parts made{.operation = &operation,
                   .head = &work.head,
                   .bench = &bench,
                   .now = now,
                   .values = work.values,
                   .who = work.passed->who,
                   .session = work.passed->session,
                   .cookie = work.passed->cookie,
                   .client = work.passed->client};
  if (auto problem = take_body(work, made)) return problem_response(*problem, work.instance());
  Call call(std::move(made));
  for (const auto& parameter : operation.parameters)
    if (parameter.in == Parameter::In::path && call.told.object.empty())
      call.told.object = call.text(parameter.name);
  Answer answer = std::unexpected(Problem("fault", 500, "nothing was answered"));
  try {
    answer = (*work.route->handler)(call);
  } catch (const std::exception& fault) {
    answer = std::unexpected(Problem("fault", 500, fault.what()));
  }
  const auto came = answer ? Came::done : answer.error().status < 500 ? Came::refused : Came::failed;
  if (auto logged = gate_log(operation, *work.passed, call.told, came, bench, now); !logged)
    parts_.log(fmt::format("{}: the audit log: {}", operation.id, logged.error().message()));
  if (answer) return response_of(operation, work.head, *std::move(answer));
  if (answer.error().status == 500) log_fault(work, answer.error());
  return problem_response(answer.error(), work.instance());
}

std::optional<Problem> Router::take_body(Work& work, Call::Parts& made) const {
  if (work.upload) {
    made.upload = std::move(work.upload);
    return std::nullopt;
  }
  const auto& operation = work.operation();
  if (operation.bodies.empty() || work.body.empty()) {
    // What may be large is a spool for its handler, however small it is.
    if (operation.body_limit >= kSpooledFrom) made.upload.emplace(work.body.size() + 1, parts_.upload_folder);
    return std::nullopt;
  }
  const auto type = media_type(work.head.find("Content-Type").value_or(std::string_view()));
  if (type != "application/json" || !operation.bodies.contains(type)) {
    if (operation.body_limit < kSpooledFrom) {
      made.raw = std::move(work.body);
      return std::nullopt;
    }
    made.upload.emplace(work.body.size() + 1, parts_.upload_folder);
    if (auto kept = made.upload->append(work.body); !kept) return Problem(kept.error());
    return std::nullopt;
  }
  auto value =
      base::parse_json(work.body, "body", {.max_bytes = operation.body_limit, .max_depth = kMaxSchemaDepth});
  if (!value) return malformed(value.error().what, value.error().where);
  auto faults = parts_.description->schemas().check(*value, *operation.bodies.at(type), "body");
  if (!faults.empty()) return invalid(std::move(faults));
  made.body = *std::move(value);
  return std::nullopt;
}

}  // namespace rampart::server::api
