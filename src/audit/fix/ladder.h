// The ladder: which step comes next for a domain as it stands, decided from what an audit sees.
//
// The order is one that loses no mail: what no receiver acts on first (keys, p=none, reports), then the record that reports
// are ready for, where they were read (Owner::advised), then what refuses only names that do not exist (np), then subdomains one by one, all of them (sp), the domain (p), and -all last, because
// what it refuses before DMARC runs never shows in a report (RFC 9989 section 7.1). A domain that sends nothing takes
// a shorter one. Two things are never proposed:
//
//   - v=spf1 -all for a domain with an MX that nobody marked as not sending;
//   - a new p=none below a record that is enforced: it would take the place of that one (RFC 9989 section 4.10.1).
#pragma once

#include <optional>
#include <vector>

#include "audit/assess.h"
#include "audit/fix/plan.h"
#include "facts/facts.h"

namespace rampart::audit::fix {

// In order. A rung may hold several steps.
enum class Rung : std::uint8_t {
  keys,
  spf,
  watch,
  reports,
  tls_reports,
  mta_sts,
  advised,
  np,
  subdomains,
  sp,
  p,
  old_keys,
  last,  // -all; for a domain that sends nothing the null MX (when it is parked) and the empty keys
};
inline constexpr unsigned kRungs = 13;

// The owner's list of senders, evaluated against the domain's SPF.
struct SenderTally {
  std::vector<std::string> failing;  // who would not pass
  std::string unknown;               // why it could not be found out for one of them; empty when it could
};

// A domain as it stands, and where to go from there.
struct Stand {
  DomainReport report;
  SenderTally senders;       // when the owner gave a list
  std::vector<Step> asides;  // between the rung asked for and the next step: questions, and what is refused
  std::optional<Step> next;
  Rung rung = Rung::keys;                // next's
  std::optional<dns::Name> mail_server;  // an MX that it has
};

// A pure function over facts; `from` is the rung to look from.
Stand stand(const Input& input, const Owner& owner, Rung from, facts::Facts& facts);

// "v=DMARC1; p=none" with every tag of `record` that is neither a policy nor among `dropped` behind it.
std::string with_policy(std::string_view record, std::string_view policy,
                        std::initializer_list<std::string_view> dropped = {});

}  // namespace rampart::audit::fix
