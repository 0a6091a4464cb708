#include "crypto/sign_key.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/public_key.h"

namespace rampart::crypto {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIO* memory) const { BIO_free_all(memory); }
};

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// Never asks a terminal.
int no_password(char*, int, int, void*) { return 0; }

}  // namespace

struct SignKey::Parts {
  std::unique_ptr<EVP_PKEY, Free> key;
  std::unique_ptr<EVP_PKEY_CTX, Free> ready;  // RSA: set up once, copied for each signature

  [[nodiscard]] bool is_rsa() const { return EVP_PKEY_is_a(key.get(), "RSA") == 1; }
  [[nodiscard]] bool prepare() {
    if (!is_rsa()) return EVP_PKEY_is_a(key.get(), "ED25519") == 1;
    ready.reset(EVP_PKEY_CTX_new(key.get(), nullptr));
    return ready && EVP_PKEY_sign_init(ready.get()) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(ready.get(), RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(ready.get(), EVP_sha256()) == 1;
  }
};

SignKey::SignKey(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SignKey::SignKey(SignKey&& other) noexcept = default;
SignKey& SignKey::operator=(SignKey&& other) noexcept = default;
SignKey::~SignKey() = default;

base::Result<SignKey> SignKey::make(Type type, unsigned bits) {
  auto parts = std::make_unique<Parts>();
  parts->key.reset(type == Type::rsa ? EVP_RSA_gen(bits) : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const bool good = parts->key && parts->prepare();
  ERR_clear_error();
  if (!good) return base::fail(base::ErrorKind::internal, "OpenSSL made no key");
  return SignKey(std::move(parts));
}

base::Result<SignKey> SignKey::from_pem(std::string_view pem) {
  const std::unique_ptr<BIO, Free> memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  auto parts = std::make_unique<Parts>();
  if (memory) parts->key.reset(PEM_read_bio_PrivateKey(memory.get(), nullptr, &no_password, nullptr));
  const bool good = parts->key && parts->prepare();
  ERR_clear_error();
  if (!good)
    return base::fail(base::ErrorKind::input, "is no private key of RSA or Ed25519 in PEM without a password",
                      {}, "make one with rampart dkim keygen, or openssl genpkey");
  return SignKey(std::move(parts));
}

SignKey::Type SignKey::type() const { return parts_->is_rsa() ? Type::rsa : Type::ed25519; }
unsigned SignKey::bits() const { return static_cast<unsigned>(EVP_PKEY_get_bits(parts_->key.get())); }

Secret SignKey::pem() const {
  const std::unique_ptr<BIO, Free> memory(BIO_new(BIO_s_secmem()));
  if (!memory ||
      PEM_write_bio_PrivateKey(memory.get(), parts_->key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return {};
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &text);
  return Secret(std::string_view(text, static_cast<std::size_t>(size)));
}

std::string SignKey::public_key() const {
  if (!parts_->is_rsa()) {
    std::string out(kEd25519KeyBytes, '\0');
    auto size = out.size();
    if (EVP_PKEY_get_raw_public_key(parts_->key.get(), bytes(out), &size) != 1) return {};
    return out;
  }
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(parts_->key.get(), &der);
  if (size <= 0) return {};
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

std::string SignKey::sign(std::string_view sha256) const {
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(parts_->key.get())), '\0');
  auto size = out.size();
  bool good = false;
  if (parts_->ready) {
    const std::unique_ptr<EVP_PKEY_CTX, Free> context(EVP_PKEY_CTX_dup(parts_->ready.get()));
    good = context && EVP_PKEY_sign(context.get(), bytes(out), &size, bytes(sha256), sha256.size()) == 1;
  } else {
    const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    good = context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, parts_->key.get()) == 1 &&
           EVP_DigestSign(context.get(), bytes(out), &size, bytes(sha256), sha256.size()) == 1;
  }
  ERR_clear_error();
  out.resize(good ? size : 0);
  return out;
}

}  // namespace rampart::crypto
