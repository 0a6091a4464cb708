// Hashes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace rampart::crypto {

inline constexpr std::size_t kSha256Bytes = 32;
inline constexpr std::size_t kSha512Bytes = 64;

// The raw digest; empty only when OpenSSL itself fails (out of memory).
std::string sha256(std::string_view bytes);
std::string sha512(std::string_view bytes);

// A SHA-256 of bytes that come in pieces. Moved from, it can only be assigned to or destroyed.
class Hasher {
 public:
  Hasher();
  Hasher(Hasher&& other) noexcept;
  Hasher& operator=(Hasher&& other) noexcept;
  ~Hasher();

  void update(std::string_view bytes);
  // The digest; the hasher begins anew. Empty only when OpenSSL itself failed somewhere.
  std::string finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace rampart::crypto
