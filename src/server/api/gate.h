// Who asks, and whether he may: before any handler runs. Cookie or bearer token, permission, step-up, CSRF (the value of the session, and
// where the request comes from), and the audit log of each unsafe act.
//
//   auto passed = gate_check(operation, head, bench, options, now);       // expected<Passed, Problem>
//   …the handler…
//   gate_log(operation, *passed, told, outcome, bench, now);
//
// A request with a field Authorization is a token's: its cookies are not read. A cookie's unsafe request has to come from our own page: the
// field X-Rampart-CSRF is the session's, and what the browser says of where it comes from (Origin, Sec-Fetch-Site) is ourselves. Signing in
// and opening a link, for which there is no session yet, go by the latter alone; what is no browser, and cannot be led to it by a page, says
// neither.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "accounts/desk.h"
#include "net/http/request.h"
#include "server/api/call.h"
#include "server/api/description.h"
#include "server/api/problem.h"

namespace rampart::server::api {

inline constexpr std::string_view kCookie = "__Host-rampart";
inline constexpr std::string_view kDeviceCookie =
    "__Host-rampart-device";  // this browser signed in before (limits.h)
inline constexpr std::string_view kOidcCookie = "__Host-rampart-oidc";
inline constexpr std::string_view kCsrfField = "X-Rampart-CSRF";

struct GateOptions {
  std::string origin;  // of accounts::Policy::public_url: "https://rampart.example"
};

struct Passed {
  std::optional<accounts::Principal> who = {};
  std::optional<accounts::Session> session = {};
  std::string cookie = {};
  accounts::Client client = {};
};

std::expected<Passed, Problem> gate_check(const Operation& operation, const net::http::Head& head,
                                          Bench& bench, const GateOptions& options, base::Time now);

enum class Came : std::uint8_t { done, refused, failed };
// Of an unsafe operation that is logged; nothing otherwise.
base::Result<> gate_log(const Operation& operation, const Passed& passed, const Told& told, Came came,
                        Bench& bench, base::Time now);

// Set-Cookie's values.
std::string session_cookie(std::string_view token);  // of the session: until the browser ends, or we
std::string no_session_cookie();
std::string device_cookie(std::string_view device);  // 180 days

}  // namespace rampart::server::api
