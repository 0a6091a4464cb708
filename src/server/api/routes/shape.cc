#include "server/api/routes/shape.h"

#include <algorithm>

#include <fmt/format.h>

#include "server/api/gate.h"

namespace rampart::server::api {

using base::JsonWriter;

void write_time(JsonWriter& json, std::string_view key, const std::optional<base::Time>& time) {
  json.key(key);
  if (time)
    json.value(base::format_time(*time));
  else
    json.null();
}

void write_text_or_null(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  if (text.empty())
    json.null();
  else
    json.value(text);
}

base::Result<> write_organisations(JsonWriter& json, accounts::Desk& desk,
                                   const std::vector<std::string>& ids) {
  json.begin_array();
  for (const auto& id : ids) {
    const auto found = TRY(desk.organisations.find({.everything = true}, id));
    json.begin_object().member("id", id).member("name", found ? found->name : id).end_object();
  }
  json.end_array();
  return {};
}

base::Result<> write_scope(JsonWriter& json, accounts::Desk& desk, const accounts::Scope& scope) {
  json.begin_object().member("everything", scope.everything).key("organisations");
  TRY(write_organisations(json, desk, scope.organisations));
  json.end_object();
  return {};
}

accounts::Scope read_scope(const boost::json::object& choice) {
  accounts::Scope out;
  if (const auto* everything = choice.if_contains("everything")) out.everything = everything->as_bool();
  if (const auto* organisations = choice.if_contains("organisations");
      organisations != nullptr && !out.everything)
    for (const auto& one : organisations->as_array()) out.organisations.emplace_back(one.as_string());
  return out;
}

std::string text_of(const boost::json::object& object, std::string_view name) {
  return base::text_member(object, name);
}

std::optional<std::string> maybe_text(const boost::json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  if (found == nullptr || !found->is_string()) return std::nullopt;
  return std::string(found->get_string());
}

void write_link(JsonWriter& json, const accounts::Link& link, const accounts::Policy& policy) {
  std::string_view base = policy.public_url;
  while (base.ends_with('/')) base.remove_suffix(1);
  json.begin_object()
      .member("url", fmt::format("{}/enrol#{}", base, link.token))
      .member("expires", base::format_time(link.expires))
      .end_object();
}

Problem challenge_problem(const accounts::Refused& refused) {
  if (refused.why != accounts::Why::ended) return refused;
  return conflict(refused.text, {}, "ask for new options, and try again");
}

namespace {

std::string_view state_of(const std::optional<accounts::Session>& session, bool signed_in) {
  if (signed_in) return "signed-in";
  if (!session) return "anonymous";
  return session->stage == accounts::Stage::pending     ? "pending"
         : session->stage == accounts::Stage::enrolling ? "enrolling"
                                                        : "anonymous";
}

std::expected<std::vector<std::string>, Problem> factors_of(Call& call,
                                                            const std::optional<accounts::Session>& session) {
  if (!session || session->stage == accounts::Stage::enrolling) return {};
  auto ways = TRY(call.desk().sign_in.ways(*session));
  std::erase_if(ways, [&](const std::string& way) {
    return way == "oidc" || (way == "recovery" && session->stage == accounts::Stage::full);
  });
  return ways;
}

// The members that tell who it is; all null where nobody is.
std::expected<std::string, Problem> write_who(JsonWriter& json, Call& call,
                                              const std::optional<accounts::Principal>& who) {
  std::string language;
  json.key("account");
  if (!who) {
    json.null().key("role").null().key("scope").null().key("permissions").begin_array().end_array();
    return language;
  }
  const auto account = TRY(call.desk().accounts.own(who->account));
  if (account) language = account->language;
  json.begin_object()
      .member("id", who->account)
      .member("name", account ? account->address : who->name)
      .member("shown_name", account ? account->name : std::string())
      .end_object();
  json.member("role", to_string(who->role)).key("scope");
  TRY(write_scope(json, call.desk(), who->scope));
  json.key("permissions").begin_array();
  for (std::size_t i = 0; i < accounts::kPermissions; ++i)
    if (who->may(static_cast<accounts::Permission>(i)))
      json.value(to_string(static_cast<accounts::Permission>(i)));
  json.end_array();
  return language;
}

}  // namespace

std::expected<std::string, Problem> session_json(Call& call, const Parts& parts,
                                                 const std::optional<accounts::Session>& session,
                                                 std::string_view token) {
  std::optional<accounts::Principal> who;
  if (!session && call.is_signed_in()) who = call.who();  // a token's
  if (session && session->stage == accounts::Stage::full) who = TRY(call.desk().sessions.principal(*session));
  const auto factors = TRY(factors_of(call, session));
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("state", state_of(session, who.has_value()));
  auto language = TRY(write_who(json, call, who));
  if (language.empty()) language = parts.default_language;
  json.member_array("factors", factors);
  write_text_or_null(json, "csrf", session ? accounts::csrf_of(token) : std::string());
  const bool full = session && who;
  write_time(json, "proven", full ? std::optional(session->proven) : std::nullopt);
  write_time(
      json, "step_up_until",
      full ? std::optional(session->proven + std::chrono::seconds(accounts::kStepUpTime)) : std::nullopt);
  write_time(json, "expires", session ? std::optional(session->expires) : std::nullopt);
  json.member("demo", parts.demo)
      .member("language", language)
      .member("public_url", parts.common->policy.public_url)
      .member("version", parts.version)
      .member("owner_exists", TRY(call.desk().accounts.owners()) != 0)
      .end_object();
  return out;
}

Answer reply_opened(Call& call, const Parts& parts, const accounts::Opened& opened) {
  auto reply = reply_json(TRY(session_json(call, parts, opened.session, opened.token)));
  reply.cookies.push_back(session_cookie(opened.token));
  if (!opened.device.empty()) reply.cookies.push_back(device_cookie(opened.device));
  return reply;
}

}  // namespace rampart::server::api
