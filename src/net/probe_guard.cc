#include "net/probe_guard.h"

#include <algorithm>

#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include "base/text.h"

namespace rampart::net {
namespace {

using base::IpAddress;
using dns::Name;
using facts::Why;

std::vector<IpAddress> interface_addresses() {
  std::vector<IpAddress> out;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return out;
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr) continue;
    if (at->ifa_addr->sa_family == AF_INET) {
      const auto* in = reinterpret_cast<const sockaddr_in*>(at->ifa_addr);
      out.push_back(IpAddress::v4(ntohl(in->sin_addr.s_addr)));
    } else if (at->ifa_addr->sa_family == AF_INET6) {
      const auto* in = reinterpret_cast<const sockaddr_in6*>(at->ifa_addr);
      out.push_back(IpAddress::v6(std::span<const std::uint8_t, 16>(in->sin6_addr.s6_addr)));
    }
  }
  freeifaddrs(list);
  return out;
}

}  // namespace

bool is_special_use(const Name& name) {
  static const std::vector<Name> special = [] {
    std::vector<Name> out;
    for (const char* text : {"localhost", "local", "internal", "home.arpa", "in-addr.arpa", "ip6.arpa"}) {
      out.push_back(*Name::try_parse(text));
    }
    return out;
  }();
  return name.is_root() || std::ranges::any_of(special, [&](const Name& top) { return name.is_within(top); });
}

bool is_host_name(const Name& name) {
  if (name.is_root()) return false;
  for (unsigned i = 0; i < name.label_count(); ++i) {
    for (const char c : name.label(i)) {
      if (!base::is_alnum(c) && c != '-' && c != '_') return false;
    }
  }
  return true;
}

ProbeGuard::ProbeGuard(bool allow_private) : allow_private_(allow_private) {
  if (!allow_private_) own_ = interface_addresses();
}

bool ProbeGuard::allows(const IpAddress& address) const {
  return allow_private_ || (base::is_public(address) && std::ranges::find(own_, address) == own_.end());
}

ProbeGuard::Verdict ProbeGuard::judge(const Name& host, const facts::Answer& a,
                                      const facts::Answer& aaaa) const {
  Verdict verdict;
  const auto refuse = [&](Why why, std::string detail) {
    verdict.addresses.clear();
    verdict.why = why;
    verdict.detail = std::move(detail);
    return verdict;
  };
  if (!is_host_name(host)) return refuse(Why::forbidden, "the name is no host's name");
  for (const auto* answer : {&a, &aaaa}) {
    for (const auto& name : answer->aliases()) {
      if (is_special_use(name) && !allow_private_) {
        return refuse(Why::forbidden,
                      fmt::format("the name leads to {}, which is no host of the internet", name.text()));
      }
    }
  }
  if (is_special_use(host) && !allow_private_) {
    return refuse(Why::forbidden, fmt::format("{} is no host of the internet", host.text()));
  }
  std::size_t seen = 0;
  for (const auto* answer : {&a, &aaaa}) {
    for (const auto& record : answer->records()) {
      const auto address = IpAddress::from_bytes(answer->data(record));
      if (!address) continue;
      ++seen;
      if (allows(*address) && verdict.addresses.size() < kMaxProbeAddresses) {
        verdict.addresses.push_back(*address);
      }
    }
  }
  if (!verdict.addresses.empty()) return verdict;
  if (seen > 0) return refuse(Why::forbidden, "the host has no public address");
  for (const auto* answer : {&a, &aaaa}) {
    if (answer->unknown())
      return refuse(answer->why(), fmt::format("its address is unknown: {}", answer->detail()));
  }
  return refuse(Why::network, "the host has no address");
}

}  // namespace rampart::net
