#include "server/guard/guard_desk.h"

#include <algorithm>

#include <boost/asio/post.hpp>
#include <fmt/ranges.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/hmac.h"
#include "server/guard/api_token.h"
#include "server/setup/live_options.h"

namespace rampart::server {

using base::ErrorKind;
using base::Result;
using net::http::error_response;
using net::http::Head;
using net::http::Response;

namespace {

constexpr std::chrono::seconds kGrace{5};   // for what is under way in the end
constexpr std::uint64_t kMostForm = 1'024;  // octets of what a page's button sends, which is nothing

net::http::Handler::Plan refuse(Response response, std::string name = {}, std::string value = {}) {
  if (!name.empty()) response.fields.emplace_back(std::move(name), std::move(value));
  return {.refusal = std::move(response), .body = 0, .answer = {}};
}

net::http::Handler::Plan say(std::function<Response()> make) {
  return {.refusal = {}, .body = 0, .answer = [make = std::move(make)](const std::string&, const auto& done) {
            done(make());
          }};
}

// What an option of the command line is called here: "--mail-from" is mail_from.
std::string parameter_of(std::string_view option) {
  if (!option.starts_with("--")) return std::string(option);
  std::string out(option.substr(2));
  std::ranges::replace(out, '-', '_');
  return out;
}

Result<ScanRequest> read_request(const std::string& query) {
  const auto wrong = [](std::string what, const std::string& where = {}) {
    return base::fail(ErrorKind::usage, std::move(what), base::excerpt(where, 80));
  };
  const auto parameters = net::http::parse_query(query);
  if (!parameters) return wrong("the query cannot be decoded");
  ScanRequest out;
  bool helo = false;
  for (const auto& [name, value] : *parameters) {
    const auto once = [&](bool seen) { return seen ? wrong("is said twice", name) : Result<>(); };
    if (name == "ip") {
      TRY(once(out.envelope.ip.has_value()));
      out.envelope.ip = value;
    } else if (name == "helo") {
      TRY(once(std::exchange(helo, true)));
      out.envelope.helo = value;
    } else if (name == "mail_from") {
      TRY(once(out.envelope.mail_from.has_value()));
      out.envelope.mail_from = value;
    } else if (name == "rcpt") {
      if (out.recipients.size() == kMostRecipients) return wrong("is said too often", name);
      out.recipients.push_back(value);
    } else if (name == "auth") {
      if (value != "0" && value != "1") return wrong("is 0 or 1", name);
      out.authenticated = value == "1";
    } else if (name == "user") {
      TRY(once(!out.user.empty()));
      out.user = value;
    } else {
      return wrong("is no parameter: ip, helo, mail_from, rcpt, auth, user", name);
    }
  }
  return out;
}

}  // namespace

GuardDesk::GuardDesk(const base::Config& config, net::LiveOptions live, facts::DriveOptions drive,
                     crypto::Secret token, Parts parts)
    : provider_(io_, std::move(live)),
      ring_(config),
      token_(std::move(token)),
      parts_(std::move(parts)),
      means_{.io = io_,
             .rules = parts_.rules,
             .correspondents = parts_.correspondents,
             .inspector = parts_.inspector,
             .provider = provider_,
             .drive = drive,
             .ring = ring_,
             .source = {},
             .authserv_id = parts_.authserv_id},
      server_(io_, {}, *this) {
  if (!parts_.clamd) return;
  clamd_.emplace(io_, *parts_.clamd, guard::ClamdOptions());
  means_.clamd = &*clamd_;
}

GuardDesk::~GuardDesk() {
  stop();
  parts_.digests.reset();  // its answers are posted to the loop, which must be there
}

Result<std::unique_ptr<GuardDesk>> GuardDesk::open(const base::Config& config, const std::string& place,
                                                   const std::string& token_file, Parts parts) {
  auto live = TRY(live_options(config));
  std::vector<std::string> resolvers;
  resolvers.reserve(live.resolvers.size());
  for (const auto& endpoint : live.resolvers) resolvers.push_back(endpoint.text());
  auto token =
      TRY(read_api_token(token_file));  // not within the new-expression: what returns from there leaks
  std::unique_ptr<GuardDesk> out(
      new GuardDesk(config, std::move(live), drive_options(config), std::move(token), std::move(parts)));
  out->means_.source = {fmt::format("resolvers: {}", fmt::join(resolvers, ", "))};
  if (out->parts_.feed != nullptr)
    out->events_ = TRY(EventDesk::open(out->io_, *out->parts_.feed, out->parts_.store));
  const bool any_port = place.ends_with(":0");  // of tests
  auto endpoint =
      base::parse_endpoint(any_port ? std::string_view(place).substr(0, place.size() - 2) : place, 0);
  if (!endpoint || (endpoint->port == 0 && !any_port))
    return base::fail(ErrorKind::config,
                      fmt::format("\"{}\" is no address with a port", base::excerpt(place, 80)),
                      "guard.http_listen", "such as 127.0.0.1:8892");
  const auto port = out->server_.listen(*endpoint);
  if (!port) {
    auto error = port.error();
    error.where = fmt::format("guard.http_listen: {}", error.where);
    return std::unexpected(std::move(error));
  }
  endpoint->port = *port;
  out->place_ = "http://" + endpoint->text();
  return out;
}

void GuardDesk::start() {
  thread_ = std::thread([this] {
    for (;;) {
      try {
        io_.run();
        return;
      } catch (const std::exception& error) {
        parts_.log(fmt::format("a fault of rampart's own: {}", error.what()));
      }
    }
  });
}

void GuardDesk::stop() {
  if (!thread_.joinable()) return;
  boost::asio::post(io_, [this] {
    stopping_ = true;
    const auto timer = std::make_shared<boost::asio::steady_timer>(io_, kGrace);
    timer->async_wait([this, timer](const auto&) { io_.stop(); });
    server_.stop([this] { io_.stop(); });
    // Whoever has something scanned can ask again, and is told so at once; a release that somebody's button began is finished and said.
    for (const auto& done : std::exchange(asked_, {})) done(error_response(503, "the guard is stopped"));
  });
  thread_.join();
}

void GuardDesk::set_digests(DigestDesk::Look look) {
  boost::asio::post(io_, [this, look] {
    if (parts_.digests) parts_.digests->set_look(look);
  });
}

net::http::Handler::Plan GuardDesk::plan(const Head& head) {
  if (head.path == "/metrics") {
    if (head.method != "GET" && head.method != "HEAD")
      return refuse(error_response(405, "only GET is answered here"), "Allow", "GET, HEAD");
    return say([this] { return Response{.type = "text/plain; version=0.0.4", .body = parts_.metrics()}; });
  }
  if (head.path == "/api/v1/scan") return plan_scan(head);
  if (head.path == "/api/v1/events") return plan_events(head);
  if (head.path == guard::kLinkPath && parts_.digests && parts_.digests->answers()) return plan_link(head);
  return refuse(error_response(404, "there is nothing here", base::excerpt(head.path, 80)));
}

net::http::Handler::Plan GuardDesk::plan_link(const Head& head) {
  const bool post = head.method == "POST";
  if (!post && head.method != "GET" && head.method != "HEAD")
    return refuse(error_response(405, "only GET and POST are answered here"), "Allow", "GET, HEAD, POST");
  return {.refusal = {},
          .body = post ? kMostForm : 0,
          .answer = [this, question = DigestDesk::Question{.post = post, .query = head.query}](
                        const std::string&, const std::function<void(Response)>& done) {
            parts_.digests->ask(question, [this, done](Response response) {
              boost::asio::post(
                  io_, [done, response = std::move(response)]() mutable { done(std::move(response)); });
            });
          }};
}

std::optional<net::http::Handler::Plan> GuardDesk::refuse_stranger(const Head& head) const {
  if (token_.empty()) return refuse(error_response(403, "no token is set", "guard.api_token_file"));
  constexpr std::string_view kScheme = "Bearer ";
  const auto given = head.find("Authorization").value_or(std::string_view());
  // Hashes are of one length, so that not even that of the token shows.
  if (base::istarts_with(given, kScheme) &&
      crypto::same_secret(crypto::sha256(base::trim(given.substr(kScheme.size()))), crypto::sha256(token_)))
    return std::nullopt;
  return refuse(error_response(401, "this needs a token: Authorization: Bearer TOKEN"), "WWW-Authenticate",
                "Bearer");
}

net::http::Handler::Plan GuardDesk::plan_events(const Head& head) {
  if (head.method != "GET") return refuse(error_response(405, "only GET is answered here"), "Allow", "GET");
  if (auto refusal = refuse_stranger(head)) return *std::move(refusal);
  if (!events_) return refuse(error_response(404, "there is nothing here", base::excerpt(head.path, 80)));
  return events_->plan(head);
}

net::http::Handler::Plan GuardDesk::plan_scan(const Head& head) {
  if (head.method != "POST")
    return refuse(error_response(405, "only POST is answered here"), "Allow", "POST");
  if (auto refusal = refuse_stranger(head)) return *std::move(refusal);
  if (scans_ >= kMostScans)
    return refuse(error_response(503, "enough messages are looked at now"), "Retry-After", "1");
  // Given back when the client is gone, or has its answer.
  ++scans_;
  const std::shared_ptr<void> place(nullptr,
                                    [this](void*) { --scans_; });  // shared by the plan and the drive
  return {.refusal = {},
          .body = kMaxMail,
          .answer = [this, query = head.query, place](std::string body,
                                                      const std::function<void(Response)>& done) {
            if (stopping_) return done(error_response(503, "the guard is stopped"));
            const auto asked = asked_.insert(asked_.end(), done);
            scan(query, std::move(body), [this, place, asked](Response response) {
              if (stopping_) return;  // it was answered
              const auto answer = std::move(*asked);
              asked_.erase(asked);
              answer(std::move(response));
            });
          }};
}

void GuardDesk::scan(const std::string& query, std::string body, const std::function<void(Response)>& done) {
  const auto fail = [done](const base::Error& why) {
    done(error_response(400, why.what, parameter_of(why.where)));
  };
  const auto request = read_request(query);
  if (!request) return fail(request.error());
  scan_message(means_, *request, std::move(body), [done, fail](const Result<std::string>& verdict) {
    if (!verdict) return fail(verdict.error());
    done({.body = *verdict});
  });
}

}  // namespace rampart::server
