// Where a probe may connect. Whoever runs an audited domain chooses the host and its addresses, so they are
// checked after resolution and nothing is resolved again: only public addresses (base/ip.h), never our own,
// and no names that mean this machine or a private network.
#pragma once

#include <string>
#include <vector>

#include "base/ip.h"
#include "facts/answer.h"

namespace rampart::net {

inline constexpr std::size_t kMaxProbeAddresses = 4;  // of one host; our own

class ProbeGuard {
 public:
  // `allow_private`: for tests, and for audits of an internal network. Everything goes.
  explicit ProbeGuard(bool allow_private);

  struct Verdict {
    std::vector<base::IpAddress> addresses;  // at most kMaxProbeAddresses, IPv4 first; empty: see why
    facts::Why why = facts::Why::none;
    std::string detail;
  };
  // What the answers to A and AAAA for a host leave to connect to.
  [[nodiscard]] Verdict judge(const dns::Name& host, const facts::Answer& a, const facts::Answer& aaaa) const;
  [[nodiscard]] bool allows(const base::IpAddress& address) const;

 private:
  bool allow_private_;
  std::vector<base::IpAddress> own_;  // the addresses of this machine's interfaces
};

// localhost, local, internal, home.arpa and the reverse trees: names that do not mean a host of the internet
// (RFC 6761, RFC 6762, RFC 8375).
bool is_special_use(const dns::Name& name);
// Letters, digits, hyphens and underscores between dots: what may stand in a URL or an SNI.
bool is_host_name(const dns::Name& name);

}  // namespace rampart::net
