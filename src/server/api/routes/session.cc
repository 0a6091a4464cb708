// Signing in, stepping up, and one's own sessions.
#include <boost/json/serialize.hpp>

#include "server/api/gate.h"
#include "server/api/routes/shape.h"

namespace rampart::server::api {
namespace {

Answer read(Call& call, const Parts& parts) {
  const auto* session = call.session();
  return reply_json(TRY(
      session_json(call, parts, session == nullptr ? std::nullopt : std::optional(*session), call.cookie())));
}

Answer sign_in(Call& call, const Parts& parts) {
  const auto opened = TRY(TRY(call.desk().sign_in.password(
      text_of(call.body(), "name"), text_of(call.body(), "password"), call.client(), call.now())));
  return reply_opened(call, parts, opened);
}

Answer end(Call& call) {
  if (call.session() != nullptr)
    TRY(call.desk().sessions.end_this(*call.session(), call.client(), call.now()));
  auto reply = no_content();
  reply.cookies.push_back(no_session_cookie());
  return reply;
}

// A step-up is a browser's; a token is as fresh as it was made.
std::expected<const accounts::Session*, Problem> session_of(Call& call) {
  if (call.session() != nullptr) return call.session();
  return std::unexpected(not_allowed("this is for a browser's session"));
}

Answer totp(Call& call, const Parts& parts) {
  const auto* session = TRY(session_of(call));
  const auto opened =
      TRY(TRY(call.desk().sign_in.totp(*session, text_of(call.body(), "code"), call.client(), call.now())));
  return reply_opened(call, parts, opened);
}

Answer webauthn_options(Call& call) {
  const auto* session = TRY(session_of(call));
  return reply_json(TRY(TRY(call.desk().sign_in.webauthn_options(*session, call.now()))));
}

Answer webauthn(Call& call, const Parts& parts) {
  const auto* session = TRY(session_of(call));
  const auto opened = TRY(
      call.desk().sign_in.webauthn(*session, boost::json::serialize(call.body()), call.client(), call.now()));
  if (!opened) return std::unexpected(challenge_problem(opened.error()));
  return reply_opened(call, parts, *opened);
}

Answer recovery(Call& call, const Parts& parts) {
  const auto* session = TRY(session_of(call));
  const auto opened = TRY(
      TRY(call.desk().sign_in.recovery(*session, text_of(call.body(), "code"), call.client(), call.now())));
  return reply_opened(call, parts, opened);
}

Answer list(Call& call) {
  const auto sessions = TRY(call.desk().sessions.list(call.who().account, call.now()));
  std::string items;
  base::JsonWriter json(items);
  json.begin_array();
  for (const auto& one : sessions) {
    json.begin_object()
        .member("id", one.id)
        .member("current", one.id == call.who().by_id)
        .member("began", base::format_time(one.made))
        .member("last_used", base::format_time(one.seen))
        .member("expires", base::format_time(one.expires))
        .member("address", one.address)
        .member("browser", one.agent)
        .member("proven", base::format_time(one.proven))
        .end_object();
  }
  json.end_array();
  const auto inner = std::string_view(items).substr(1, items.size() - 2);
  return reply_json(page_json(inner, std::nullopt, sessions.size()));
}

Answer end_others(Call& call) {
  const auto ended = TRY(call.desk().sessions.end_others(call.who(), call.now()));
  return reply_json(boost::json::object{{"ended", ended}});
}

Answer end_one(Call& call) {
  TRY(TRY(call.desk().sessions.end(call.who(), call.text("id"), call.now())));
  return no_content();
}

}  // namespace

void add_session(Handlers& handlers, const Parts& parts) {
  const auto with_parts = [&handlers, &parts](std::string_view name, Answer (*handler)(Call&, const Parts&)) {
    handlers.add(name, [&parts, handler](Call& call) { return handler(call, parts); });
  };
  with_parts("session_read", read);
  with_parts("session_sign_in", sign_in);
  handlers.add("session_end", end);
  with_parts("session_totp", totp);
  with_parts("step_up_totp", totp);
  handlers.add("session_webauthn_options", webauthn_options);
  handlers.add("step_up_webauthn_options", webauthn_options);
  with_parts("session_webauthn", webauthn);
  with_parts("step_up_webauthn", webauthn);
  with_parts("session_recovery", recovery);
  handlers.add("sessions_list", list);
  handlers.add("sessions_end_others", end_others);
  handlers.add("sessions_end", end_one);
}

}  // namespace rampart::server::api
