// The audit of one domain: a pure function over facts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "audit/portfolio/entry.h"
#include "audit/report.h"
#include "audit/sample.h"
#include "base/ip.h"
#include "facts/facts.h"

namespace rampart::audit {

// A DKIM key that an earlier audit saw.
struct KnownKey {
  std::string selector;
  std::string fingerprint;  // as DkimKey's
  base::Time first_seen{};
};

struct Input {
  dns::Name domain;
  base::Time now{};
  std::vector<std::string> selectors;       // from --selector, --from-mail, the owner's list: asked first
  std::vector<std::string> zone_selectors;  // those seen in the zone itself, when its zone file was given
  std::vector<std::string>
      seen_selectors;  // whose signatures verified in DMARC reports: tried, and no fault when gone
  bool zone_is_complete =
      false;  // the zone file shows every selector there is, so none elsewhere is proof of absence
  std::vector<dns::Name> known_subdomains;  // names below the domain that are known to exist (zone, list)
  // Names below the domain that publish SPF of their own, and so a stranger's envelope senders (zone); a
  // first label of * stands for any name. Those that were left out are counted.
  std::vector<dns::Name> spf_subdomains;
  std::size_t spf_subdomains_left_out = 0;
  // Names beside the domain, below the registered domain of both, that publish SPF (zone); as above.
  std::vector<dns::Name> spf_siblings;
  std::size_t spf_siblings_left_out = 0;
  // Names below the domain with a DMARC record of their own, which decides for them (zone).
  std::vector<dns::Name> dmarc_subdomains;
  std::size_t dmarc_subdomains_left_out = 0;
  std::vector<dns::Name> block_lists;    // DNS block lists that the user names
  std::vector<KnownKey> known_keys;      // the store's: a key's age counts from when it was first seen
  std::chrono::seconds max_key_age{0};   // after which a key is to be replaced; 0: never
  std::vector<base::IpAddress> sending;  // addresses that the owner's mail is sent from
  std::shared_ptr<const Sample>
      sample;  // a message that the owner sent; null when none is given. Shared with the runs
  bool probe_https = false;
  bool probe_smtp = false;
  // The owner's word. Of a domain that is said not to send the remedies are those of one that provably does not (SPF
  // -all, p=reject at once) and a missing DKIM key is no fault; how it can be spoofed is judged as ever.
  Sends sends = Sends::unsaid;
  std::shared_ptr<const Entry> said;  // what its list says; null when nothing. Shared with the report
};

// Everything that can be asked together is asked together; with every answer at hand it costs some tens of
// microseconds.
DomainReport assess(const Input& input, facts::Facts& facts);

}  // namespace rampart::audit
