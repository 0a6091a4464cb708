// Who may get a domain's aggregate reports: RFC 9990 sections 3.5 and 4.
//
//   const auto to = recipients(bank, due.rua, facts);   // a pure function over facts
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/dmarc/external.h"
#include "dns/name.h"
#include "facts/facts.h"

namespace rampart::reports {

inline constexpr std::size_t kMaxRecipients =
    10;  // of a report; our own ("up to the Receiver's limits", section 3.5)

struct Recipients {
  struct NotSent {
    std::string uri;  // as published; printable
    std::string why;
    bool later = false;  // the answer is not known now: try again (section 4 step 5)
  };
  std::vector<std::string> to;  // addresses, in the order of the record, each once
  std::vector<NotSent> not_sent;

  [[nodiscard]] bool undetermined() const;  // some are to be tried later
};

// `rua`: the URIs of the record that was found at `policy_domain`. An address gets reports when its host's Organizational Domain is
// the policy domain's, or when the host's own record agrees; what that record puts in its place, on the same host, gets them
// instead. Left out: URIs that are malformed or no mailto, addresses that no mail can be sent to, hosts that receive none, and
// what is beyond kMaxRecipients. A size behind a URI ("!10m") is obsolete, and ignored (RFC 9989 section 4.8). Of failure reports `rua` holds the URIs of ruf (RFC 9991 section 5).
Recipients recipients(const dns::Name& policy_domain, const std::vector<std::string>& rua,
                      facts::Facts& facts, dmarc::ReportKind kind = dmarc::ReportKind::aggregate);

}  // namespace rampart::reports
