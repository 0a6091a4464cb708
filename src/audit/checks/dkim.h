// DKIM as an audit looks at it: the keys at every selector that can be thought of, and whether their absence
// is proven (RFC 6376, 8301, 8463).
//
// Selectors cannot be listed, so not finding a key is no proof. What proves absence:
//   - NXDOMAIN at _domainkey.<domain>: nothing exists below it (RFC 8020). Some servers answer so for a name
//     that only has names below it, so every selector tried must be NXDOMAIN too;
//   - the whole zone, when it was given and holds no selector.
#pragma once

#include <string>
#include <vector>

#include "audit/assess.h"
#include "audit/known.h"
#include "audit/report.h"
#include "auth/dkim/key_record.h"
#include "facts/facts.h"

namespace rampart::audit {

struct Picture;

enum class DkimState : std::uint8_t {
  present,  // at least one key that is not revoked
  absent,   // proven
  unknown,  // not found and not proven absent, or only revoked keys
};

struct SelectorPicture {
  std::string selector;
  dns::Name name;  // <selector>._domainkey.<domain>
  dkim::Selector found;
  std::string server;
  bool named = false;  // by the owner, a mail or the zone: its absence is worth saying
};

struct DkimPicture {
  DkimState state = DkimState::unknown;
  std::string why;  // how absence is proven, or what stands in the way
  std::vector<SelectorPicture>
      selectors;  // those with a key, those that failed, and named ones, in the order tried
  std::size_t tried = 0;
  std::vector<Takeover> takeovers;  // selectors that are aliases into domains that nobody has registered
  bool wildcard = false;            // every selector tried answers with the same TXT record, which is no key
  bool all_revoked =
      false;  // every selector tried answers with a revoked key: a wildcard says that none is valid
};

// Always tried: selectors that were named, the first kFirstSelectors common ones, and those that the domain's
// mail and SPF providers use. The other common ones are tried when these show no key and _domainkey exists.
inline constexpr std::size_t kFirstSelectors = 8;  // our own: enough to contradict a wrong NXDOMAIN
DkimPicture look_dkim(const Input& input, const std::vector<dns::Name>& mx_targets,
                      const std::vector<dns::Name>& spf_targets, facts::Facts& facts);

void check_dkim(const Picture& picture, std::vector<Finding>& findings);
std::vector<DkimKey> dkim_keys(const DkimPicture& dkim);

}  // namespace rampart::audit
