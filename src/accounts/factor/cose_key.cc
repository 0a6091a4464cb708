#include "accounts/factor/cose_key.h"

#include <memory>

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "accounts/factor/cbor.h"

namespace rampart::accounts::factor {
namespace {

using Map = std::map<std::int64_t, CborItem>;

// Labels and values of RFC 9053 section 7 and RFC 8230 section 4.
constexpr std::int64_t kType = 1;
constexpr std::int64_t kAlgorithm = 3;
constexpr std::int64_t kCurve = -1;
constexpr std::int64_t kX = -2;
constexpr std::int64_t kY = -3;
constexpr std::int64_t kModulus = -1;
constexpr std::int64_t kExponent = -2;
constexpr std::int64_t kTypeOkp = 1;
constexpr std::int64_t kTypeEc2 = 2;
constexpr std::int64_t kTypeRsa = 3;
constexpr std::int64_t kP256 = 1;
constexpr std::int64_t kEd25519 = 6;
constexpr std::size_t kCoordinate = 32;  // octets

std::optional<std::int64_t> integer(const Map& map, std::int64_t label) {
  const auto found = map.find(label);
  return found == map.end() ? std::nullopt : found->second.integer();
}

// Bytes of just that length; empty otherwise.
std::string_view bytes(const Map& map, std::int64_t label, std::size_t size) {
  const auto found = map.find(label);
  if (found == map.end() || found->second.type != CborItem::Type::bytes) return {};
  return found->second.content.size() == size ? found->second.content : std::string_view();
}

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

bool is_on_curve(const std::string& numbers) {
  es256_pk_t* point = es256_pk_new();
  std::unique_ptr<EVP_PKEY, FreeKey> key;
  if (point != nullptr && es256_pk_from_ptr(point, numbers.data(), numbers.size()) == FIDO_OK)
    key.reset(es256_pk_to_EVP_PKEY(point));
  es256_pk_free(&point);
  ERR_clear_error();
  return key != nullptr;
}

}  // namespace

std::optional<std::int64_t> cose_algorithm(std::string_view cbor) {
  const auto map = read_integer_map(cbor);
  return map ? integer(*map, kAlgorithm) : std::nullopt;
}

std::optional<CoseKey> read_cose_key(std::string_view cbor) {
  const auto map = read_integer_map(cbor);
  if (!map) return std::nullopt;
  const auto algorithm = integer(*map, kAlgorithm);
  const auto type = integer(*map, kType);
  const auto curve = integer(*map, kCurve);
  CoseKey out;
  if (algorithm == -7 && type == kTypeEc2 && curve == kP256 && map->size() == 5) {
    const auto x = bytes(*map, kX, kCoordinate);
    const auto y = bytes(*map, kY, kCoordinate);
    if (x.empty() || y.empty()) return std::nullopt;
    out = {Algorithm::es256, std::string(x).append(y)};
    if (!is_on_curve(out.numbers)) return std::nullopt;
    return out;
  }
  if (algorithm == -8 && type == kTypeOkp && curve == kEd25519 && map->size() == 4) {
    const auto x = bytes(*map, kX, kCoordinate);
    if (x.empty()) return std::nullopt;
    return CoseKey{Algorithm::eddsa, std::string(x)};
  }
  if (algorithm == -257 && type == kTypeRsa && map->size() == 4) {
    const auto modulus = bytes(*map, kModulus, kRsaModulus);
    const auto exponent = bytes(*map, kExponent, kRsaExponent);
    const bool good = !modulus.empty() && static_cast<unsigned char>(modulus[0]) >= 0x80 &&
                      (static_cast<unsigned char>(modulus.back()) & 1) != 0 &&
                      exponent == std::string_view("\x01\x00\x01", kRsaExponent);
    if (!good) return std::nullopt;
    return CoseKey{Algorithm::rs256, std::string(modulus).append(exponent)};
  }
  return std::nullopt;
}

}  // namespace rampart::accounts::factor
