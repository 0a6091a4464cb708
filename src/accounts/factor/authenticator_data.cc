#include "accounts/factor/authenticator_data.h"

#include <fido/param.h>

#include "accounts/factor/cbor.h"

namespace rampart::accounts::factor {
namespace {

constexpr std::size_t kHash = 32;
constexpr std::size_t kFixed = kHash + 1 + 4;  // section 6.1: the hash, the flags, the counter
constexpr std::size_t kAaguid = 16;

unsigned byte(char c) { return static_cast<unsigned char>(c); }

// The first item, whole; the reader's limits hold.
std::optional<std::string_view> take_item(std::string_view& bytes) {
  CborReader in(bytes);
  const auto item = in.item();
  if (!item) return std::nullopt;
  bytes = in.rest();
  return item->raw;
}

bool read_extensions(std::string_view cbor, AuthenticatorData& out) {
  const auto map = read_text_map(cbor);
  if (!map) return false;
  for (const auto& [name, value] : *map) {
    if (name == "hmac-secret") out.extensions |= FIDO_EXT_HMAC_SECRET;
    if (name == "credBlob") out.extensions |= FIDO_EXT_CRED_BLOB;
    if (name != "credProtect") continue;
    const auto level = value.integer();
    if (!level || *level < 1 || *level > 3) return false;
    out.extensions |= FIDO_EXT_CRED_PROTECT;
    out.protection = static_cast<int>(*level);
  }
  return true;
}

}  // namespace

std::expected<AuthenticatorData, std::string> read_authenticator_data(std::string_view bytes) {
  if (bytes.size() < kFixed) return std::unexpected("the authenticator data is cut");
  AuthenticatorData out;
  out.party_hash = bytes.substr(0, kHash);
  out.flags = static_cast<std::uint8_t>(bytes[kHash]);
  for (std::size_t i = kHash + 1; i < kFixed; ++i) out.sign_count = out.sign_count << 8 | byte(bytes[i]);
  auto rest = bytes.substr(kFixed);
  if (out.has(AuthenticatorData::kAttested)) {
    if (rest.size() < kAaguid + 2) return std::unexpected("the credential is cut");
    AuthenticatorData::Credential credential{.aaguid = rest.substr(0, kAaguid), .id = {}, .key = {}};
    const std::size_t length = byte(rest[kAaguid]) << 8 | byte(rest[kAaguid + 1]);
    rest.remove_prefix(kAaguid + 2);
    if (length == 0 || rest.size() < length) return std::unexpected("the credential's id is cut or empty");
    credential.id = rest.substr(0, length);
    rest.remove_prefix(length);
    const auto key = take_item(rest);
    if (!key) return std::unexpected("the credential's key is no CBOR that may stand there");
    credential.key = *key;
    out.credential = credential;
  }
  if (out.has(AuthenticatorData::kExtended)) {
    const auto map = take_item(rest);
    if (!map || !read_extensions(*map, out))
      return std::unexpected("the extensions are no map that may stand there");
  }
  if (!rest.empty()) return std::unexpected("something stands behind the authenticator data");
  return out;
}

std::expected<AttestationObject, std::string> read_attestation_object(std::string_view cbor) {
  const auto map = read_text_map(cbor);
  if (!map) return std::unexpected("the attestation object is no map that may stand there");
  const auto format = map->find("fmt");
  const auto statement = map->find("attStmt");
  const auto data = map->find("authData");
  const bool good = map->size() == 3 && format != map->end() && statement != map->end() &&
                    data != map->end() && format->second.type == CborItem::Type::text &&
                    statement->second.type == CborItem::Type::map &&
                    data->second.type == CborItem::Type::bytes;
  if (!good) return std::unexpected("the attestation object has other members than it should");
  return AttestationObject{format->second.content, statement->second.raw, data->second.content};
}

}  // namespace rampart::accounts::factor
