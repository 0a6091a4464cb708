// Which DMARC record applies to a domain, and which domain it belongs to: the tree walk (RFC 9989 section
// 4.10), and beside it what a receiver that still follows RFC 7489 finds.
//
//   const auto found = dmarc::discover_policy(author, facts);
//   found.status          Discovery::Status::found
//   found.record_name     ministry.example        (the record stands at _dmarc.ministry.example)
//   found.tag             "sp"
//   found.policy          Policy::none            (after t=y took quarantine one level down)
//
// Pure functions over facts. All names of a walk are asked at once. What could not be found out is never
// taken for absent: such a walk is undetermined, and a discovery that depends on it is a temperror.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/dmarc/record.h"
#include "dns/name.h"
#include "facts/facts.h"

namespace rampart::dmarc {

inline constexpr unsigned kMaxWalkQueries = 8;  // RFC 9989 section 4.10

// Shared by the lookups, walks and discoveries that met it; many do, and it is costly to copy.
using RecordPtr = std::shared_ptr<const Record>;

struct Found {
  dns::Name name;    // the domain, without _dmarc
  RecordPtr record;  // never null
};

// What stands at one _dmarc name.
struct Lookup {
  enum class State : std::uint8_t { record, none, multiple, unknown };
  State state = State::none;
  dns::Name name;        // the domain, without _dmarc
  RecordPtr record;      // State::record; otherwise null
  std::string why;       // State::unknown, for people
  bool outside = false;  // State::unknown: only because the name lies outside the given zones
};
Lookup look_up(const dns::Name& domain, facts::Facts& facts);

struct Unknown {
  dns::Name name;
  std::string why;
};

struct Walk {
  dns::Name start;
  std::vector<Found> records;  // every record that counts, longest name first, up to where the walk stopped
  std::vector<dns::Name> multiple;  // names where several records discarded each other (steps 2 and 6)
  std::vector<Unknown> unknown;     // names that could not be looked up before the walk stopped
  // Public suffixes above the zones that were given (Why::outside, which no live resolver says), taken to
  // hold no record. To be said wherever the result is shown.
  std::vector<dns::Name> assumed;

  [[nodiscard]] bool undetermined() const { return !unknown.empty(); }
};

// The names that a walk from `start` looks at, in order: `start`, then its parents, of a name with eight or
// more labels only the last seven (section 4.10 step 4), down to the single label. Empty for the root.
std::vector<dns::Name> walk_names(const dns::Name& start);
Walk walk(const dns::Name& start, facts::Facts& facts);

// Section 4.10.2. Nothing when the walk is undetermined.
std::optional<dns::Name> organizational_domain(const Walk& walk);

struct Discovery {
  enum class Status : std::uint8_t {
    found,
    none,       // no record applies: DMARC says nothing of this domain
    unusable,   // a record applies and switches itself off (section 4.10.1); authentication result permerror
    temperror,  // an answer that the decision needs is unknown
  };
  enum class Place : std::uint8_t { author, organizational, public_suffix };

  Status status = Status::none;
  Place place = Place::author;
  dns::Name record_name;  // where the record was found, without _dmarc; the root when there is none
  RecordPtr record;       // for found and unusable, or null
  std::string_view
      tag;  // "p", "sp" or "np": whose policy it is (the one that applies, if p is inherited "p")
  Policy published = Policy::none;  // what the tag says; none when section 4.10.1 made it p=none
  Policy policy = Policy::none;     // after t=y
  bool as_none = false;             // section 4.10.1 made it p=none
  std::optional<bool> exists;       // whether the author domain exists; only when np made that matter
  std::string why;                  // one sentence for people, without a final stop
  Walk walk;                        // from the author domain

  [[nodiscard]] bool testing() const { return policy != published; }
};

// Section 4.10.1 for the domain of a From field.
Discovery discover_policy(const dns::Name& author, facts::Facts& facts);

// What an RFC 7489 receiver with the public suffix list finds (section 6.6.3 there): the domain's own record,
// else the organisational domain's; np, psd and t do not exist; several records are none; pct counts.
struct LegacyDiscovery {
  Discovery::Status status = Discovery::Status::none;
  dns::Name organizational_domain;
  dns::Name record_name;
  RecordPtr record;      // or null
  std::string_view tag;  // "p" or "sp"
  Policy policy = Policy::none;
  unsigned percent = 100;  // of the failing mail; the rest gets the next weaker policy (section 6.6.4 there)
  bool as_none = false;
  std::string why;
};
LegacyDiscovery discover_policy_7489(const dns::Name& author, facts::Facts& facts);

std::string_view to_string(Discovery::Status status);

}  // namespace rampart::dmarc
