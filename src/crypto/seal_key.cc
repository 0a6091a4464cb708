#include "crypto/seal_key.h"

#include <memory>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/text.h"
#include "crypto/hmac.h"

namespace rampart::crypto {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;  // NIST SP 800-38D section 5.2.1.1
constexpr std::size_t kTagBytes = 16;

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

base::Result<SealKey> SealKey::from_text(std::string_view text) {
  auto bytes = base::decode_base64(base::trim(text));
  Secret key(bytes ? *std::move(bytes) : std::string());
  if (key.view().size() != kKeyBytes)
    return base::fail(base::ErrorKind::input, "it does not hold 32 bytes in base64", {},
                      "make one with: (umask 077; head -c 32 /dev/urandom | base64 > FILE)");
  return SealKey(std::move(key));
}

bool SealKey::is_sealed(std::string_view text) { return text.starts_with(kMark); }

std::string SealKey::seal_bytes(std::string_view secret, std::string_view name) const {
  std::string out(kNonceBytes + kTagBytes + secret.size(), '\0');
  auto* const nonce = bytes(out);
  auto* const body = nonce + kNonceBytes + kTagBytes;
  int size = 0;
  const Context context(EVP_CIPHER_CTX_new());
  const bool good =
      context && RAND_bytes(nonce, kNonceBytes) == 1 &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key_.view()), nonce) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &size, bytes(name), static_cast<int>(name.size())) == 1 &&
      EVP_EncryptUpdate(context.get(), body, &size, bytes(secret), static_cast<int>(secret.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), body + size, &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, nonce + kNonceBytes) == 1;
  if (!good) return {};
  return out;
}

std::string SealKey::seal(std::string_view secret, std::string_view name) const {
  const auto sealed = seal_bytes(secret, name);
  if (sealed.empty()) return {};
  return std::string(kMark) + base::encode_base64(sealed) + '\n';
}

Secret SealKey::derive(std::string_view purpose) const { return derive_key(key_, purpose); }

std::optional<Secret> SealKey::open_bytes(std::string_view sealed, std::string_view name) const {
  if (sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
  const auto body = sealed.substr(kNonceBytes + kTagBytes);
  std::string tag(sealed.substr(kNonceBytes, kTagBytes));
  std::string out(body.size(), '\0');
  int size = 0;
  const Context context(EVP_CIPHER_CTX_new());
  const bool good =
      context &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key_.view()), bytes(sealed)) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &size, bytes(name), static_cast<int>(name.size())) == 1 &&
      EVP_DecryptUpdate(context.get(), bytes(out), &size, bytes(body), static_cast<int>(body.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), bytes(out) + size, &size) == 1;
  Secret secret(std::move(out));
  if (!good) return std::nullopt;
  return secret;
}

std::optional<Secret> SealKey::open(std::string_view sealed, std::string_view name) const {
  if (!is_sealed(sealed)) return std::nullopt;
  const auto text = base::trim(sealed.substr(kMark.size()));
  const auto all = base::decode_base64(text);
  // In one form alone: base64 has bits at its end that say nothing.
  if (!all || base::encode_base64(*all) != text) return std::nullopt;
  return open_bytes(*all, name);
}

base::Result<Secret> open_secret(Secret text, const std::optional<SealKey>& seal, std::string_view name,
                                 const std::string& path) {
  if (!SealKey::is_sealed(text)) return text;
  if (!seal)
    return base::fail(base::ErrorKind::input, "the key is sealed, and no key file was named that opens it",
                      base::printable(path),
                      "name it with --seal-file, or as seal_file in [dkim] of the configuration");
  auto opened = seal->open(text, name);
  if (opened) return *std::move(opened);
  return base::fail(base::ErrorKind::input,
                    "the key cannot be opened: it was sealed with another key file, or changed",
                    base::printable(path),
                    "name the key file it was sealed with (--seal-file), and the domain and selector it was "
                    "made for, or put it "
                    "back from a copy");
}

}  // namespace rampart::crypto
