// The key with which updates are signed (TSIG, RFC 8945), as BIND, Knot and tsig-keygen write it:
//
//   key "rampart.bank.example" { algorithm hmac-sha256; secret "c2VjcmV0…"; };
//
// The secret is nowhere but in this file and in memory: in no argument, no message and no log.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "dns/name.h"

namespace rampart::net {

inline constexpr std::size_t kMaxKeyFile = 4096;  // bytes; our own
inline constexpr std::size_t kMinTsigSecret =
    16;  // bytes: 128 bits; RFC 8945 section 8 wants as many as the digest has
inline constexpr std::size_t kMaxTsigSecret = 512;  // bytes; our own

class TsigKey {
 public:
  TsigKey(dns::Name name, std::string algorithm, std::string secret)
      : name_(name), algorithm_(std::move(algorithm)), secret_(std::move(secret)) {}
  TsigKey(const TsigKey&) = delete;
  TsigKey& operator=(const TsigKey&) = delete;
  TsigKey(TsigKey&& other) noexcept = default;
  TsigKey& operator=(TsigKey&& other) = delete;
  ~TsigKey();  // wipes the secret

  [[nodiscard]] const dns::Name& name() const { return name_; }
  [[nodiscard]] const std::string& algorithm() const { return algorithm_; }  // "hmac-sha256"
  [[nodiscard]] const std::string& secret() const { return secret_; }        // base64

 private:
  dns::Name name_;
  std::string algorithm_;
  std::string secret_;
};

// One key and nothing else; comments as BIND has them (//, #, /* */). No error holds a byte of the text.
base::Result<TsigKey> parse_tsig_key(std::string_view text, const std::string& file);

// Refused unless it is a regular file that belongs to the user who runs this and that nobody else may read or write.
base::Result<TsigKey> load_tsig_key(const std::string& path);

}  // namespace rampart::net
