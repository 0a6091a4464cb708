// Signing in at an identity provider. The browser comes back from elsewhere, and then does not show its session (SameSite=Strict): so
// /session/oidc/callback answers with a page of ours that goes on to /session/oidc/finish, which it does.
#include <array>

#include <fmt/format.h>

#include "accounts/oidc/client.h"
#include "base/text.h"
#include "server/api/gate.h"
#include "server/api/routes/shape.h"

namespace rampart::server::api {
namespace {

namespace oidc = accounts::oidc;

enum class Purpose : std::uint8_t { sign_in, bind, step_up };
constexpr std::array<std::string_view, 3> kPurposes{"sign-in", "bind", "step-up"};

std::optional<Purpose> parse_purpose(std::string_view text) {
  const auto* const found = std::ranges::find(kPurposes, text);
  if (found == kPurposes.end()) return std::nullopt;
  return static_cast<Purpose>(found - kPurposes.begin());
}

std::string attempt_cookie(std::string_view value) {
  return fmt::format("{}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={}", kOidcCookie, value,
                     std::chrono::seconds(oidc::kAttemptTime).count());
}

std::string redirect_uri(const Parts& parts) {
  std::string_view base = parts.common->policy.public_url;
  while (base.ends_with('/')) base.remove_suffix(1);
  return fmt::format("{}/api/v1/session/oidc/callback", base);
}

Reply go_to(std::string where, unsigned status) {
  Reply out{.status = status, .type = {}};
  out.fields.emplace_back("Location", std::move(where));
  return out;
}

Answer providers(Call& /*call*/, const Parts& parts) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("providers").begin_array();
  for (const auto& [id, client] : parts.providers)
    json.begin_object().member("id", id).member("name", client->provider().name).end_object();
  json.end_array().end_object();
  return reply_json(std::move(out));
}

Answer start(Call& call, const Parts& parts) {
  const auto found = parts.providers.find(call.text("provider"));
  if (found == parts.providers.end()) return std::unexpected(not_found("there is no such provider"));
  const auto purpose = parse_purpose(call.text("purpose")).value_or(Purpose::sign_in);
  if (purpose != Purpose::sign_in && (!call.is_signed_in() || call.session() == nullptr))
    return std::unexpected(sign_in_required("nobody is signed in"));
  if (purpose == Purpose::bind) TRY(call.fresh());
  const auto attempt = TRY(oidc::new_attempt(found->first, call.now(), purpose == Purpose::step_up));
  const auto url = found->second->begin(attempt, redirect_uri(parts), call.now());
  if (!url) return std::unexpected(unavailable(url.error().detail, found->first));
  const auto kept = TRY(call.desk().sign_in.keep_attempt(attempt, call.now()));
  auto reply = go_to(*url, 302);
  reply.cookies.push_back(
      attempt_cookie(fmt::format("{}.{}", kPurposes.at(static_cast<std::size_t>(purpose)), kept)));
  return reply;
}

Answer callback(Call& call) {
  // The query goes on as it came: it is looked at there. Escaped, as it is a stranger's.
  const auto next = base::escape_markup("/api/v1/session/oidc/finish?" + call.head().query);
  auto reply = reply_text(
      fmt::format("<!doctype html><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"0;url={}\">"
                  "<title>Rampart</title><p><a href=\"{}\">Go on</a></p>\n",
                  next, next),
      "text/html; charset=utf-8");
  reply.fields.emplace_back("Cache-Control", "no-store");
  return reply;
}

Reply failed(std::string_view problem) {
  auto reply = go_to(fmt::format("/sign-in?problem={}", problem), 303);
  reply.cookies.push_back(fmt::format("{}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0", kOidcCookie));
  return reply;
}

// What the browser that began it brings back, once.
std::expected<std::optional<oidc::Identity>, Problem> identity_of(Call& call, const Parts& parts,
                                                                  std::string_view kept,
                                                                  std::string_view& problem) {
  problem = "oidc-failed";
  const auto attempt = TRY(call.desk().sign_in.take_attempt(kept, call.text("state"), call.now()));
  if (!attempt) return std::nullopt;
  const auto found = parts.providers.find(attempt->provider);
  if (found == parts.providers.end()) return std::nullopt;
  auto identity = found->second->finish(*attempt, redirect_uri(parts), call.head().query, call.now());
  if (identity) return *std::move(identity);
  if (identity.error().why == oidc::SignInRefusal::Why::second_factor) problem = "oidc-no-second-factor";
  return std::nullopt;
}

Answer finish(Call& call, const Parts& parts) {
  const auto cookie = call.head().cookie(kOidcCookie).value_or(std::string_view());
  const auto dot = cookie.find('.');
  const auto purpose = parse_purpose(cookie.substr(0, dot));
  if (dot == std::string_view::npos || !purpose) return failed("oidc-failed");
  std::string_view problem;
  const auto identity = TRY(identity_of(call, parts, cookie.substr(dot + 1), problem));
  if (!identity) return failed(problem);
  auto reply = failed({});
  reply.fields = {{"Location", "/"}};
  if (*purpose == Purpose::bind) {
    if (!call.is_signed_in()) return failed("oidc-failed");
    const auto bound = TRY(call.desk().sign_in.bind_oidc(call.who(), *identity, call.now()));
    return bound ? reply : failed("oidc-failed");
  }
  auto& sign_in = call.desk().sign_in;
  if (*purpose == Purpose::step_up && call.session() == nullptr) return failed("oidc-failed");
  const auto opened = *purpose == Purpose::step_up
                          ? TRY(sign_in.oidc_step_up(*call.session(), *identity, call.client(), call.now()))
                          : TRY(sign_in.oidc(*identity, call.client(), call.now()));
  if (!opened) return failed("oidc-unknown-account");
  reply.cookies.push_back(session_cookie(opened->token));
  if (!opened->device.empty()) reply.cookies.push_back(device_cookie(opened->device));
  return reply;
}

Answer bound(Call& call, const Parts& parts) {
  const auto issuers = TRY(call.desk().sign_in.oidc_issuers(call.who().account));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("items").begin_array();
  for (const auto& [id, client] : parts.providers)
    json.begin_object()
        .member("id", id)
        .member("name", client->provider().name)
        .member("bound", std::ranges::find(issuers, client->provider().issuer) != issuers.end())
        .end_object();
  json.end_array().end_object();
  return reply_json(std::move(out));
}

Answer unbind(Call& call, const Parts& parts) {
  const auto found = parts.providers.find(call.text("provider"));
  if (found == parts.providers.end()) return std::unexpected(not_found("there is no such provider"));
  TRY(TRY(call.desk().sign_in.unbind_oidc(call.who(), found->second->provider().issuer, call.now())));
  return no_content();
}

}  // namespace

void add_oidc(Handlers& handlers, const Parts& parts) {
  const auto with_parts = [&handlers, &parts](std::string_view name, Answer (*handler)(Call&, const Parts&)) {
    handlers.add(name, [&parts, handler](Call& call) { return handler(call, parts); });
  };
  with_parts("oidc_providers", providers);
  with_parts("oidc_start", start);
  handlers.add("oidc_callback", callback);
  with_parts("oidc_finish", finish);
  with_parts("account_oidc", bound);
  with_parts("account_oidc_unbind", unbind);
}

}  // namespace rampart::server::api
