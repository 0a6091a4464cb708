// Findings about what a domain publishes to guard the way to its servers: MTA-STS, TLS reports, DANE, DNSSEC,
// BIMI.
#include <algorithm>

#include <fmt/format.h>

#include "audit/catalogue.h"
#include "audit/checks/transport_parts.h"
#include "auth/bimi/record.h"
#include "auth/dane/tlsa.h"
#include "auth/mta_sts/record.h"
#include "auth/tls_rpt/record.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit::transport {
namespace {

using auth::SingleRecord;

Evidence evidence_of(const SingleRecord& found) {
  return {.text = found.name.text() + " TXT", .record = found.text, .server = {}, .why = found.why};
}

// A question that was answered with no such record.
Evidence absence_of(const SingleRecord& found) {
  auto out = evidence_of(found);
  out.text += ": no such record";
  return out;
}

// The gravest fault, in words; empty when there is none worth a finding.
std::string worst(const std::vector<auth::Fault>& faults) {
  const auth::Fault* worst = nullptr;
  for (const auto& fault : faults) {
    if (worst == nullptr || fault.gravity > worst->gravity) worst = &fault;
  }
  return worst == nullptr ? std::string() : worst->text;
}

Finding with(Finding finding, Evidence evidence) {
  finding.evidence.push_back(std::move(evidence));
  return finding;
}

// What a fetched policy says, against the servers that there are.
void judge_policy(const Route& route, const mta_sts::Policy& policy, const Evidence& seen,
                  std::vector<Finding>& findings) {
  if (!policy.valid()) {
    findings.push_back(
        with(make_finding("mta-sts-policy-invalid", {route.domain(), worst(policy.faults)}), seen));
    return;
  }
  if (policy.mode != mta_sts::Mode::enforce) {
    findings.push_back(
        with(make_finding("mta-sts-not-enforced", {route.domain(), mta_sts::to_string(policy.mode)}), seen));
  }
  if (policy.mode == mta_sts::Mode::none) return;
  for (const auto& host : route.hosts) {
    if (mta_sts::covers(policy, host.name)) continue;
    const bool enforced = policy.mode == mta_sts::Mode::enforce;
    findings.push_back(with(make_finding("mta-sts-mx-mismatch",
                                         {route.domain(), host.name.text(),
                                          enforced ? ", so senders that obey it do not deliver there" : ""}),
                            seen));
  }
}

// RFC 8461 section 3.3: status 200, text/plain, no redirect, a valid certificate.
std::string unavailable_because(const facts::HttpAnswer& answer) {
  if (answer.tls_failed) return answer.detail.empty() ? "the TLS handshake fails" : answer.detail;
  if (answer.status != 200) return fmt::format("the server answers {}", answer.status);
  const auto type =
      base::trim(std::string_view(answer.content_type).substr(0, answer.content_type.find(';')));
  if (!base::iequals(type, "text/plain"))
    return fmt::format("its type is {}, not text/plain", type.empty() ? "missing" : type);
  return {};
}

void check_policy(const Route& route, facts::Facts& facts, std::vector<Finding>& findings) {
  const auto question = mta_sts::policy_question(route.input->domain);
  const auto& answer = facts.ask(question);
  Evidence seen{.text = fmt::format("GET https://{}{}", question.host.text(), question.path),
                .record = answer.body,
                .server = answer.server,
                .why = {}};
  if (answer.presence != facts::Presence::present && !answer.tls_failed) {
    seen.why = answer.detail.empty() ? std::string(facts::describe(answer.why)) : answer.detail;
    findings.push_back(make_unknown("mta-sts-policy-unknown", {route.domain(), seen.why}, seen));
    return;
  }
  const auto why = unavailable_because(answer);
  if (why.empty()) return judge_policy(route, mta_sts::parse_policy(answer.body), seen, findings);
  findings.push_back(
      with(make_finding("mta-sts-policy-unavailable", {route.domain(), why}), std::move(seen)));
}

void check_host_dane(const Route& route, const Host& host, facts::Facts& facts,
                     std::vector<Finding>& findings) {
  const auto found = dane::look_up(host.name, facts);
  const auto name = host.name.text();
  Evidence seen{.text = found.name.text() + " TLSA", .record = {}, .server = {}, .why = found.why};
  if (!found.records.empty()) seen.record = found.records.front().text();
  switch (found.state) {
    case dane::HostTlsa::State::none:
      return;
    case dane::HostTlsa::State::insecure:
      findings.push_back(with(make_finding("dane-insecure", {route.domain(), name, found.why}), seen));
      return;
    case dane::HostTlsa::State::unknown:
      findings.push_back(make_unknown("dane-unknown", {route.domain(), name}, seen));
      return;
    case dane::HostTlsa::State::unusable:
      findings.push_back(
          with(make_finding("dane-unusable", {route.domain(), name, worst(found.faults)}), seen));
      return;
    case dane::HostTlsa::State::usable:
      break;
  }
  if (!route.input->probe_smtp) return;
  const auto& probe = facts.ask(facts::SmtpProbe{host.name});
  if (probe.certificate.empty()) return;
  if (dane::match(found.records, probe.certificate.front()) == dane::Match::mismatch) {
    findings.push_back(with(make_finding("dane-mismatch", {route.domain(), name}), seen));
  }
}

}  // namespace

void check_mta_sts(const Route& route, facts::Facts& facts, std::vector<Finding>& findings) {
  const auto found = mta_sts::look_up(route.input->domain, facts);
  switch (found.state) {
    case SingleRecord::State::unknown:
      findings.push_back(make_unknown("mta-sts-unknown", {route.domain()}, evidence_of(found)));
      return;
    case SingleRecord::State::none:
      if (!found.other.empty() && base::lower(found.other).find("stsv1") != std::string::npos) {
        auto seen = evidence_of(found);
        seen.record = found.other;
        findings.push_back(
            with(make_finding("mta-sts-invalid", {route.domain(), "it does not begin with \"v=STSv1;\""}),
                 std::move(seen)));
      } else if (route.takes_mail) {
        findings.push_back(with(make_finding("mta-sts-missing", {route.domain()}), absence_of(found)));
      }
      return;
    case SingleRecord::State::multiple:
      findings.push_back(
          with(make_finding("mta-sts-invalid", {route.domain(), "several records stand there"}),
               evidence_of(found)));
      return;
    case SingleRecord::State::present:
      break;
  }
  const auto record = mta_sts::parse(found.text);
  if (!record.valid()) {
    findings.push_back(
        with(make_finding("mta-sts-invalid", {route.domain(), worst(record.faults)}), evidence_of(found)));
    return;
  }
  if (route.input->probe_https) check_policy(route, facts, findings);
}

void check_tls_reports(const Route& route, facts::Facts& facts, std::vector<Finding>& findings) {
  const auto found = tls_rpt::look_up(route.input->domain, facts);
  if (found.state == SingleRecord::State::multiple) {
    findings.push_back(with(make_finding("tls-rpt-invalid", {route.domain(), "several records stand there"}),
                            evidence_of(found)));
  } else if (found.state == SingleRecord::State::none && route.takes_mail) {
    findings.push_back(with(make_finding("tls-rpt-missing", {route.domain()}), absence_of(found)));
  } else if (found.state == SingleRecord::State::unknown) {
    findings.push_back(make_unknown("tls-rpt-unknown", {route.domain()}, evidence_of(found)));
  } else if (found.state == SingleRecord::State::present) {
    const auto record = tls_rpt::parse(found.text);
    if (record.valid()) return;
    findings.push_back(
        with(make_finding("tls-rpt-invalid", {route.domain(), worst(record.faults)}), evidence_of(found)));
  }
}

void check_bimi(const Route& route, facts::Facts& facts, std::vector<Finding>& findings) {
  const auto found = bimi::look_up(route.input->domain, facts);
  if (found.state == SingleRecord::State::multiple) {
    findings.push_back(with(make_finding("bimi-invalid", {route.domain(), "several records stand there"}),
                            evidence_of(found)));
  } else if (found.state == SingleRecord::State::present) {
    const auto record = bimi::parse(found.text);
    if (record.valid()) return;
    findings.push_back(
        with(make_finding("bimi-invalid", {route.domain(), worst(record.faults)}), evidence_of(found)));
  }
}

// The zone of the registered domain stands for the domain: that is where a registrar publishes the DS record.
void check_dnssec(const Route& route, facts::Facts& facts, std::vector<Finding>& findings) {
  const auto zone = dns::registered_domain(route.input->domain).value_or(route.input->domain);
  const auto& ds = facts.ask(zone, dns::RrType::ds);
  auto seen = evidence(zone, dns::RrType::ds, ds);
  if (route.mx->ad()) return;
  if (ds.undetermined()) {
    findings.push_back(make_unknown("dnssec-unknown", {route.domain(), zone.text()}, std::move(seen)));
  } else if (ds.present()) {
    seen.why = "the answers came without the AD bit";
    findings.push_back(make_unknown("dnssec-unvalidated", {route.domain(), zone.text()}, std::move(seen)));
  } else {
    findings.push_back(with(make_finding("dnssec-missing", {route.domain(), zone.text()}), std::move(seen)));
  }
}

void check_dane(const Route& route, facts::Facts& facts, std::vector<Finding>& findings) {
  // RFC 7672 section 2.2.1: without a vouched-for MX answer no TLSA record is looked for.
  if (!route.mx->present() || !route.mx->ad()) return;
  for (const auto& host : route.hosts) {
    if (!host.missing) check_host_dane(route, host, facts, findings);
  }
}

}  // namespace rampart::audit::transport
