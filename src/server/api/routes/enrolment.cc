// From a link to an account with a password and a second factor.
#include <boost/json/serialize.hpp>

#include "accounts/factor/password.h"
#include "server/api/gate.h"
#include "server/api/routes/shape.h"

namespace rampart::server::api {
namespace {

std::expected<std::string, Problem> enrolment_json(Call& call, const accounts::Session& session,
                                                   std::string_view token) {
  const auto state = TRY(TRY(call.desk().enrolment.state(session, call.now())));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object()
      .member("purpose", to_string(state.purpose))
      .member("name", state.address)
      .member("shown_name", state.name)
      .member("language", state.language)
      .member("has_password", state.has_password)
      .member("has_totp", state.has_totp)
      .member("keys", state.keys)
      .member_array("missing", state.missing);
  json.key("password")
      .begin_object()
      .member("min_length", accounts::factor::kMinPasswordLength)
      .member("max_length", accounts::factor::kMaxPasswordLength)
      .end_object();
  json.member("expires", base::format_time(state.expires))
      .member("csrf", accounts::csrf_of(token))
      .end_object();
  return out;
}

Answer as_it_stands(Call& call) {
  return reply_json(TRY(enrolment_json(call, *call.session(), call.cookie())));
}

Answer open(Call& call) {
  auto opened = TRY(
      call.desk().enrolment.open(text_of(call.body(), "token"), call.cookie(), call.client(), call.now()));
  if (!opened) {
    // Unknown, used and too old are one answer.
    if (opened.error().why == accounts::Why::ended)
      return std::unexpected(not_found("this link is unknown, was used, or is too old"));
    return std::unexpected(opened.error());
  }
  auto reply = reply_json(TRY(enrolment_json(call, opened->session, opened->token)));
  reply.cookies.push_back(session_cookie(opened->token));
  return reply;
}

Answer password(Call& call) {
  TRY(TRY(call.desk().enrolment.password(*call.session(),
                                         {.password = text_of(call.body(), "password"),
                                          .address = text_of(call.body(), "name"),
                                          .name = text_of(call.body(), "shown_name")},
                                         call.now())));
  return as_it_stands(call);
}

Answer totp(Call& call) {
  const auto made = TRY(TRY(call.desk().enrolment.totp(*call.session(), call.now())));
  return reply_json(boost::json::object{{"secret", made.secret}, {"uri", made.uri}, {"qr", made.svg}});
}

Answer confirm_totp(Call& call) {
  TRY(TRY(call.desk().enrolment.confirm_totp(*call.session(), text_of(call.body(), "code"), call.now())));
  return as_it_stands(call);
}

Answer webauthn_options(Call& call) {
  return reply_json(TRY(TRY(call.desk().enrolment.webauthn_options(*call.session(), call.now()))));
}

Answer webauthn(Call& call) {
  TRY(TRY(call.desk().enrolment.webauthn(*call.session(),
                                         boost::json::serialize(call.body().at("credential")),
                                         text_of(call.body(), "name"), call.now())));
  return as_it_stands(call);
}

Answer finish(Call& call, const Parts& parts) {
  const auto done = TRY(TRY(call.desk().enrolment.finish(*call.session(), call.client(), call.now())));
  auto reply = TRY(reply_opened(call, parts, done.opened));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().member_array("recovery_codes", done.codes).key("session").raw(reply.body).end_object();
  reply.body = std::move(out);
  return reply;
}

}  // namespace

void add_enrolment(Handlers& handlers, const Parts& parts) {
  handlers.add("enrolment_open", open);
  handlers.add("enrolment_read", as_it_stands);
  handlers.add("enrolment_password", password);
  handlers.add("enrolment_totp", totp);
  handlers.add("enrolment_totp_confirm", confirm_totp);
  handlers.add("enrolment_webauthn_options", webauthn_options);
  handlers.add("enrolment_webauthn", webauthn);
  handlers.add("enrolment_finish", [&parts](Call& call) { return finish(call, parts); });
}

}  // namespace rampart::server::api
