// What an outcome says for the naming of senders: read once for each, however many rows share it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dns/name.h"
#include "mail/providers/registry.h"
#include "reports/aggregate/outcome.h"

namespace rampart::reports {

// The owner's names.
class Owned {
 public:
  Owned(const dns::Name& domain, std::span<const dns::Name> more);
  // `name` is lower case, with or without a final dot; anything may stand in it.
  [[nodiscard]] bool holds(std::string_view name) const;

 private:
  std::vector<dns::Name> domains_;
};

// The organisation of a name: "esp.example" of "mta.esp.example". Empty when it has none.
std::string organisation_of(std::string_view name);

using KeyId = std::uint32_t;
// The owner's DKIM keys, by number.
class Keys {
 public:
  struct Key {
    std::string domain;
    std::string selector;
  };
  KeyId add(std::string_view domain, std::string_view selector);
  [[nodiscard]] const Key& operator[](KeyId id) const { return keys_[id]; }
  [[nodiscard]] std::size_t size() const { return keys_.size(); }

 private:
  std::vector<Key> keys_;
  std::unordered_map<std::string, KeyId> ids_;
};

struct OutcomeFacts {
  bool dkim_ok = false;                 // aligned and verified
  bool spf_ok = false;                  // aligned and passed
  Override said = Override::unknown;    // mailing_list, forwarded or trusted_forwarder, by the receiver
  bool arc = false;                     // the receiver went by an ARC chain
  std::vector<KeyId> keys;              // of the owner, verified; none without dkim_ok
  std::vector<KeyId> broken;            // of the owner, did not verify
  mail::Registry::Match signer;         // whose own signature verified
  const DkimSeen* signature = nullptr;  // that one; in the outcome
  mail::Registry::Match bounce;         // whose MAIL FROM domain passes SPF
  std::vector<std::string> strangers;   // organisations, not the owner's, that SPF or DKIM pass for
  std::string passing;      // the organisation, not the owner's, whose MAIL FROM passes SPF; may be empty
  bool own_failed = false;  // SPF of a name of the owner's said fail or softfail
  bool unaligned =
      false;  // a signature or SPF of the owner passed, and the receiver says that it is not aligned
  bool spf_said = false;  // SPF had any result
};

OutcomeFacts read_outcome(const Outcome& outcome, const Owned& owned, const mail::Registry& registry,
                          Keys& keys);

}  // namespace rampart::reports
