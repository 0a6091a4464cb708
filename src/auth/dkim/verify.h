// Do a message's DKIM signatures hold (RFC 6376 section 6, RFC 8301, RFC 8463)?
//
//   dkim::Verifier verifier(message, index, keys);
//   const auto results = verifier.results(facts, now);   // one a signature, from the top of the message down
//
// Everything that is asked for the signatures is asked at once. Hashing is done once, however often the decision runs.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "auth/dkim/signature.h"
#include "crypto/verify_key.h"
#include "facts/facts.h"
#include "mail/message.h"

namespace rampart::dkim {

inline constexpr std::size_t kMaxVerified = 20;     // signatures of a message that are verified; our own
inline constexpr std::chrono::seconds kAhead{300};  // how far t= may be ahead of our clock; our own

// Keys that are ready to verify, by their bytes. Any number of threads.
class KeyCache {
 public:
  explicit KeyCache(std::size_t most = 4096) : most_(most) {}
  // Null when the key cannot be used.
  std::shared_ptr<const crypto::VerifyKey> find(KeyType type, const std::string& bytes);

 private:
  std::mutex mutex_;
  std::size_t most_;
  // Shared with verifications under way.
  std::unordered_map<std::string, std::shared_ptr<const crypto::VerifyKey>> keys_;
};

// As Authentication-Results writes it (RFC 8601 section 2.7.1).
enum class Result : std::uint8_t { none, pass, fail, policy, neutral, temperror, permerror };
std::string_view to_string(Result result);

struct Checked {
  std::size_t field = 0;  // its place in Header::fields
  Signature signature;
  Result result = Result::none;
  bool verified = false;     // the cryptographic result alone: both hashes and the signature are right
  std::string why;           // one clause, printable
  std::string_view section;  // what says so; may be empty
  unsigned bits = 0;         // of the key that verified it, or of the last one tried
  bool testing = false;      // the key says t=y
  std::uint64_t unsigned_octets = 0;  // of the canonical body, behind what l= covers

  [[nodiscard]] bool passes() const { return result == Result::pass; }
};

class Verifier {
 public:
  // All three must outlive it.
  Verifier(const mail::Message& message, const mail::FieldIndex& index, KeyCache& keys);

  // A function of the message, the facts and `now`. Signatures beyond kMaxVerified are `policy`.
  std::vector<Checked> results(facts::Facts& facts, base::Time now);
  // Of the signatures that may hold, each once.
  [[nodiscard]] std::vector<dns::Name> domains() const;

 private:
  struct Body {
    Canon canon = Canon::simple;
    std::optional<std::uint64_t> limit;
    std::string hash;
    std::uint64_t length = 0;
  };

  void judge(Checked& checked, facts::Facts& facts, base::Time now);
  void verify(Checked& checked, const std::vector<KeyRecord>& keys);
  const Body& body(const Signature& signature);
  [[nodiscard]] std::string header_hash(const Checked& checked) const;

  const mail::Message& message_;
  const mail::FieldIndex& index_;
  KeyCache& keys_;
  std::vector<Checked> signatures_;
  std::vector<Body> bodies_;  // hashed so far
};

}  // namespace rampart::dkim
