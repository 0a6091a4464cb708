// What the browser signs with: the client data (WebAuthn section 5.8.1), and the JSON around a ceremony's answer (section 5.1.8).
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rampart::accounts::factor {

struct ClientData {
  std::string type;       // "webauthn.create", "webauthn.get"
  std::string challenge;  // base64url, as it stands there
  std::string origin;
  bool cross_origin = false;
  std::optional<std::string> top_origin{};
};
// JSON with whatever other members a browser adds: Chromium does so on purpose, to break those who compare text (section 5.8.1).
std::expected<ClientData, std::string> read_client_data(std::string_view json);

// RegistrationResponseJSON and AuthenticationResponseJSON, decoded; every field within its limit (webauthn.h).
struct CeremonyAnswer {
  std::string id;           // the credential's, raw
  std::string client_data;  // the JSON, as it was signed
  // Registration:
  std::string attestation_object;
  std::vector<std::string> transports;
  // Sign-in:
  std::string authenticator_data;
  std::string signature;
  std::optional<std::string> user_handle{};
};
enum class Ceremony : unsigned char { registration, assertion };
std::expected<CeremonyAnswer, std::string> read_ceremony_answer(Ceremony ceremony, std::string_view json);

}  // namespace rampart::accounts::factor
