#include "audit/subdomains/servers.h"

#include <fmt/format.h>

#include "audit/known.h"
#include "dns/domain.h"

namespace rampart::audit::subdomains {

using dns::RrType;

ZoneServers find_servers(const dns::Name& domain, const net::ProbeGuard& guard, facts::Facts& facts) {
  ZoneServers out;
  out.zone = domain;
  const auto top = dns::registered_domain(domain).value_or(domain);
  const facts::Answer* found = nullptr;
  for (auto at = domain;; at = at.parent()) {
    const auto& ns = facts.ask(at, RrType::ns);
    if (found == nullptr && ns.unknown()) {
      // Below a cut that is not known the wrong zone would be asked.
      out.notes.push_back(
          fmt::format("the name servers of {} could not be found: {}", at.text(), why_unknown(ns)));
      return out;
    }
    if (found == nullptr && ns.present() && !ns.has_aliases()) {
      found = &ns;
      out.zone = at;
    }
    if (at == top) break;
  }
  if (facts.pending()) return out;
  if (found == nullptr) {
    out.notes.push_back(fmt::format("no name servers were found for {}", domain.text()));
    return out;
  }
  for (const auto& record : found->records()) {
    const auto host = found->target(record);
    const auto& a = facts.ask(host, RrType::a);
    const auto& aaaa = facts.ask(host, RrType::aaaa);
    if (a.open() || aaaa.open()) continue;
    const auto verdict = guard.judge(host, a, aaaa);
    for (const auto& address : verdict.addresses) {
      if (out.servers.size() < kMaxTransferServers) out.servers.push_back({host, address});
    }
    if (verdict.addresses.empty()) out.notes.push_back(fmt::format("{}: {}", host.text(), verdict.detail));
  }
  return out;
}

}  // namespace rampart::audit::subdomains
