// Does one signature hold: its key, its time, its hashes (RFC 6376 section 6.1, RFC 8301, RFC 8463). What verifies DKIM's
// signatures and ARC's does it with this, so that a message's body is hashed once for both.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "auth/dkim/signature.h"
#include "crypto/verify_key.h"
#include "dns/name.h"
#include "facts/facts.h"
#include "mail/message.h"

namespace rampart::dkim {

inline constexpr std::chrono::seconds kAhead{300};  // how far t= may be ahead of our clock; our own

// Keys that are ready to verify, by their bytes. Any number of threads.
class KeyCache {
 public:
  // It holds so many of each type.
  explicit KeyCache(std::size_t most = 4096) : most_(most) {}
  // Null when the key cannot be used.
  std::shared_ptr<const crypto::VerifyKey> find(KeyType type, std::string_view bytes);

 private:
  std::mutex mutex_;
  std::size_t most_;
  // Found by views of what they were made of.
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view bytes) const { return dns::hash_bytes(bytes); }
  };
  // Shared with verifications under way.
  using Ready = std::shared_ptr<const crypto::VerifyKey>;
  std::unordered_map<std::string, Ready, Hash, std::equal_to<>> rsa_;
  std::unordered_map<std::string, Ready, Hash, std::equal_to<>> ed25519_;
};

// As Authentication-Results writes it (RFC 8601 section 2.7.1).
enum class Result : std::uint8_t { none, pass, fail, policy, neutral, temperror, permerror };
std::string_view to_string(Result result);

// What a field that was not read holds: nothing.
std::shared_ptr<const Signature> no_signature();

struct Checked {
  std::size_t field = 0;                                        // its place in Header::fields
  std::shared_ptr<const Signature> signature = no_signature();  // shared by copies, never null
  Result result = Result::none;
  bool verified = false;     // the cryptographic result alone: both hashes and the signature are right
  std::string why;           // one clause, printable
  std::string_view section;  // what says so; may be empty
  unsigned bits = 0;         // of the key that verified it, or of the last one tried
  bool testing = false;      // the key says t=y
  std::uint64_t unsigned_octets = 0;  // of the canonical body, behind what l= covers

  [[nodiscard]] bool passes() const { return result == Result::pass; }
  void set(Result to, std::string reason, std::string_view where);
};

class SignatureCheck {
 public:
  // All three must outlive it.
  SignatureCheck(const mail::Message& message, const mail::FieldIndex& index, KeyCache& keys)
      : message_(message), index_(index), keys_(keys) {}

  [[nodiscard]] const mail::Message& message() const { return message_; }
  [[nodiscard]] const mail::FieldIndex& index() const { return index_; }

  // For signatures without a fault. Both leave Result::none while the key's answer is open.
  void judge(Checked& checked, facts::Facts& facts, base::Time now, Service service = Service::email);
  // Of a signature that covers no body, and header fields that have this SHA-256.
  void judge_seal(Checked& checked, std::string_view digest, facts::Facts& facts, base::Time now);

 private:
  struct Body {
    Canon canon = Canon::simple;
    std::optional<std::uint64_t> limit;
    std::string hash;
    std::uint64_t length = 0;
  };

  const Body& body(const Signature& signature);
  [[nodiscard]] std::string header_hash(const Checked& checked) const;
  [[nodiscard]] bool body_fits(Checked& checked);
  void try_keys(Checked& checked, const std::vector<const KeyRecord*>& keys, std::string_view digest);

  const mail::Message& message_;
  const mail::FieldIndex& index_;
  KeyCache& keys_;
  std::vector<Body> bodies_;  // hashed so far
};

// The first field that comes once and that a reader sees or reads the body by (RFC 5322 section 3.6, RFC 2045 section 3) and is
// there more often than it is signed: what is signed is the lower one, and many readers show the upper one (RFC 6376 section
// 8.15). A field that is not signed at all is the signer's choice. Empty when there is none.
std::string_view added_field(const Signature& signature, const mail::FieldIndex& index);

}  // namespace rampart::dkim
