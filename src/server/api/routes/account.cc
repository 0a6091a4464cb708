// One's own account: name, language, password, factors, codes, and what one has to be told.
#include <algorithm>

#include <boost/json/serialize.hpp>

#include "server/api/routes/shape.h"

namespace rampart::server::api {
namespace {

std::expected<std::string, Problem> own_json(Call& call, const accounts::Account& account) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object()
      .member("id", account.id)
      .member("name", account.address)
      .member("shown_name", account.name)
      .member("role", to_string(account.role))
      .key("scope");
  TRY(write_scope(json, call.desk(), account.scope));
  json.member("language", account.language).member("created", base::format_time(account.made));
  write_time(json, "last_sign_in", account.last_sign_in);
  json.member("recovery_codes_left", account.codes_left).end_object();
  return out;
}

std::expected<accounts::Account, Problem> own(Call& call) {
  auto found = TRY(call.desk().accounts.own(call.who().account));
  if (!found) return std::unexpected(not_found("the account is not there any more"));
  return *std::move(found);
}

Answer read(Call& call) {
  const auto account = TRY(own(call));
  auto reply = reply_json(TRY(own_json(call, account)));
  reply.etag = account.etag;
  return reply;
}

Answer change(Call& call) {
  accounts::AccountChange wanted{.name = maybe_text(call.body(), "shown_name"),
                                 .language = maybe_text(call.body(), "language"),
                                 .etag = TRY(call.if_match())};
  TRY(TRY(call.desk().accounts.change_own(call.who(), wanted, call.now())));
  return read(call);
}

Answer password(Call& call) {
  TRY(TRY(call.desk().factors.change_password(call.who(), text_of(call.body(), "current"),
                                              text_of(call.body(), "password"), call.client(), call.now())));
  return no_content();
}

void write_factor(base::JsonWriter& json, const accounts::Factor& factor) {
  json.begin_object()
      .member("id", factor.id)
      .member("kind", to_string(factor.kind))
      .member("name", factor.label)
      .member("added", base::format_time(factor.added));
  write_time(json, "last_used", factor.used);
  json.member("synced", factor.synced).member("suspect", factor.suspect).end_object();
}

Answer factors(Call& call) {
  const auto found = TRY(call.desk().factors.list(call.who().account));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("items").begin_array();
  for (const auto& one : found) write_factor(json, one);
  json.end_array()
      .member("recovery_codes_left", TRY(call.desk().factors.codes_left(call.who().account)))
      .end_object();
  return reply_json(std::move(out));
}

Reply created_factor(const accounts::Factor& factor) {
  std::string out;
  base::JsonWriter json(out);
  write_factor(json, factor);
  return created("/api/v1/account/factors", std::move(out));
}

Answer totp(Call& call) {
  const auto made = TRY(TRY(call.desk().factors.totp(call.who(), call.now())));
  return reply_json(boost::json::object{{"secret", made.secret}, {"uri", made.uri}, {"qr", made.svg}});
}

Answer confirm_totp(Call& call) {
  TRY(TRY(call.desk().factors.confirm_totp(call.who(), text_of(call.body(), "code"), call.now())));
  for (const auto& one : TRY(call.desk().factors.list(call.who().account)))
    if (one.kind == accounts::Factor::Kind::totp) return created_factor(one);
  return std::unexpected(conflict("the app was removed meanwhile"));
}

Answer webauthn_options(Call& call) {
  return reply_json(TRY(TRY(call.desk().factors.webauthn_options(call.who(), call.now()))));
}

Answer webauthn(Call& call) {
  const auto added =
      TRY(call.desk().factors.webauthn(call.who(), boost::json::serialize(call.body().at("credential")),
                                       text_of(call.body(), "name"), call.now()));
  if (!added) return std::unexpected(challenge_problem(added.error()));
  return created_factor(*added);
}

Answer remove_factor(Call& call) {
  TRY(TRY(call.desk().factors.remove(call.who(), call.text("id"), call.now())));
  return no_content();
}

Answer new_codes(Call& call) {
  const auto codes = TRY(TRY(call.desk().factors.new_codes(call.who(), call.now())));
  std::string out;
  base::JsonWriter(out).begin_object().member_array("recovery_codes", codes).end_object();
  return reply_json(std::move(out));
}

Answer notices(Call& call) {
  const auto open = TRY(call.desk().notices.open_for(call.who()));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("items").begin_array();
  for (const auto& one : open)
    json.begin_object()
        .member("id", one.id)
        .member("at", base::format_time(one.time))
        .member("kind", one.kind)
        .member("text", text_of(one))
        .member("account", one.account)
        .member("name", one.address)
        .member("by", one.by)
        .end_object();
  json.end_array().end_object();
  return reply_json(std::move(out));
}

Answer put_away(Call& call) {
  TRY(TRY(call.desk().notices.put_away(call.who(), call.text("id"), call.now())));
  return no_content();
}

}  // namespace

void add_account(Handlers& handlers, const Parts& /*parts*/) {
  handlers.add("account_read", read);
  handlers.add("account_change", change);
  handlers.add("account_password", password);
  handlers.add("factors_list", factors);
  handlers.add("account_totp", totp);
  handlers.add("account_totp_confirm", confirm_totp);
  handlers.add("account_webauthn_options", webauthn_options);
  handlers.add("account_webauthn", webauthn);
  handlers.add("factors_remove", remove_factor);
  handlers.add("account_recovery_codes", new_codes);
  handlers.add("notices_list", notices);
  handlers.add("notices_put_away", put_away);
}

}  // namespace rampart::server::api
