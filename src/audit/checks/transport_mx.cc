// Findings about MX records and the addresses behind them.
#include <algorithm>

#include <fmt/format.h>

#include "audit/catalogue.h"
#include "audit/checks/transport_parts.h"
#include "dns/domain.h"

namespace rampart::audit::transport {
namespace {

std::string record_text(const facts::Answer& mx, const dns::Name& target) {
  for (const auto& record : mx.records()) {
    if (mx.target(record) == target) return fmt::format("{} {}", record.preference, target.text());
  }
  return {};
}

Finding with(Finding finding, Evidence evidence) {
  finding.evidence.push_back(std::move(evidence));
  return finding;
}

// A server without an address; when its registered domain does not exist, anybody may become that server.
Finding dangling(const Route& route, const Host& host, facts::Facts& facts) {
  const auto domain = route.domain();
  const auto name = host.name.text();
  auto seen = evidence(route.input->domain, dns::RrType::mx, *route.mx, record_text(*route.mx, host.name));
  const auto registered = dns::registered_domain(host.name);
  if (host.no_name && registered && !route.input->domain.is_within(*registered)) {
    const auto& owner = facts.ask(*registered, dns::RrType::ns);
    if (owner.presence() == facts::Presence::no_name && !owner.has_aliases()) {
      auto finding = with(make_finding("mx-takeover", {domain, name, registered->text()}), std::move(seen));
      finding.evidence.push_back(evidence(*registered, dns::RrType::ns, owner));
      return finding;
    }
  }
  return with(make_finding("mx-dangling", {domain, name}), std::move(seen));
}

void check_host(const Route& route, const Host& host, facts::Facts& facts, std::vector<Finding>& findings) {
  const auto domain = route.domain();
  const auto name = host.name.text();
  if (host.missing) {
    findings.push_back(dangling(route, host, facts));
    return;
  }
  const auto& a = facts.ask(host.name, dns::RrType::a);
  if (!host.why.empty() && host.addresses.empty()) {
    const auto& aaaa = facts.ask(host.name, dns::RrType::aaaa);
    findings.push_back(make_unknown("mx-host-unknown", {domain, name},
                                    a.undetermined() ? evidence(host.name, dns::RrType::a, a)
                                                     : evidence(host.name, dns::RrType::aaaa, aaaa)));
  }
  if (host.alias && route.mx->present()) {
    findings.push_back(
        with(make_finding("mx-cname", {domain, name}),
             evidence(route.input->domain, dns::RrType::mx, *route.mx, record_text(*route.mx, host.name))));
  }
  for (const auto& address : host.addresses) {
    if (base::is_public(address)) continue;
    findings.push_back(
        with(make_finding("mx-private-address", {domain, name, address.text()}),
             evidence(host.name, address.is_v4() ? dns::RrType::a : dns::RrType::aaaa, a, address.text())));
  }
}

}  // namespace

std::optional<dns::Name> reverse_name(const base::IpAddress& address) {
  return dns::Name::try_parse(reversed(address) + (address.is_v4() ? ".in-addr.arpa" : ".ip6.arpa"));
}

Reverse look_reverse(const base::IpAddress& address, const facts::Answer& ptr, facts::Facts& facts) {
  Reverse result;
  std::size_t followed = 0;
  for (const auto& record : ptr.records()) {
    if (++followed > kMaxPtrNames) break;
    const auto name = ptr.target(record);
    result.names += (result.names.empty() ? "" : ", ") + name.text();
    const auto& forward = facts.ask(name, address.is_v4() ? dns::RrType::a : dns::RrType::aaaa);
    result.unknown = result.unknown || forward.undetermined();
    for (const auto& back : forward.records()) {
      result.confirmed = result.confirmed || base::IpAddress::from_bytes(forward.data(back)) == address;
    }
  }
  return result;
}

void check_mx(const Route& route, facts::Facts& facts, std::vector<Finding>& findings) {
  const auto& domain = route.input->domain;
  const auto& mx = *route.mx;
  if (mx.undetermined()) {
    findings.push_back(make_unknown("mx-unknown", {route.domain()}, evidence(domain, dns::RrType::mx, mx)));
    return;
  }
  if (mx.absent() && route.takes_mail) {
    findings.push_back(
        with(make_finding("mx-implicit", {route.domain()}), evidence(domain, dns::RrType::mx, mx)));
  }
  if (route.null_mx && (!route.hosts.empty() || !route.literals.empty())) {
    findings.push_back(with(make_finding("mx-null-with-others", {route.domain()}),
                            evidence(domain, dns::RrType::mx, mx, "0 .")));
  }
  for (const auto& literal : route.literals) {
    findings.push_back(with(make_finding("mx-address-literal", {route.domain(), literal}),
                            evidence(domain, dns::RrType::mx, mx, literal)));
  }
  if (route.hosts_left_out != 0 || route.addresses_left_out != 0) {
    const auto hosts = route.hosts.size();
    std::size_t addresses = 0;
    for (const auto& host : route.hosts) addresses += host.addresses.size();
    auto seen = evidence(domain, dns::RrType::mx, mx);
    seen.text +=
        fmt::format(": looked at were the first {} of {} servers, and {} of their {} addresses", hosts,
                    hosts + route.hosts_left_out, addresses, addresses + route.addresses_left_out);
    findings.push_back(with(make_finding("mx-many", {route.domain()}), std::move(seen)));
  }
  for (const auto& host : route.hosts) check_host(route, host, facts, findings);
}

void check_reverse(const Route& route, facts::Facts& facts, std::vector<Finding>& findings) {
  std::vector<base::IpAddress> seen;
  for (const auto& host : route.hosts) {
    for (const auto& address : host.addresses) {
      if (!base::is_public(address) || std::find(seen.begin(), seen.end(), address) != seen.end()) continue;
      seen.push_back(address);
      const auto name = reverse_name(address);
      if (!name) continue;
      const auto& ptr = facts.ask(*name, dns::RrType::ptr);
      const auto text = address.text();
      if (ptr.absent()) {
        findings.push_back(with(make_finding("mx-reverse-missing", {route.domain(), host.name.text(), text}),
                                evidence(*name, dns::RrType::ptr, ptr)));
      } else if (ptr.present()) {
        const auto reverse = look_reverse(address, ptr, facts);
        if (reverse.confirmed || reverse.unknown) continue;
        findings.push_back(
            with(make_finding("mx-reverse-mismatch", {route.domain(), host.name.text(), text, reverse.names}),
                 evidence(*name, dns::RrType::ptr, ptr, reverse.names)));
      }
    }
  }
}

}  // namespace rampart::audit::transport
