#include "server/api/gate.h"

#include <fmt/format.h>

#include "accounts/access.h"
#include "base/text.h"
#include "crypto/hmac.h"

namespace rampart::server::api {
namespace {

bool says(const net::http::Head& head, std::string_view name) {
  for (const auto& [field, value] : head.fields)
    if (base::iequals(field, name)) return true;
  return false;
}

Problem no_csrf(std::string detail) {
  return {"csrf", 403, std::move(detail), {}, "send X-Rampart-CSRF with the value of GET /api/v1/session"};
}

// Whether it comes from our own page, as far as the browser says (Fetch Metadata; RFC 6454). What is no browser says neither.
std::optional<Problem> comes_from_elsewhere(const net::http::Head& head, const GateOptions& options) {
  if (says(head, "Origin") && head.find("Origin") != options.origin)
    return no_csrf(fmt::format("it comes from another origin than {}", options.origin));
  if (says(head, "Sec-Fetch-Site") && head.find("Sec-Fetch-Site") != std::string_view("same-origin"))
    return no_csrf("it comes from another site");
  return std::nullopt;
}

std::expected<void, Problem> check_token(Passed& passed, std::string_view field, const Operation& operation,
                                         Bench& bench, base::Time now) {
  constexpr std::string_view kBearer = "Bearer ";
  if (!base::istarts_with(field, kBearer))
    return std::unexpected(sign_in_required("Authorization says something other than Bearer and a token"));
  passed.who =
      TRY(bench.desk().tokens.principal(base::trim(field.substr(kBearer.size())), passed.client, now));
  if (!passed.who) return std::unexpected(sign_in_required("there is no such token, or it has expired"));
  if (operation.needs == Needs::pending || operation.needs == Needs::enrolment)
    return std::unexpected(not_allowed("this is for a browser's session"));
  // Who has stolen a token must not come by sessions, factors or other tokens with it.
  if (operation.needs == Needs::permission && operation.permission == accounts::Permission::self &&
      operation.is_unsafe() && operation.id != "jobs_cancel")
    return std::unexpected(not_allowed("a token does not change the account that it is of: sign in"));
  return {};
}

std::expected<void, Problem> check_stage(Passed& passed, const Operation& operation, Bench& bench) {
  using accounts::Stage;
  const auto stage = passed.session->stage;
  switch (operation.needs) {
    case Needs::nothing:
      if (stage == Stage::full) passed.who = TRY(bench.desk().sessions.principal(*passed.session));
      return {};
    case Needs::pending:
      if (stage != Stage::pending)
        return std::unexpected(not_allowed("no password was given that awaits a second factor"));
      return {};
    case Needs::enrolment:
      if (stage != Stage::enrolling) return std::unexpected(not_allowed("nobody enrols in this browser"));
      return {};
    case Needs::permission:
      break;
  }
  if (stage == Stage::pending) return std::unexpected(sign_in_required("a second factor has to be proven"));
  if (stage == Stage::enrolling)
    return std::unexpected(Problem("enrolment-required", 403,
                                   "a second factor has to be set up before anything else", {},
                                   "GET /api/v1/enrolment"));
  passed.who = TRY(bench.desk().sessions.principal(*passed.session));
  if (!passed.who) return std::unexpected(sign_in_required("the session has ended"));
  return {};
}

std::expected<void, Problem> check_session(Passed& passed, const Operation& operation,
                                           const net::http::Head& head, Bench& bench,
                                           const GateOptions& options, base::Time now) {
  if (const auto cookie = head.cookie(kCookie)) {
    passed.cookie = *cookie;
    passed.session = TRY(bench.desk().sessions.find(*cookie, passed.client, now));
    if (!passed.session) passed.cookie.clear();
  }
  if (operation.is_unsafe())
    if (auto elsewhere = comes_from_elsewhere(head, options)) return std::unexpected(*std::move(elsewhere));
  if (!passed.session) {
    if (operation.needs == Needs::nothing) return {};
    return std::unexpected(sign_in_required("nobody is signed in"));
  }
  // Signing in and opening a link begin anew, whatever session there is; their defence is where they come from.
  const bool begins = operation.needs == Needs::nothing && operation.method == "POST";
  if (operation.is_unsafe() && !begins &&
      !crypto::same_secret(head.find(kCsrfField).value_or(std::string_view()),
                           accounts::csrf_of(passed.cookie)))
    return std::unexpected(no_csrf("X-Rampart-CSRF is not that of the session"));
  return check_stage(passed, operation, bench);
}

}  // namespace

std::expected<Passed, Problem> gate_check(const Operation& operation, const net::http::Head& head,
                                          Bench& bench, const GateOptions& options, base::Time now) {
  Passed passed;
  passed.client = {.address = head.peer.text(),
                   .agent = std::string(head.find("User-Agent").value_or(std::string_view())),
                   .device = std::string(head.cookie(kDeviceCookie).value_or(std::string_view()))};
  if (says(head, "Authorization")) {
    TRY(check_token(passed, head.find("Authorization").value_or(std::string_view()), operation, bench, now));
  } else {
    TRY(check_session(passed, operation, head, bench, options, now));
  }
  if (operation.needs != Needs::permission) return passed;
  switch (accounts::check(*passed.who, operation.permission, std::nullopt, now)) {
    case accounts::Access::allowed:
      return passed;
    case accounts::Access::step_up:
      return std::unexpected(
          step_up_required(fmt::format("{} needs a factor that was proven within {} minutes",
                                       to_string(operation.permission), accounts::kStepUpTime.count())));
    case accounts::Access::hidden:
      return std::unexpected(not_found("it is not there"));
    case accounts::Access::not_allowed:
      break;
  }
  const bool token = passed.who->by == accounts::Principal::By::token;
  auto problem =
      not_allowed(fmt::format("{} is needed, which {} has not", to_string(operation.permission),
                              token ? std::string_view("this token") : to_string(passed.who->role)));
  if (operation.is_unsafe() && operation.logged) {
    // Who tries what he may not is worth knowing (ASVS 5.0, 16.3.2).
    TRY(gate_log(operation, passed, {}, Came::refused, bench, now));
  }
  return std::unexpected(std::move(problem));
}

base::Result<> gate_log(const Operation& operation, const Passed& passed, const Told& told, Came came,
                        Bench& bench, base::Time now) {
  if (!operation.logged) return {};
  auto entry = passed.who ? accounts::log::entry_of(*passed.who, operation.id, told.object, told.organisation)
                          : accounts::log::Entry{.by = "none",
                                                 .address = passed.client.address,
                                                 .act = operation.id,
                                                 .object = told.object,
                                                 .organisation = told.organisation};
  entry.details = told.details;
  entry.outcome = came == Came::done      ? accounts::log::Done::done
                  : came == Came::refused ? accounts::log::Done::refused
                                          : accounts::log::Done::failed;
  TRY(bench.desk().audit_log.add(std::move(entry), now));
  return {};
}

std::string session_cookie(std::string_view token) {
  return fmt::format("{}={}; Path=/; Secure; HttpOnly; SameSite=Strict", kCookie, token);
}
std::string no_session_cookie() {
  return fmt::format("{}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0", kCookie);
}
std::string device_cookie(std::string_view device) {
  constexpr std::chrono::seconds kKept = std::chrono::hours(24 * 180);
  return fmt::format("{}={}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={}", kDeviceCookie, device,
                     kKept.count());
}

}  // namespace rampart::server::api
