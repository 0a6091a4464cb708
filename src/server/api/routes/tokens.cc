// Tokens of the API: one's own.
#include "server/api/routes/shape.h"

namespace rampart::server::api {
namespace {

base::Result<> write_token(base::JsonWriter& json, accounts::Desk& desk, const accounts::Token& token) {
  json.begin_object().member("id", token.id).member("name", token.name).key("permissions").begin_array();
  for (const auto one : token.granted) json.value(to_string(one));
  json.end_array().key("organisations");
  TRY(write_organisations(json, desk, token.organisations));
  json.member("created", base::format_time(token.made)).member("expires", base::format_time(token.expires));
  write_time(json, "last_used", token.used);
  write_text_or_null(json, "last_address", token.used_from);
  json.end_object();
  return {};
}

// An account has at most accounts::kMostTokens: all of them are one page.
Answer list(Call& call) {
  const auto tokens = TRY(call.desk().tokens.list(call.who().account, call.now()));
  std::string items;
  for (const auto& one : tokens) {
    if (!items.empty()) items += ',';
    base::JsonWriter json(items);
    TRY(write_token(json, call.desk(), one));
  }
  return reply_json(page_json(items, std::nullopt, tokens.size()));
}

Answer make(Call& call) {
  const auto& body = call.body();
  accounts::NewToken wanted{.name = text_of(body, "name"), .granted = {}};
  for (const auto& one : body.at("permissions").as_array())
    wanted.granted.push_back(*accounts::parse_permission(std::string_view(one.as_string())));
  if (const auto* days = body.if_contains("days")) wanted.days = days->to_number<unsigned>();
  if (const auto* organisations = body.if_contains("organisations"))
    for (const auto& one : organisations->as_array()) wanted.organisations.emplace_back(one.as_string());
  const auto made = TRY(TRY(call.desk().tokens.make(call.who(), wanted, call.now())));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("token");
  TRY(write_token(json, call.desk(), made.row));
  json.member("secret", made.token).end_object();
  return created("/api/v1/tokens/" + made.row.id, std::move(out));
}

Answer end(Call& call) {
  TRY(TRY(call.desk().tokens.remove(call.who(), call.text("id"), call.now())));
  return no_content();
}

}  // namespace

void add_tokens(Handlers& handlers, const Parts& /*parts*/) {
  handlers.add("tokens_list", list);
  handlers.add("tokens_make", make);
  handlers.add("tokens_end", end);
}

}  // namespace rampart::server::api
