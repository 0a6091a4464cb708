// Findings from SMTP probes and block lists: both are asked only when the user wants them.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "audit/catalogue.h"
#include "audit/checks/transport_parts.h"
#include "base/time.h"

namespace rampart::audit::transport {
namespace {

constexpr auto kExpiringWithin = std::chrono::days(14);  // our own

Evidence evidence_of(const facts::SmtpAnswer& probe, std::string record) {
  return {.text = fmt::format("SMTP {}:25", probe.question.host.text()),
          .record = std::move(record),
          .server = probe.server,
          .why = {}};
}

class ProbeCheck {
 public:
  ProbeCheck(const Route& route, const facts::SmtpAnswer& probe, std::vector<Finding>& findings)
      : domain_(route.domain()),
        name_(probe.question.host.text()),
        now_(route.input->now),
        probe_(probe),
        findings_(findings) {}

  void run() {
    if (probe_.auth_in_clear) note(make_finding("smtp-auth-in-clear", {domain_, name_}), probe_.banner);
    if (!probe_.starttls) return note(make_finding("smtp-no-starttls", {domain_, name_}), probe_.banner);
    if (!probe_.tls_error.empty()) {
      return note(make_finding("smtp-tls-broken", {domain_, name_, probe_.tls_error}), probe_.tls_error);
    }
    // RFC 8996: TLS 1.0 and 1.1 MUST NOT be used.
    if (!probe_.tls_version.empty() && probe_.tls_version != "TLSv1.2" && probe_.tls_version != "TLSv1.3") {
      note(make_finding("smtp-tls-old", {domain_, name_, probe_.tls_version}), probe_.tls_version);
    }
    if (!probe_.certificate.empty()) certificate(probe_.certificate.front());
  }

 private:
  void note(Finding finding, std::string record) {
    finding.evidence.push_back(evidence_of(probe_, std::move(record)));
    findings_.push_back(std::move(finding));
  }

  void certificate(const facts::Certificate& certificate) {
    const auto from = base::format_time(certificate.not_before);
    const auto until = base::format_time(certificate.not_after);
    const bool expired = now_ < certificate.not_before || now_ > certificate.not_after;
    if (expired) {
      note(make_finding("smtp-certificate-expired", {domain_, name_, from, until}), certificate.subject);
    } else if (certificate.not_after - now_ < kExpiringWithin) {
      note(make_finding("smtp-certificate-expiring", {domain_, name_, until}), certificate.subject);
    }
    if (!certificate.name_matches) {
      note(make_finding("smtp-certificate-name", {domain_, name_}), certificate.subject);
    }
    if (!certificate.chain_error.empty() &&
        !expired) {  // an expired certificate fails the chain too: said once
      note(make_finding("smtp-certificate-chain", {domain_, name_, certificate.chain_error}),
           certificate.subject);
    }
  }

  std::string domain_;
  std::string name_;
  base::Time now_;
  const facts::SmtpAnswer& probe_;
  std::vector<Finding>& findings_;
};

// What one list says of one name below it.
enum class Listed : std::uint8_t { no, yes, unknown };

// RFC 5782 section 2.1: an address in 127.0.0.0/8 says listed. Lists say errors with 127.255.255.0/24 (a
// query through a public resolver, a limit); an address elsewhere comes from a parked or rewritten domain.
Listed read_list(const facts::Answer& answer, std::string& why) {
  if (answer.undetermined()) {
    why = facts::describe(answer.why());
    return Listed::unknown;
  }
  Listed listed = Listed::no;
  for (const auto& record : answer.records()) {
    const auto code = base::IpAddress::from_bytes(answer.data(record));
    const bool loopback = code && code->in_prefix(base::IpAddress::v4(0x7f000000), 8);
    if (!loopback || code->in_prefix(base::IpAddress::v4(0x7fffff00), 24)) {
      why = fmt::format("it answered {}", code ? code->text() : "nonsense");
      return Listed::unknown;
    }
    listed = Listed::yes;
  }
  return listed;
}

// RFC 5782 section 5: a list that works holds 127.0.0.2 and does not hold 127.0.0.1.
bool list_works(const dns::Name& list, facts::Facts& facts, std::string& why) {
  const auto holds = [&](std::string_view test) {
    const auto name = list.prepend(test);
    return name ? read_list(facts.ask(*name, dns::RrType::a), why) : Listed::unknown;
  };
  const auto positive = holds("2.0.0.127");
  const auto negative = holds("1.0.0.127");
  if (positive == Listed::unknown || negative == Listed::unknown) return false;
  if (positive == Listed::no) why = "it does not hold the test entry 127.0.0.2";
  if (negative == Listed::yes) why = "it lists 127.0.0.1, and so everything";
  return positive == Listed::yes && negative == Listed::no;
}

void check_list(const Route& route, const dns::Name& list, facts::Facts& facts,
                std::vector<Finding>& findings) {
  std::string why;
  const bool works = list_works(list, facts, why);
  const auto unknown = [&](const std::string& what, const dns::Name& asked) {
    Evidence seen{.text = asked.text() + " A", .record = {}, .server = {}, .why = why};
    findings.push_back(
        make_unknown("block-list-unknown", {route.domain(), "", what, list.text(), why}, std::move(seen)));
  };
  std::vector<base::IpAddress> seen;
  for (const auto& host : route.hosts) {
    for (const auto& address : host.addresses) {
      const auto name = list.prepend(reversed(address));
      if (!name || !base::is_public(address) || std::find(seen.begin(), seen.end(), address) != seen.end())
        continue;
      seen.push_back(address);
      const auto& answer = facts.ask(*name, dns::RrType::a);  // asked beside the test entries, in one round
      if (!works) continue;
      const auto listed = read_list(answer, why);
      if (listed == Listed::unknown) unknown(address.text(), *name);
      if (listed != Listed::yes) continue;
      auto finding =
          make_finding("block-list-listed", {route.domain(), host.name.text(), address.text(), list.text()});
      finding.evidence.push_back(evidence(*name, dns::RrType::a, answer));
      findings.push_back(std::move(finding));
    }
  }
  if (!works && !seen.empty()) unknown("any mail server of " + route.domain(), list);
}

}  // namespace

void check_probes(const Route& route, facts::Facts& facts, std::vector<Finding>& findings) {
  if (!route.input->probe_smtp) return;
  bool blocked = false;
  for (const auto& host : route.hosts) {
    if (host.missing) continue;
    const auto& probe = facts.ask(facts::SmtpProbe{host.name});
    if (probe.presence == facts::Presence::present) {
      ProbeCheck(route, probe, findings).run();
      continue;
    }
    auto seen = evidence_of(probe, {});
    seen.why = probe.detail.empty() ? std::string(facts::describe(probe.why)) : probe.detail;
    if (!probe.port_blocked) {
      findings.push_back(
          make_unknown("smtp-unreachable", {route.domain(), host.name.text(), seen.why}, seen));
    } else if (!blocked) {  // our own network's fault: said once
      blocked = true;
      findings.push_back(make_unknown("smtp-port-blocked", {route.domain()}, seen));
    }
  }
}

void check_block_lists(const Route& route, facts::Facts& facts, std::vector<Finding>& findings) {
  std::size_t lists = 0;
  for (const auto& list : route.input->block_lists) {
    if (++lists > kMaxBlockLists) return;
    check_list(route, list, facts, findings);
  }
}

}  // namespace rampart::audit::transport
