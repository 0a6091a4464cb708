// Accounts of others: who there is, invited, changed, stopped. What the asker may is decided by accounts/rules.h.
#include "accounts/accounts.h"

#include <algorithm>

#include <boost/json/array.hpp>

#include "server/api/routes/shape.h"

namespace rampart::server::api {
namespace {

base::Result<> write_account(base::JsonWriter& json, accounts::Desk& desk, const accounts::Account& account) {
  json.begin_object()
      .member("id", account.id)
      .member("name", account.address)
      .member("shown_name", account.name)
      .member("role", to_string(account.role))
      .key("scope");
  TRY(write_scope(json, desk, account.scope));
  json.member("language", account.language)
      .member("state", to_string(account.state))
      .member("created", base::format_time(account.made));
  write_time(json, "last_sign_in", account.last_sign_in);
  json.key("factors")
      .begin_object()
      .member("totp", account.totp)
      .member("webauthn", account.keys)
      .member("recovery_codes_left", account.codes_left)
      .end_object();
  write_time(json, "link_expires", account.link_until);
  json.end_object();
  return {};
}

Answer reply_account(Call& call, const accounts::Account& account) {
  std::string out;
  base::JsonWriter json(out);
  TRY(write_account(json, call.desk(), account));
  auto reply = reply_json(std::move(out));
  reply.etag = account.etag;
  return reply;
}

Answer list(Call& call) {
  const auto from = TRY(call.page());
  accounts::AccountFilter filter{.organisation = call.text("organisation"),
                                 .text = call.text("text"),
                                 .after = from.after.value_or(std::string()),
                                 .most = from.limit + 1};
  if (const auto role = call.maybe("role")) filter.role = accounts::parse_role(*role);
  if (const auto state = call.maybe("state")) filter.state = accounts::parse_account_state(*state);
  auto found = TRY(call.desk().accounts.list(call.who(), filter));
  std::optional<std::string> next;
  if (found.size() > from.limit) {
    found.resize(from.limit);
    next = call.cursor(found.back().address);
  }
  std::string items;
  for (const auto& one : found) {
    if (!items.empty()) items += ',';
    base::JsonWriter json(items);
    TRY(write_account(json, call.desk(), one));
  }
  return reply_json(page_json(items, next, std::nullopt));
}

Answer read(Call& call) {
  const auto found = TRY(call.desk().accounts.find(call.who(), call.text("id")));
  if (!found) return std::unexpected(not_found("there is no such account here"));
  return reply_account(call, *found);
}

Answer invite(Call& call, const Parts& parts) {
  const auto& body = call.body();
  const auto scope = read_scope(body.at("scope").as_object());
  accounts::Invitation wanted{.address = text_of(body, "name"),
                              .name = text_of(body, "shown_name"),
                              .role = *accounts::parse_role(text_of(body, "role")),
                              .everything = scope.everything,
                              .organisations = scope.organisations};
  if (const auto language = maybe_text(body, "language")) wanted.language = *language;
  const auto invited = TRY(TRY(call.desk().accounts.invite(call.who(), wanted, call.now())));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("account");
  TRY(write_account(json, call.desk(), invited.account));
  json.key("enrolment");
  write_link(json, invited.link, parts.common->policy);
  json.end_object();
  return created("/api/v1/accounts/" + invited.account.id, std::move(out));
}

Answer invite_many(Call& call, const Parts& parts) {
  const bool dry = call.flag("dry_run");
  const auto done = TRY(TRY(call.desk().accounts.invite_list(call.who(), call.raw(), dry, call.now())));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().member("dry_run", dry).key("rows").begin_array();
  std::size_t invited = 0;
  for (const auto& row : done.rows) {
    json.begin_object().member("line", row.line).member("name", row.address).key("enrolment");
    if (row.link)
      write_link(json, *row.link, parts.common->policy);
    else
      json.null();
    json.end_object();
    invited += row.link ? 1 : 0;
  }
  json.end_array().key("faults").begin_array();
  for (const auto& fault : done.faults)
    json.begin_object()
        .member("line", std::max<std::size_t>(fault.line, 1))
        .member("column", fault.column)
        .member("detail", fault.text)
        .end_object();
  json.end_array().member("invited", invited).end_object();
  return reply_json(std::move(out));
}

Answer change(Call& call) {
  const auto& body = call.body();
  accounts::AccountChange wanted{.name = maybe_text(body, "shown_name"),
                                 .language = maybe_text(body, "language"),
                                 .etag = TRY(call.if_match())};
  if (const auto role = maybe_text(body, "role")) wanted.role = accounts::parse_role(*role);
  if (const auto* scope = body.if_contains("scope")) wanted.scope = read_scope(scope->as_object());
  if (const auto* disabled = body.if_contains("disabled")) wanted.disabled = disabled->as_bool();
  return reply_account(
      call, TRY(TRY(call.desk().accounts.change(call.who(), call.text("id"), wanted, call.now()))));
}

Answer leave(Call& call) {
  TRY(TRY(call.desk().accounts.leave(call.who(), call.text("id"), TRY(call.if_match()), call.now())));
  return no_content();
}

Answer reset(Call& call, const Parts& parts) {
  const auto id = call.text("id");
  const auto found = TRY(call.desk().accounts.find(call.who(), id));
  if (!found) return std::unexpected(not_found("there is no such account here"));
  auto& accounts = call.desk().accounts;
  const auto made = found->state == accounts::AccountState::invited
                        ? TRY(TRY(accounts.invite_again(call.who(), id, call.now())))
                        : TRY(TRY(accounts.reset(call.who(), id, call.now())));
  std::string out;
  base::JsonWriter json(out);
  write_link(json, made.link, parts.common->policy);
  return reply_json(std::move(out));
}

Answer end_sessions(Call& call) {
  const auto ended = TRY(TRY(call.desk().accounts.end_sessions(call.who(), call.text("id"), call.now())));
  return reply_json(boost::json::object{{"ended", ended}});
}

}  // namespace

void add_accounts(Handlers& handlers, const Parts& parts) {
  handlers.add("accounts_list", list);
  handlers.add("accounts_read", read);
  handlers.add("accounts_invite", [&parts](Call& call) { return invite(call, parts); });
  handlers.add("accounts_invite_many", [&parts](Call& call) { return invite_many(call, parts); });
  handlers.add("accounts_change", change);
  handlers.add("accounts_remove", leave);
  handlers.add("accounts_reset", [&parts](Call& call) { return reset(call, parts); });
  handlers.add("accounts_end_sessions", end_sessions);
}

}  // namespace rampart::server::api
