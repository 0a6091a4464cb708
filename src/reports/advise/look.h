// What DNS says that advice needs: the domain's records as they stand, whom its SPF record lists, and the names of the
// addresses in its reports. Pure functions over facts.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "auth/dmarc/external.h"
#include "facts/facts.h"
#include "reports/archive/daily.h"
#include "reports/sources/look.h"
#include "reports/sources/source.h"

namespace rampart::reports::advice {

inline constexpr std::size_t kMaxNamesBelow = 200;  // From domains whose existence is looked up; ours

// Three values: what was not asked, or not answered, is unknown.
enum class Known : std::uint8_t { unknown, no, yes };
std::string_view to_string(Known known);

struct Dns {
  enum class Policy : std::uint8_t {
    unknown,    // it was not looked up, or there was no answer: `why`
    none,       // no record applies
    own,        // the domain's own record
    inherited,  // a record of a name above it
    unusable,   // its own, which switches itself off (RFC 9989 section 4.10.1), or several
  };
  Policy policy = Policy::unknown;
  std::string why = "DNS was not asked";
  std::string record;          // of own, inherited and unusable, where there is one
  std::string holder;          // whose it is
  std::uint32_t ttl = 0;       // seconds; of `own`
  Known top = Known::unknown;  // the domain is its own Organizational Domain, so sp and np count

  std::vector<dmarc::Destination> destinations;  // of rua

  Known spf = Known::unknown;  // one record that can be read
  std::string spf_why;
  std::vector<std::string> includes;  // domains of its include and redirect terms, in order

  // From domains below the domain that exist, or do not, in DNS (RFC 9989 section 4.7 np).
  struct Name {
    std::string name;
    Known exists = Known::unknown;
  };
  std::vector<Name> names;
};

// What is asked, and of whom. Owned by the decision, as an answer may come late.
struct LookInput {
  dns::Name domain;
  std::vector<std::uint32_t> places;       // of the addresses to look up, in Daily::addresses
  std::vector<AddressToLookUp> addresses;  // the same
  std::vector<std::uint32_t> left_out;     // with mail, and beyond the most that are asked about
  std::vector<std::string> names_below;    // From domains
  std::size_t of = 0;                      // Daily::addresses
  base::Time now{};
};
// At most `most` addresses, those with most messages.
LookInput to_look_up(const Daily& daily, const dns::Name& domain, std::span<const dns::Name> own_domains,
                     std::size_t most, base::Time now);
// That look() may have, at most.
std::size_t questions(const LookInput& input);

struct DnsSeen {
  Dns dns;
  std::vector<SeenAddress> addresses;  // by place in Daily::addresses, without rows
  std::size_t left_out = 0;            // addresses with mail that were not asked about
};

DnsSeen look(const LookInput& input, facts::Facts& facts);

}  // namespace rampart::reports::advice
