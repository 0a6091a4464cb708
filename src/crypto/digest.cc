#include "crypto/digest.h"

#include <memory>

#include <openssl/evp.h>

namespace rampart::crypto {
namespace {

// OpenSSL looks an algorithm up at every use, and makes a context, which costs more than hashing a key: both
// are kept, the context for each thread.
struct FreeDigest {
  void operator()(EVP_MD* algorithm) const { EVP_MD_free(algorithm); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Algorithm = std::unique_ptr<EVP_MD, FreeDigest>;

std::string digest(std::string_view bytes, const EVP_MD* algorithm) {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  std::string out(static_cast<std::size_t>(EVP_MD_get_size(algorithm)), '\0');
  if (EVP_DigestInit_ex2(context.get(), algorithm, nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(out.data()), nullptr) != 1) {
    return {};
  }
  return out;
}

const EVP_MD* sha256_algorithm() {
  static const Algorithm algorithm(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  return algorithm.get();
}

}  // namespace

std::string sha256(std::string_view bytes) { return digest(bytes, sha256_algorithm()); }
std::string sha512(std::string_view bytes) {
  static const Algorithm algorithm(EVP_MD_fetch(nullptr, "SHA512", nullptr));
  return digest(bytes, algorithm.get());
}

struct Hasher::Context {
  std::unique_ptr<EVP_MD_CTX, FreeDigest> digest{EVP_MD_CTX_new()};
  bool good = EVP_DigestInit_ex2(digest.get(), sha256_algorithm(), nullptr) == 1;
  bool ended = false;

  // Anew, only when more comes: most hashers hash once.
  void begin() {
    if (ended) good = EVP_DigestInit_ex2(digest.get(), sha256_algorithm(), nullptr) == 1;
    ended = false;
  }
};

Hasher::Hasher() : context_(std::make_unique<Context>()) {}
Hasher::Hasher(Hasher&& other) noexcept = default;
Hasher& Hasher::operator=(Hasher&& other) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(std::string_view bytes) {
  context_->begin();
  if (context_->good)
    context_->good = EVP_DigestUpdate(context_->digest.get(), bytes.data(), bytes.size()) == 1;
}

std::string Hasher::finish() {
  context_->begin();
  std::string out(kSha256Bytes, '\0');
  const bool done =
      context_->good &&
      EVP_DigestFinal_ex(context_->digest.get(), reinterpret_cast<unsigned char*>(out.data()), nullptr) == 1;
  context_->ended = true;
  if (!done) out.clear();
  return out;
}

}  // namespace rampart::crypto
