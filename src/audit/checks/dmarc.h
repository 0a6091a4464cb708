// DMARC as an audit looks at it: which record applies to the domain, to an existing subdomain and to an
// invented one, what is wrong with it, and where its reports go (RFC 9989, RFC 9990 section 4).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/report.h"
#include "auth/dmarc/discover.h"
#include "auth/dmarc/external.h"
#include "facts/facts.h"

namespace rampart::audit {

struct Picture;

// The policy for one name, by both generations of receivers.
struct PolicyPicture {
  dmarc::Discovery found;
  dmarc::LegacyDiscovery legacy;
};

struct DmarcPicture {
  PolicyPicture domain;
  PolicyPicture existing;
  PolicyPicture invented;
  std::optional<dns::Name> organizational_domain;  // of the audited domain; nothing when unknown
  dmarc::Lookup own;                               // what stands at _dmarc.<domain>
  std::string own_server;                          // who said it
  std::vector<std::string> own_texts;              // every TXT record there
  std::vector<dns::Name> own_aliases;              // the CNAME chain from there
  std::vector<std::string> apex_records;  // DMARC records at the domain itself, where they mean nothing
  std::vector<dmarc::Destination> destinations;  // of the rua of the own record

  [[nodiscard]] bool has_own() const { return own.state == dmarc::Lookup::State::record; }
  // The domain's own record is the one that subdomains look at.
  [[nodiscard]] bool governs(const dns::Name& domain) const {
    return has_own() && organizational_domain == domain;
  }
};

PolicyPicture look_policies(const dns::Name& name, facts::Facts& facts);

struct Identities;
DmarcPicture look_dmarc(const Identities& identities, facts::Facts& facts);

// Every finding about DMARC but the advisory's weaknesses (weaknesses.h).
void check_dmarc(const Picture& picture, std::vector<Finding>& findings);

// The report's words for a discovered policy: missing when no record applies or the one that does switches
// itself off, unknown for a temporary error.
Policy policy_of(const dmarc::Discovery& discovery);
// The same for a receiver that follows RFC 7489. Where pct is below 100 a stranger's mail meets the weaker
// policy some of the time (RFC 7489 section 6.6.4), so that is the one.
Policy policy_of(const dmarc::LegacyDiscovery& discovery);

EffectivePolicy effective_policy(const DmarcPicture& dmarc);

// The own record with `tag` set to `value`, right behind p when it is new; everything else as published.
std::string with_tag(std::string_view record, std::string_view tag, std::string_view value);

}  // namespace rampart::audit
