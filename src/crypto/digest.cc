#include "crypto/digest.h"

#include <openssl/evp.h>

namespace rampart::crypto {
namespace {

std::string digest(std::string_view bytes, const EVP_MD* algorithm) {
  std::string out(static_cast<std::size_t>(EVP_MD_get_size(algorithm)), '\0');
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &length, algorithm,
                 nullptr) != 1) {
    return {};
  }
  return out;
}

}  // namespace

std::string sha256(std::string_view bytes) { return digest(bytes, EVP_sha256()); }
std::string sha512(std::string_view bytes) { return digest(bytes, EVP_sha512()); }

}  // namespace rampart::crypto
