#include "accounts/factor/webauthn.h"

#include <algorithm>

#include <fmt/format.h>
#include <sodium.h>

#include "accounts/factor/authenticator_data.h"
#include "accounts/factor/cbor.h"
#include "accounts/factor/client_data.h"
#include "accounts/factor/cose_key.h"
#include "accounts/factor/fido.h"
#include "base/base64url.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/hmac.h"

namespace rampart::accounts::factor {
namespace {

using Why = Refusal::Why;
using Data = AuthenticatorData;

constexpr std::size_t kShown = 100;  // octets of a stranger's text in a detail

std::unexpected<Refusal> refuse(Why why, std::string detail) {
  return std::unexpected(Refusal{why, std::move(detail)});
}

// The same for both ceremonies: type, challenge, origin, and that no page was around ours.
std::expected<void, Refusal> check_client_data(const RelyingParty& party, std::string_view type,
                                               std::string_view challenge, std::string_view json) {
  const auto data = read_client_data(json);
  if (!data) return refuse(Why::malformed, data.error());
  if (data->type != type)
    return refuse(Why::type, fmt::format("{} instead of {}", base::excerpt(data->type, kShown), type));
  if (challenge.empty() || !crypto::same_secret(data->challenge, base::encode_base64url(challenge)))
    return refuse(Why::challenge, "the challenge is not the one that was given");
  if (std::ranges::find(party.origins, data->origin) == party.origins.end())
    return refuse(Why::origin, base::excerpt(data->origin, kShown));
  if (data->cross_origin || data->top_origin)
    return refuse(Why::cross_origin,
                  base::excerpt(data->top_origin.value_or("another page was around it"), kShown));
  return {};
}

// Again of both: who it is for, and what happened at the authenticator.
std::expected<void, Refusal> check_flags(const RelyingParty& party, const Data& data, UserVerification uv) {
  if (data.party_hash != crypto::sha256(party.id))
    return refuse(Why::party, "it is for another relying party");
  if (!data.has(Data::kPresent)) return refuse(Why::presence, "the user's presence was not tested");
  if (uv == UserVerification::required && !data.has(Data::kVerified))
    return refuse(Why::verification, "the user was not verified");
  if (!data.has(Data::kEligible) && data.has(Data::kBackedUp))
    return refuse(Why::backup, "backed up, and not eligible for it");
  return {};
}

// Section 8: what was said about the authenticator, of the formats that are taken.
std::expected<std::string, Refusal> check_statement(const RelyingParty& party,
                                                    const AttestationObject& object, const Data& data,
                                                    const CoseKey& key, std::string_view client_data_hash) {
  const auto statement = read_text_map(object.statement);
  if (!statement) return refuse(Why::malformed, "the attestation statement is no map that may stand there");
  const Signed what{
      .party = party.id, .data = object.data, .parsed = data, .client_data_hash = client_data_hash};
  if (object.format == "none") {  // 8.7
    if (!statement->empty()) return refuse(Why::malformed, "an attestation of \"none\" that says something");
    return "none";
  }
  if (object.format == "packed") {  // 8.2
    const auto algorithm = statement->find("alg");
    const auto signature = statement->find("sig");
    if (statement->size() != 2 || algorithm == statement->end() || signature == statement->end())
      return refuse(Why::format, "a packed attestation by something else than the key itself");
    if (algorithm->second.integer() != static_cast<std::int64_t>(key.algorithm))
      return refuse(Why::signature, "the attestation's algorithm is not the key's");
    if (!check_attestation(what, key, object.format, object.statement, true))
      return refuse(Why::signature, "the attestation is not by the key itself");
    return "packed-self";
  }
  if (object.format == "fido-u2f") {  // 8.6
    const auto certificates = statement->find("x5c");
    const bool one = statement->size() == 2 && certificates != statement->end() &&
                     statement->contains("sig") && certificates->second.type == CborItem::Type::array &&
                     certificates->second.number == 1;
    if (!one || key.algorithm != Algorithm::es256)
      return refuse(Why::malformed,
                    "a fido-u2f attestation has one certificate, one signature and an ES256 key");
    if (data.credential->aaguid.find_first_not_of('\0') != std::string_view::npos)
      return refuse(Why::malformed, "a fido-u2f authenticator has no AAGUID");
    if (!check_attestation(what, key, object.format, object.statement, false))
      return refuse(Why::signature, "the attestation is not by its certificate");
    return "fido-u2f";
  }
  return refuse(Why::format,
                fmt::format("an attestation of the format {}", base::excerpt(object.format, kShown)));
}

std::expected<CoseKey, Refusal> read_key(std::string_view cbor) {
  if (auto key = read_cose_key(cbor)) return *std::move(key);
  const auto algorithm = cose_algorithm(cbor);
  return refuse(Why::algorithm, algorithm
                                    ? fmt::format("a key of the algorithm {} that is not taken", *algorithm)
                                    : std::string("the key is no COSE_Key"));
}

// Where it stands among those that were asked for.
std::optional<std::size_t> place_of(std::span<const Passkey> known, std::string_view id) {
  const auto found = std::ranges::find(known, id, &Passkey::id);
  if (found == known.end()) return std::nullopt;
  return static_cast<std::size_t>(found - known.begin());
}

base::Result<std::string> random_bytes(std::size_t size) {
  if (sodium_init() < 0) return base::fail(base::ErrorKind::internal, "there is no source of random numbers");
  std::string out(size, '\0');
  randombytes_buf(out.data(), out.size());
  return out;
}

}  // namespace

std::string_view to_string(Why why) {
  switch (why) {
    case Why::malformed:
      return "malformed";
    case Why::type:
      return "type";
    case Why::challenge:
      return "challenge";
    case Why::origin:
      return "origin";
    case Why::cross_origin:
      return "cross_origin";
    case Why::party:
      return "party";
    case Why::presence:
      return "presence";
    case Why::verification:
      return "verification";
    case Why::backup:
      return "backup";
    case Why::algorithm:
      return "algorithm";
    case Why::credential:
      return "credential";
    case Why::user:
      return "user";
    case Why::format:
      return "format";
    case Why::signature:
      return "signature";
    case Why::counter:
      return "counter";
  }
  return "";
}

base::Result<std::string> new_challenge() { return random_bytes(kChallengeBytes); }
base::Result<std::string> new_user_handle() { return random_bytes(kUserHandleBytes); }

std::expected<Passkey, Refusal> check_registration(const RelyingParty& party, std::string_view challenge,
                                                   std::string_view body, UserVerification uv) {
  const auto answer = read_ceremony_answer(Ceremony::registration, body);
  if (!answer) return refuse(Why::malformed, answer.error());
  TRY(check_client_data(party, "webauthn.create", challenge, answer->client_data));
  const auto hash = crypto::sha256(answer->client_data);
  const auto object = read_attestation_object(answer->attestation_object);
  if (!object) return refuse(Why::malformed, object.error());
  if (object->data.size() > kMaxAuthenticatorData)
    return refuse(Why::malformed,
                  fmt::format("authenticator data of more than {} octets", kMaxAuthenticatorData));
  const auto data = read_authenticator_data(object->data);
  if (!data) return refuse(Why::malformed, data.error());
  TRY(check_flags(party, *data, uv));
  if (!data->credential) return refuse(Why::malformed, "the authenticator data holds no credential");
  if (data->credential->id.size() > kMaxCredentialId)
    return refuse(Why::credential, fmt::format("its id has more than {} octets", kMaxCredentialId));
  if (data->credential->id != answer->id) return refuse(Why::credential, "the ids within and without differ");
  const auto key = TRY(read_key(data->credential->key));
  auto attestation = TRY(check_statement(party, *object, *data, key, hash));
  return Passkey{.id = answer->id,
                 .public_key = std::string(data->credential->key),
                 .algorithm = key.algorithm,
                 .sign_count = data->sign_count,
                 .uv = data->has(Data::kVerified),
                 .backup_eligible = data->has(Data::kEligible),
                 .backed_up = data->has(Data::kBackedUp),
                 .aaguid = std::string(data->credential->aaguid),
                 .transports = answer->transports,
                 .attestation = std::move(attestation)};
}

std::expected<Assertion, Refusal> check_assertion(const RelyingParty& party, std::string_view challenge,
                                                  std::string_view handle, std::span<const Passkey> known,
                                                  std::string_view body, UserVerification uv) {
  const auto answer = read_ceremony_answer(Ceremony::assertion, body);
  if (!answer) return refuse(Why::malformed, answer.error());
  const auto place = place_of(known, answer->id);
  if (!place) return refuse(Why::credential, "it is none of this account's passkeys");
  const auto& passkey = known[*place];
  if (answer->user_handle && !crypto::same_secret(*answer->user_handle, handle))
    return refuse(Why::user, "it is another account's");
  TRY(check_client_data(party, "webauthn.get", challenge, answer->client_data));
  const auto data = read_authenticator_data(answer->authenticator_data);
  if (!data) return refuse(Why::malformed, data.error());
  // Section 6.1: nothing is attested when one signs in.
  if (data->credential) return refuse(Why::malformed, "a credential stands in the answer of a sign-in");
  TRY(check_flags(party, *data, uv));
  if (data->has(Data::kEligible) != passkey.backup_eligible)
    return refuse(Why::backup, "its eligibility for backup is not what it was");
  const auto key = TRY(read_key(passkey.public_key));
  const auto hash = crypto::sha256(answer->client_data);
  const Signed what{.party = party.id,
                    .data = answer->authenticator_data,
                    .parsed = *data,
                    .client_data_hash = hash,
                    .verified = uv == UserVerification::required};
  if (key.algorithm != passkey.algorithm || !check_signature(what, key, answer->signature))
    return refuse(Why::signature, "the signature is not by this passkey");
  if ((data->sign_count != 0 || passkey.sign_count != 0) && data->sign_count <= passkey.sign_count)
    return refuse(Why::counter, fmt::format("its counter went from {} to {}: perhaps there is a copy of it",
                                            passkey.sign_count, data->sign_count));
  return Assertion{.passkey = *place,
                   .sign_count = data->sign_count,
                   .backed_up = data->has(Data::kBackedUp),
                   .uv = data->has(Data::kVerified)};
}

}  // namespace rampart::accounts::factor
