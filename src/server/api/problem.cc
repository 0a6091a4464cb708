#include "server/api/problem.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/json.h"

namespace rampart::server::api {
namespace {

struct Kind {
  std::string_view name;
  std::string_view title;
};
constexpr std::array kKinds{
    Kind{"malformed", "The request cannot be read"},
    Kind{"sign-in-required", "Sign in"},
    Kind{"wrong", "Not accepted"},
    Kind{"not-allowed", "Not allowed"},
    Kind{"step-up-required", "Prove a second factor"},
    Kind{"enrolment-required", "Set up a second factor"},
    Kind{"csrf", "Not from the console"},
    Kind{"not-found", "Not found"},
    Kind{"method-not-allowed", "Method not allowed"},
    Kind{"conflict", "Not as things stand"},
    Kind{"changed-meanwhile", "Changed meanwhile"},
    Kind{"too-large", "Too large"},
    Kind{"unsupported-media-type", "Another type is expected"},
    Kind{"invalid", "Something in it is wrong"},
    Kind{"if-match-required", "If-Match is needed"},
    Kind{"too-many", "Too often"},
    Kind{"fault", "A fault of rampart's own"},
    Kind{"not-set-up", "Not set up"},
    Kind{"unavailable", "Not available now"},
};

std::pair<std::string_view, unsigned> kind_of(base::ErrorKind kind) {
  switch (kind) {
    case base::ErrorKind::usage:
    case base::ErrorKind::input:
      return {"invalid", 422};
    case base::ErrorKind::config:
      return {"not-set-up", 501};
    case base::ErrorKind::unavailable:
      return {"unavailable", 503};
    case base::ErrorKind::io:
    case base::ErrorKind::internal:
      break;
  }
  return {"fault", 500};
}

std::pair<std::string_view, unsigned> kind_of(accounts::Why why) {
  using accounts::Why;
  switch (why) {
    case Why::wrong:
      return {"wrong", 401};
    case Why::limited:
      return {"too-many", 429};
    case Why::busy:
      return {"unavailable", 503};
    case Why::ended:
      return {"sign-in-required", 401};
    case Why::elsewhere:
    case Why::conflict:
      return {"conflict", 409};
    case Why::not_allowed:
      return {"not-allowed", 403};
    case Why::step_up:
      return {"step-up-required", 403};
    case Why::missing:
      return {"not-found", 404};
    case Why::changed:
      return {"changed-meanwhile", 412};
    case Why::invalid:
      break;
  }
  return {"invalid", 422};
}

}  // namespace

Problem::Problem(std::string type_, unsigned status_, std::string detail_, std::string where_,
                 std::string hint_)
    : type(std::move(type_)),
      status(status_),
      detail(std::move(detail_)),
      where(std::move(where_)),
      hint(std::move(hint_)) {}

Problem::Problem(const base::Error& error) {
  const auto [name, code] = kind_of(error.kind);
  type = name;
  status = code;
  detail = error.what;
  where = error.where;
  hint = error.hint;
}

Problem::Problem(const accounts::Refused& refused) {
  const auto [name, code] = kind_of(refused.why);
  type = name;
  status = code;
  detail = refused.text;
  if (!refused.where.empty()) where = "body." + refused.where;
  hint = refused.hint;
  if (refused.retry_after.count() != 0) retry_after = refused.retry_after;
}

Problem sign_in_required(std::string detail) {
  return {"sign-in-required", 401, std::move(detail), {}, "POST /api/v1/session"};
}
Problem not_allowed(std::string detail) { return {"not-allowed", 403, std::move(detail)}; }
Problem step_up_required(std::string detail) {
  return {
      "step-up-required", 403, std::move(detail), {}, "POST /api/v1/session/step-up/totp, or with a passkey"};
}
Problem not_found(std::string detail) { return {"not-found", 404, std::move(detail)}; }
Problem conflict(std::string detail, std::string where, std::string hint) {
  return {"conflict", 409, std::move(detail), std::move(where), std::move(hint)};
}
Problem changed_meanwhile(std::string detail) {
  return {"changed-meanwhile", 412, std::move(detail), {}, "read it again, and send its ETag as If-Match"};
}
Problem if_match_required() {
  return {
      "if-match-required", 428, "say with If-Match what the change is based on", {}, "send the ETag of GET"};
}
Problem malformed(std::string detail, std::string where) {
  return {"malformed", 400, std::move(detail), std::move(where)};
}
Problem invalid(std::string where, std::string detail, std::string hint) {
  Problem out("invalid", 422, std::move(detail), std::move(where), std::move(hint));
  out.faults.push_back({out.where, out.detail});
  return out;
}
Problem invalid(std::vector<Fault> faults) {
  Problem out("invalid", 422, faults.front().detail, faults.front().where);
  out.faults = std::move(faults);
  return out;
}
Problem too_many(std::string detail, std::chrono::seconds retry_after) {
  Problem out("too-many", 429, std::move(detail));
  out.retry_after = retry_after;
  return out;
}
Problem unavailable(std::string detail, std::string where, std::string hint) {
  return {"unavailable", 503, std::move(detail), std::move(where), std::move(hint)};
}
Problem not_set_up(std::string detail, std::string hint) {
  return {"not-set-up", 501, std::move(detail), {}, std::move(hint)};
}

std::string_view title_of(std::string_view type) {
  const auto* const found = std::ranges::find(kKinds, type, &Kind::name);
  return found == kKinds.end() ? std::string_view("Something is wrong") : found->title;
}

std::string problem_json(const Problem& problem, std::string_view instance) {
  std::string out;
  base::JsonWriter json(out);
  // What went wrong inside says paths and queries: that is for the log.
  const bool ours = problem.status == 500;
  json.begin_object()
      .member("type", "/problems/" + problem.type)
      .member("title", title_of(problem.type))
      .member("status", problem.status)
      .member("detail", ours ? std::string("a fault of rampart's own; its log says more") : problem.detail)
      .member("instance", instance);
  if (!ours && !problem.where.empty()) json.member("where", problem.where);
  if (!ours && !problem.hint.empty()) json.member("hint", problem.hint);
  if (!problem.faults.empty()) {
    json.key("problems").begin_array();
    for (std::size_t i = 0; i < std::min(problem.faults.size(), kMaxFaults); ++i)
      json.begin_object()
          .member("where", problem.faults[i].where)
          .member("detail", problem.faults[i].detail)
          .end_object();
    json.end_array();
  }
  json.end_object();
  return out;
}

net::http::Response problem_response(const Problem& problem, std::string_view instance) {
  net::http::Response out{
      .status = problem.status, .type = "application/problem+json", .body = problem_json(problem, instance)};
  if (problem.retry_after)
    out.fields.emplace_back("Retry-After", fmt::format("{}", problem.retry_after->count()));
  if (problem.status == 405) {
    std::string allow;
    for (const auto& method : problem.allow) allow += (allow.empty() ? "" : ", ") + method;
    out.fields.emplace_back("Allow", allow);
  }
  if (problem.status == 401) out.fields.emplace_back("WWW-Authenticate", "Bearer realm=\"rampart\"");
  return out;
}

}  // namespace rampart::server::api
