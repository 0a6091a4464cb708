#include "audit/checks/transport.h"

#include <algorithm>

#include "audit/checks/transport_parts.h"
#include "base/text.h"
#include "facts/answer.h"

namespace rampart::audit {
namespace transport {
namespace {

bool is_literal(const dns::Name& target) { return base::IpAddress::parse(target.text()).has_value(); }

std::vector<base::IpAddress> addresses_of(const facts::Answer& answer) {
  std::vector<base::IpAddress> out;
  for (const auto& record : answer.records()) {
    if (const auto address = base::IpAddress::from_bytes(answer.data(record))) out.push_back(*address);
  }
  return out;
}

void keep_first(Host& host, std::size_t count) {
  if (host.addresses.size() <= count) return;
  host.addresses_left_out += host.addresses.size() - count;
  host.addresses.resize(count);
}

Host look_host(const dns::Name& name, facts::Facts& facts) {
  Host host;
  host.name = name;
  const auto& a = facts.ask(name, dns::RrType::a);
  const auto& aaaa = facts.ask(name, dns::RrType::aaaa);
  host.alias = a.has_aliases() || aaaa.has_aliases();
  for (const auto* answer : {&a, &aaaa}) {
    if (answer->undetermined()) host.why = facts::describe(answer->why());
    const auto found = addresses_of(*answer);
    host.addresses.insert(host.addresses.end(), found.begin(), found.end());
  }
  host.missing = a.absent() && aaaa.absent();
  host.no_name = a.presence() == facts::Presence::no_name && !a.has_aliases();
  keep_first(host, kMaxAddresses);
  return host;
}

}  // namespace

Evidence evidence(const dns::Name& name, dns::RrType type, const facts::Answer& answer, std::string record) {
  Evidence out;
  out.text = name.text() + " " + std::string(dns::to_string(type));
  out.record = std::move(record);
  if (answer.open()) return out;
  out.server = answer.server();
  if (answer.absent() && out.record.empty()) {
    out.text +=
        answer.presence() == facts::Presence::no_name ? ": does not exist (NXDOMAIN)" : ": no such record";
  }
  if (!answer.unknown()) return out;
  out.why = facts::describe(answer.why());
  if (!answer.detail().empty()) out.why += ": " + std::string(answer.detail());
  return out;
}

Route look_route(const Input& input, facts::Facts& facts) {
  Route route;
  route.input = &input;
  route.mx = &facts.ask(input.domain, dns::RrType::mx);
  std::vector<std::pair<std::uint16_t, dns::Name>> targets;
  for (const auto& record : route.mx->records()) {
    const auto target = route.mx->target(record);
    if (target.is_root()) {
      route.null_mx = true;  // RFC 7505 section 3
    } else if (is_literal(target)) {
      route.literals.push_back(target.text());
    } else {
      targets.emplace_back(record.preference, target);
    }
  }
  std::sort(targets.begin(), targets.end());
  route.takes_mail = !targets.empty();
  if (targets.size() > kMaxHosts) {
    route.hosts_left_out = targets.size() - kMaxHosts;
    targets.resize(kMaxHosts);
  }
  for (const auto& [preference, target] : targets) route.hosts.push_back(look_host(target, facts));
  std::size_t left = kMaxAllAddresses;
  for (auto& host : route.hosts) {
    keep_first(host, left);
    left -= host.addresses.size();
    route.addresses_left_out += host.addresses_left_out;
  }
  if (route.mx->absent()) {  // RFC 5321 section 5.1: the implicit MX
    auto host = look_host(input.domain, facts);
    route.takes_mail = !host.addresses.empty();
    if (route.takes_mail) route.hosts.push_back(std::move(host));
  }
  return route;
}

std::string reversed(const base::IpAddress& address) {
  std::string out;
  const auto bytes = address.bytes();
  for (auto it = bytes.rbegin(); it != bytes.rend(); ++it) {
    if (!out.empty()) out += '.';
    if (address.is_v4()) {
      out += std::to_string(*it);
    } else {
      constexpr std::string_view kDigits = "0123456789abcdef";
      out += kDigits[*it & 15];
      out += '.';
      out += kDigits[*it >> 4];
    }
  }
  return out;
}

}  // namespace transport

std::vector<Finding> check_transport(const Input& input, facts::Facts& facts) {
  using Findings = std::vector<Finding>;
  using Check = void (*)(const transport::Route&, facts::Facts&, Findings&);
  constexpr Check kChecks[] = {
      transport::check_mx,      transport::check_mta_sts, transport::check_tls_reports,
      transport::check_bimi,    transport::check_dnssec,  transport::check_dane,
      transport::check_reverse, transport::check_probes,  transport::check_block_lists,
  };
  const auto route = [&]() -> const transport::Route& {
    return facts.part<transport::Route>([&] { return transport::look_route(input, facts); });
  };
  Findings findings;
  unsigned index = 0;
  for (const auto check : kChecks) {
    const auto& found = facts.part<Findings>(index++, [&] {
      Findings out;
      check(route(), facts, out);
      return out;
    });
    if (!facts.pending()) findings.insert(findings.end(), found.begin(), found.end());
  }
  return findings;
}

}  // namespace rampart::audit
