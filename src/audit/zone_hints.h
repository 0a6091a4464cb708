// What a zone file shows of a domain that nobody who asks questions can see: which DKIM selectors there are,
// and which names below exist.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "audit/assess.h"
#include "facts/zone_edit.h"
#include "facts/zones.h"

namespace rampart::audit {

class ZoneHints {
 public:
  static constexpr std::size_t kMaxSelectors =
      100;  // of one domain; ours, what one domain may cost is bounded anyhow
  static constexpr std::size_t kMaxSubdomains =
      8;  // of one domain; an audit looks at the first that serves it
  // Names below one domain with SPF of their own that are tried as envelope senders, and as many with DMARC of
  // their own that are tried in the From field; ours.
  static constexpr std::size_t kMaxSenders = 16;

  // One pass over all names; `zones` is not kept.
  explicit ZoneHints(const facts::Zones& zones);

  // Fills zone_selectors, zone_is_complete, known_subdomains, spf_subdomains,
  // spf_siblings and dmarc_subdomains of an input whose domain is set.
  void apply(Input& input, const facts::Zones& zones) const;

 private:
  struct Nearest {  // names below a domain, those nearest to it first
    std::vector<dns::Name> names;
    std::size_t left_out = 0;
  };
  struct Hints {
    std::vector<std::string> selectors;  // sorted
    std::vector<dns::Name> subdomains;   // those with MX first, then with an address, then the rest; by name
    Nearest senders;                     // with SPF of their own
    Nearest policies;                    // with a DMARC record of their own
    bool sends = false;                  // the name itself has SPF
  };
  void add_siblings(Input& input) const;
  // Names it under every domain above it, in the member at hand.
  void add(const dns::Name& name, Nearest Hints::* member);

  std::map<dns::Name, Hints> hints_;
};

// What a proposed change publishes below the domain, or beside it, and nobody could guess: selectors, and names
// with SPF or DMARC of their own.
void add_proposed(Input& input, const facts::ZoneEdit& edit);

}  // namespace rampart::audit
