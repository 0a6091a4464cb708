// The life of a domain's DKIM keys: which step comes next. Pure; what a step does is done elsewhere, and written down before
// the next is asked for, so that a run that ends anywhere goes on where it ended.
//
//   made       its record is not at every server of the zone yet
//   published  every server has it, since `seen`; caches may still hold what stood there before
//   signing    it signs, since `signing`
//   leaving    it signs no more, since `left`; mail under way still needs it
//   retired    its record says p= (RFC 6376 section 3.6.1)
//
// Receivers look a key up when mail arrives, and mail may be tried for days (RFC 5321 section 4.5.4.1). So a key signs only
// when every cache must have it, and goes only when no mail that it signed can still be under way.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/dkim/key_record.h"
#include "base/result.h"
#include "base/time.h"
#include "dns/name.h"

namespace rampart::dkim {

inline constexpr std::size_t kMaxManagedKeys =
    1000;  // of a domain, the retired ones too; our own: 40 years of months

enum class KeyPhase : std::uint8_t { made, published, signing, leaving, retired };
std::string_view to_string(KeyPhase phase);

struct ManagedKey {
  std::string selector;
  KeyType type = KeyType::rsa;
  unsigned bits = 0;
  std::string public_key;  // as a record has it, not encoded; empty while the key is being made
  std::string file;        // of the private key, without its ending
  KeyPhase phase = KeyPhase::made;
  base::Time made{};
  std::chrono::seconds settle{};  // how long after `seen` a cache may hold what stood at the name before
  std::optional<base::Time> seen;
  std::optional<base::Time> signing;
  std::optional<base::Time> left;
  std::optional<base::Time> retired;

  friend bool operator==(const ManagedKey&, const ManagedKey&) = default;
};

struct ManagedDomain {
  dns::Name domain;
  // The zone that its records stand in, which the domain's own names lead to by CNAMEs; nothing: they stand at the domain.
  std::optional<dns::Name> delegate;
  std::vector<ManagedKey> keys;  // in the order in which they were made

  friend bool operator==(const ManagedDomain&, const ManagedDomain&) = default;
};

struct RotationRules {
  std::chrono::seconds period = std::chrono::days(30);  // how long a key signs
  std::chrono::seconds keep =
      std::chrono::days(8);  // after its last signature; our own: twice what most servers try
};

struct RotationStep {
  enum class Kind : std::uint8_t {
    rest,     // nothing to do until `due`
    make,     // a key with the selector `selector`
    publish,  // the record of `key`, and see it at every server
    settle,   // caches: until `due`
    sign,     // `key` signs from now on, and the one before leaves
    retire,   // the record of `key` says p= from now on
  };
  Kind kind = Kind::rest;
  std::size_t key = 0;  // its place
  std::string selector;
  std::optional<base::Time> due;
};

struct StepOptions {
  bool at_once = false;    // a new key is made whatever the age of the one that signs
  bool may_retire = true;  // false: as if no key were to be retired yet
};
// For the keys of one type. A key that was made goes its way to signing in any case.
RotationStep next_step(const ManagedDomain& domain, KeyType type, base::Time now, const RotationRules& rules,
                       const StepOptions& options = {});

// What a step that was done changes.
void set_seen(ManagedKey& key, base::Time now, std::chrono::seconds settle);
void set_signing(ManagedDomain& domain, std::size_t key, base::Time now);
void set_retired(ManagedKey& key, base::Time now);

// Where a key's record stands, and what the record says: the key, or of a retired one that it is revoked.
std::optional<dns::Name> record_name(const ManagedDomain& domain, const std::string& selector);
std::string record_text(const ManagedKey& key);
// <selector>._domainkey.<domain>, where verifiers ask.
std::optional<dns::Name> key_name(const dns::Name& domain, const std::string& selector);

// The file of the next key with this selector: a delegated domain's selectors come again.
std::string key_file(const ManagedDomain& domain, const std::string& selector);

// The two selectors of a type that a delegated domain's CNAMEs are for: each is used in turn.
std::vector<std::string> delegated_selectors(KeyType type);

// JSON, schema "rampart.dkim-keys/1"; no secret is in it. Errors are of kind input; `name` is the file's.
std::string format_keys(const ManagedDomain& domain);
base::Result<ManagedDomain> parse_keys(std::string_view text, std::string_view name);

}  // namespace rampart::dkim
