// The JSON that the page hands to the browser (WebAuthn sections 5.1.9 and 5.1.10).
#include "accounts/factor/webauthn.h"
#include "base/base64url.h"
#include "base/json.h"

namespace rampart::accounts::factor {
namespace {

std::string_view to_string(UserVerification uv) {
  return uv == UserVerification::required ? "required" : "preferred";
}

void write_descriptors(base::JsonWriter& json, std::string_view member, std::span<const Passkey> known) {
  json.key(member).begin_array();
  for (const auto& passkey : known) {
    json.begin_object().member("type", "public-key").member("id", base::encode_base64url(passkey.id));
    if (!passkey.transports.empty()) json.member_array("transports", passkey.transports);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string creation_options(const RelyingParty& party, const PasskeyUser& user, std::string_view challenge,
                             std::span<const Passkey> known, UserVerification uv) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.key("rp").begin_object().member("id", party.id).member("name", party.name).end_object();
  json.key("user").begin_object().member("id", base::encode_base64url(user.handle));
  json.member("name", user.name).member("displayName", user.display).end_object();
  json.member("challenge", base::encode_base64url(challenge));
  json.key("pubKeyCredParams").begin_array();
  // In the order of preference.
  for (const auto algorithm : {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256}) {
    json.begin_object()
        .member("type", "public-key")
        .member("alg", static_cast<std::int32_t>(algorithm))
        .end_object();
  }
  json.end_array();
  json.member("timeout", kCeremonyTimeout);
  write_descriptors(json, "excludeCredentials", known);
  // The password comes first and says whose passkeys are asked for, so a key need not keep the account's name itself: its places for
  // those are few.
  json.key("authenticatorSelection").begin_object();
  json.member("residentKey", "discouraged").member("requireResidentKey", false);
  json.member("userVerification", to_string(uv)).end_object();
  json.member("attestation", "none");
  json.end_object();
  return out;
}

std::string request_options(const RelyingParty& party, std::string_view challenge,
                            std::span<const Passkey> known, UserVerification uv) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.member("challenge", base::encode_base64url(challenge));
  json.member("timeout", kCeremonyTimeout);
  json.member("rpId", party.id);
  write_descriptors(json, "allowCredentials", known);
  json.member("userVerification", to_string(uv));
  json.end_object();
  return out;
}

}  // namespace rampart::accounts::factor
