#include "crypto/public_key.h"

#include <bit>
#include <memory>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

namespace rampart::crypto {
namespace {

constexpr auto kInput = base::ErrorKind::input;

// DER (X.690) tags, and the AlgorithmIdentifiers of RFC 8017 appendix A.1 and RFC 8410 section 3.
constexpr char kInteger = 0x02;
constexpr char kBitString = 0x03;
constexpr char kSequence = 0x30;
constexpr std::string_view kRsaOid("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 11);
constexpr std::string_view kNull("\x05\x00", 2);
constexpr std::string_view kEd25519Algorithm("\x30\x05\x06\x03\x2b\x65\x70", 7);

unsigned char byte(char c) { return static_cast<unsigned char>(c); }

// Takes the element of type `tag` off the front of `der`: its content, or nothing when another one or none
// stands there. Definite lengths in their shortest form only.
std::optional<std::string_view> take(std::string_view& der, char tag) {
  if (der.size() < 2 || der[0] != tag) return std::nullopt;
  std::size_t length = byte(der[1]);
  std::size_t head = 2;
  if (length > 0x82 || length == 0x80) return std::nullopt;
  if (length > 0x80) {
    const std::size_t octets = length - 0x80;
    if (der.size() < 2 + octets) return std::nullopt;
    length = octets == 1 ? byte(der[2]) : static_cast<std::size_t>(byte(der[2])) << 8 | byte(der[3]);
    if (length < (octets == 1 ? 0x80U : 0x100U)) return std::nullopt;
    head += octets;
  }
  if (der.size() - head < length) return std::nullopt;
  const auto content = der.substr(head, length);
  der.remove_prefix(head + length);
  return content;
}

// A positive INTEGER in its shortest form, without the zero that keeps it positive.
std::optional<std::string_view> take_number(std::string_view& der) {
  auto content = take(der, kInteger);
  if (!content || content->empty() || byte((*content)[0]) >= 0x80) return std::nullopt;
  if ((*content)[0] != 0) return content;
  if (content->size() < 2 || byte((*content)[1]) < 0x80) return std::nullopt;
  return content->substr(1);
}

std::string element(char tag, std::string_view content) {
  std::string out(1, tag);
  if (content.size() >= 0x100) {
    out += {'\x82', static_cast<char>(content.size() >> 8)};
  } else if (content.size() >= 0x80) {
    out += '\x81';
  }
  out += static_cast<char>(content.size());
  return out.append(content);
}

std::string number_element(std::string_view number) {
  return element(kInteger,
                 byte(number[0]) >= 0x80 ? std::string(1, '\0').append(number) : std::string(number));
}

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

// What OpenSSL reads in bytes that are not DER as it should be: it knows other kinds of key, and is lenient.
Key read_by_openssl(std::string_view der, bool info) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* end = at + der.size();
  const auto length = static_cast<long>(der.size());
  Key key(info ? d2i_PUBKEY(nullptr, &at, length) : d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, length));
  ERR_clear_error();
  return at == end ? std::move(key) : nullptr;
}

std::string spki_of(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  ERR_clear_error();
  if (length <= 0) return {};
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

}  // namespace

// OpenSSL takes 100 us to decode a key and as long to encode it; an audit only measures it, and reads it here
// in a fraction of one.
std::optional<PublicKey> PublicKey::read(std::string_view der) {
  auto form = Form::rsa_public_key;
  auto rest = der;
  auto key = take(rest, kSequence);
  if (!key || !rest.empty()) return std::nullopt;
  if (key->starts_with(kSequence)) {
    form = Form::subject_public_key_info;
    const auto algorithm = take(*key, kSequence);
    if (!algorithm || !algorithm->starts_with(kRsaOid)) return std::nullopt;
    const auto parameters = algorithm->substr(kRsaOid.size());
    if (!parameters.empty() && parameters != kNull) return std::nullopt;
    auto bits = take(*key, kBitString);
    if (!bits || !key->empty() || !bits->starts_with('\0')) return std::nullopt;  // no unused bits
    bits->remove_prefix(1);
    key = take(*bits, kSequence);
    if (!key || !bits->empty()) return std::nullopt;
  }
  const auto modulus = take_number(*key);
  const auto exponent = modulus ? take_number(*key) : std::nullopt;
  if (!exponent || !key->empty()) return std::nullopt;
  return PublicKey(form, *modulus, *exponent);
}

base::Result<PublicKey> PublicKey::rsa(std::string_view der) {
  if (der.size() > kMaxKeyBytes) {
    return base::fail(kInput, fmt::format("the key has {} bytes, more than {}", der.size(), kMaxKeyBytes));
  }
  if (auto key = read(der)) return std::move(*key);
  for (const auto form : {Form::subject_public_key_info, Form::rsa_public_key}) {
    const auto key = read_by_openssl(der, form == Form::subject_public_key_info);
    if (!key) continue;
    if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) {
      return base::fail(kInput,
                        fmt::format("the key is not an RSA key but {}", EVP_PKEY_get0_type_name(key.get())));
    }
    auto read_again = read(spki_of(key.get()));
    if (!read_again) break;
    read_again->form_ = form;
    return std::move(*read_again);
  }
  return base::fail(kInput, "the bytes are no RSA public key");
}

base::Result<PublicKey> PublicKey::ed25519(std::string_view raw) {
  if (raw.size() != kEd25519KeyBytes) {
    return base::fail(kInput,
                      fmt::format("an Ed25519 key has {} bytes, not {}", kEd25519KeyBytes, raw.size()));
  }
  return PublicKey(Form::raw, raw, {});
}

unsigned PublicKey::bits() const {
  if (form_ == Form::raw) return 256;
  return static_cast<unsigned>((number_.size() - 1) * 8) +
         static_cast<unsigned>(std::bit_width(byte(number_[0])));
}

bool PublicKey::even_or_tiny_exponent() const {
  if (form_ == Form::raw) return false;
  return byte(exponent_.back()) % 2 == 0 || (exponent_.size() == 1 && byte(exponent_[0]) < 3);
}

std::string PublicKey::spki() const {
  if (form_ == Form::raw) {
    return element(kSequence,
                   std::string(kEd25519Algorithm) + element(kBitString, std::string(1, '\0') + number_));
  }
  const auto key = element(kSequence, number_element(number_) + number_element(exponent_));
  const auto algorithm = element(kSequence, std::string(kRsaOid) + std::string(kNull));
  return element(kSequence, algorithm + element(kBitString, std::string(1, '\0') + key));
}

}  // namespace rampart::crypto
