// What is wrong with a request, as the API answers it: problem details (RFC 9457), one for each reason that docs/api.md names.
//
//   return std::unexpected(not_found(fmt::format("there is no domain {} here", name)));
//   const auto row = TRY(state.history(name));         // a base::Error becomes a problem by itself, and so does accounts' Refused:
//   const auto opened = TRY(TRY(desk.sign_in.totp(…)));   // the first TRY takes the store's error, the second the refusal
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/outcome.h"
#include "base/result.h"
#include "net/http/response.h"

namespace rampart::server::api {

// One of several things that are wrong: "body.domains[3]", "it has one label".
struct Fault {
  std::string where;
  std::string detail;
};
inline constexpr std::size_t kMaxFaults = 100;  // that are told; our own

struct Problem {
  std::string type;  // NAME of /problems/NAME
  unsigned status = 500;
  std::string detail;  // a sentence without its stop; printable
  std::string where = {};
  std::string hint = {};
  std::vector<Fault> faults = {};
  std::optional<std::chrono::seconds> retry_after = {};
  std::vector<std::string> allow = {};  // methods, of 405

  Problem(std::string type, unsigned status, std::string detail, std::string where = {},
          std::string hint = {});
  // What our own failure is to whoever asked: a store that is locked 503, what was asked wrongly 422, the rest 500. The texts of 500 name
  // no file and no query: they are in the log.
  Problem(const base::Error& error);  // NOLINT(google-explicit-constructor): so that TRY() passes it on
  Problem(const accounts::Refused& refused);  // NOLINT(google-explicit-constructor): likewise
};

Problem sign_in_required(std::string detail);
Problem not_allowed(std::string detail);
Problem step_up_required(std::string detail);
Problem not_found(std::string detail);  // also what is outside the asker's scope
Problem conflict(std::string detail, std::string where = {}, std::string hint = {});
Problem changed_meanwhile(std::string detail);
Problem if_match_required();
Problem malformed(std::string detail, std::string where = {});
Problem invalid(std::string where, std::string detail, std::string hint = {});
Problem invalid(std::vector<Fault> faults);  // at least one
Problem too_many(std::string detail, std::chrono::seconds retry_after);
Problem unavailable(std::string detail, std::string where = {}, std::string hint = {});
Problem not_set_up(std::string detail, std::string hint);

// "Not found": the same for all of a type.
std::string_view title_of(std::string_view type);
// `instance`: the path that was asked for.
std::string problem_json(const Problem& problem, std::string_view instance);
net::http::Response problem_response(const Problem& problem, std::string_view instance);

}  // namespace rampart::server::api
