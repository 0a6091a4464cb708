// What a browser sends, whole and in parts: nothing crashes, and what is read is within its limits. The first octet chooses.
#include <cstdlib>

#include "accounts/factor/authenticator_data.h"
#include "accounts/factor/cbor.h"
#include "accounts/factor/client_data.h"
#include "accounts/factor/cose_key.h"
#include "accounts/factor/webauthn.h"
#include "base/base64url.h"

namespace {

using namespace rampart::accounts::factor;

const RelyingParty kParty{
    .id = "rampart.cert.example", .name = "Rampart", .origins = {"https://rampart.cert.example"}};
const std::string kChallenge(kChallengeBytes, 'c');

void check_data(std::string_view bytes) {
  const auto data = read_authenticator_data(bytes);
  if (!data) return;
  if (data->party_hash.size() != 32 ||
      data->has(AuthenticatorData::kAttested) != data->credential.has_value())
    std::abort();
  if (!data->credential) return;
  if (data->credential->id.empty() || data->credential->aaguid.size() != 16) std::abort();
  if (const auto key = read_cose_key(data->credential->key); key && key->numbers.empty()) std::abort();
}

void check_object(std::string_view bytes) {
  const auto object = read_attestation_object(bytes);
  if (!object) return;
  if (!read_text_map(bytes) || read_text_map(bytes)->size() != 3) std::abort();
  check_data(object->data);
  // Wrapped as a browser does, so that the statements are reached with whatever they hold.
  const auto client = R"({"type":"webauthn.create","challenge":")" +
                      rampart::base::encode_base64url(kChallenge) +
                      R"(","origin":"https://rampart.cert.example"})";
  const auto data = read_authenticator_data(object->data);
  const auto id = rampart::base::encode_base64url(data && data->credential ? data->credential->id : "x");
  const auto body = R"({"id":")" + id + R"(","rawId":")" + id +
                    R"(","type":"public-key","response":{"clientDataJSON":")" +
                    rampart::base::encode_base64url(client) + R"(","attestationObject":")" +
                    rampart::base::encode_base64url(bytes) + R"("}})";
  const auto passkey = check_registration(kParty, kChallenge, body);
  if (passkey && (passkey->id.size() > kMaxCredentialId || !read_cose_key(passkey->public_key))) std::abort();
}

void check_client(std::string_view json) {
  const auto data = read_client_data(json);
  if (data && (json.size() > kMaxClientData + 3 || data->type.size() > json.size())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0:
      check_client(rest);
      break;
    case 1:
      check_data(rest);
      break;
    case 2:
      check_object(rest);
      break;
    case 3: {
      const auto key = read_cose_key(rest);
      if (key && key->numbers.size() != 64 && key->numbers.size() != 32 &&
          key->numbers.size() != kRsaModulus + kRsaExponent)
        std::abort();
      break;
    }
    case 4:
      static_cast<void>(check_registration(kParty, kChallenge, rest));
      break;
    default: {
      const Passkey known{.id = std::string(32, 'k')};
      if (check_assertion(kParty, kChallenge, "handle", {&known, 1}, rest)) std::abort();  // it has no key
    }
  }
  return 0;
}
