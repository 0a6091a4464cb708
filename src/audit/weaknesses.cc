#include "audit/weaknesses.h"

#include <fmt/format.h>

#include "audit/catalogue.h"
#include "audit/picture.h"

namespace rampart::audit {
namespace {

using Status = dmarc::Discovery::Status;

bool no_spf(const Picture& picture) { return picture.spf.state == SpfState::absent; }
bool no_dmarc(const Picture& picture) { return picture.dmarc.domain.found.status == Status::none; }
// A record applies, whatever it says.
bool has_dmarc(const Picture& picture) {
  const auto status = picture.dmarc.domain.found.status;
  return status == Status::found || status == Status::unusable;
}

// What failing mail in the name of the domain meets; none and missing both let it through.
bool lets_through(Policy policy) { return policy == Policy::none || policy == Policy::missing; }

Severity behind(Policy policy, Severity open, Severity quarantined, Severity refused) {
  switch (policy) {
    case Policy::reject:
      return refused;
    case Policy::quarantine:
      return quarantined;
    default:
      return open;
  }
}

Evidence seen(std::string text, std::string record = {}, std::string server = {}) {
  return {std::move(text), std::move(record), std::move(server), {}};
}

Evidence spf_absence(const Picture& picture) {
  return seen(fmt::format("{} TXT: no SPF record", picture.domain.text()), {}, picture.spf.server);
}
Evidence dmarc_absence(const Picture& picture) {
  return seen(picture.dmarc.domain.found.why, {}, picture.dmarc.own_server);
}
Evidence dmarc_record(const Picture& picture) {
  const auto& found = picture.dmarc.domain.found;
  return seen(fmt::format("_dmarc.{} TXT", found.record_name.text()), found.record ? found.record->text : "",
              found.record_name == picture.domain ? picture.dmarc.own_server : std::string());
}

void offer(Finding& finding, Remedy::Action action, const dns::Name& domain, std::string data) {
  if (const auto name = domain.prepend_label("_dmarc")) {
    finding.remedies.push_back({action, *name, dns::RrType::txt, Remedy{}.ttl, std::move(data)});
  }
}

void wk1(const Picture& picture, std::vector<Finding>& findings) {
  if (!no_spf(picture) || picture.dkim.state != DkimState::absent || !no_dmarc(picture)) return;
  auto finding = make_finding("no-authentication", {picture.domain.text()});
  finding.evidence = {spf_absence(picture), seen(picture.dkim.why), dmarc_absence(picture)};
  findings.push_back(std::move(finding));
}

void wk2(const Picture& picture, std::vector<Finding>& findings) {
  if (picture.dkim.state != DkimState::absent) return;
  auto finding = make_finding("dkim-missing", {picture.domain.text()});
  finding.evidence.push_back(seen(picture.dkim.why));
  if (picture.silent()) {
    finding.effective = Severity::info;
    finding.advice = "Nothing to do: a domain that says that it sends no mail needs no key.";
    finding.evidence.push_back(seen(picture.non_sending()
                                        ? "null MX and an SPF record of -all alone: the domain sends no mail"
                                        : "its owner says that the domain sends no mail"));
  }
  findings.push_back(std::move(finding));
}

void wk3(const Picture& picture, std::vector<Finding>& findings) {
  if (!no_dmarc(picture)) return;
  auto finding = make_finding("dmarc-missing", {picture.domain.text()});
  finding.evidence.push_back(dmarc_absence(picture));
  if (picture.dmarc.own.state == dmarc::Lookup::State::none) {
    // For a domain that sends nothing the whole road is one step; for any other one the first step needs no
    // knowledge but its owner's.
    if (picture.silent())
      finding.advice =
          "Publish the record below: a domain that says that it sends no mail needs no other step.";
    offer(finding, Remedy::Action::add, picture.domain,
          picture.silent() ? "v=DMARC1; p=reject; sp=reject" : "v=DMARC1; p=none");
  }
  findings.push_back(std::move(finding));
}

void wk4(const Picture& picture, std::vector<Finding>& findings) {
  const auto& found = picture.dmarc.domain.found;
  if (found.status != Status::found || found.as_none || found.published != dmarc::Policy::none) return;
  auto finding = make_finding("dmarc-policy-none", {picture.domain.text()});
  finding.evidence.push_back(dmarc_record(picture));
  if (found.record_name == picture.domain) {
    offer(finding, Remedy::Action::replace, picture.domain,
          with_tag(found.record->text, "p", picture.silent() ? "reject" : "quarantine"));
  }
  findings.push_back(std::move(finding));
}

void wk5(const Picture& picture, std::vector<Finding>& findings) {
  const auto& dmarc = picture.dmarc;
  if (!dmarc.governs(picture.domain) || dmarc.own.record->sp.published) return;
  const auto& record = *dmarc.own.record;
  // What subdomains inherit, and so whether the missing tag matters.
  const auto inherited = policy_of(dmarc.domain.found);
  const auto text = record.p.value ? dmarc::to_string(*record.p.value) : std::string_view("none");
  auto finding = make_finding("dmarc-no-sp", {picture.domain.text(), text});
  finding.effective = behind(inherited, Severity::high, Severity::low, Severity::info);
  finding.evidence.push_back(dmarc_record(picture));
  finding.evidence.push_back(seen(lets_through(inherited)
                                      ? "subdomains are as open as the domain itself"
                                      : fmt::format("subdomains inherit p={} (RFC 9989 section 4.7)", text)));
  if (!lets_through(inherited)) {
    offer(finding, Remedy::Action::replace, picture.domain, with_tag(record.text, "sp", text));
  }
  findings.push_back(std::move(finding));
}

void wk6(const Picture& picture, std::vector<Finding>& findings) {
  if (picture.spf.state != SpfState::usable || picture.spf.all != spf::Qualifier::softfail) return;
  auto finding = make_finding("spf-softfail", {picture.domain.text()});
  // Where DMARC refuses what fails, it makes no difference whether SPF failed softly.
  finding.effective =
      behind(policy_of(picture.dmarc.domain.found), Severity::medium, Severity::low, Severity::info);
  finding.evidence.push_back(picture.spf.evidence(picture.domain));
  if (picture.spf.hard_fail) {
    finding.remedies.push_back({Remedy::Action::replace, picture.domain, dns::RrType::txt, Remedy{}.ttl,
                                picture.silent()
                                    ? "v=spf1 -all"
                                    : *picture.spf.hard_fail});  // who sends nothing needs no other term
  }
  findings.push_back(std::move(finding));
}

void wk7(const Picture& picture, std::vector<Finding>& findings) {
  if (!has_dmarc(picture) || !no_spf(picture) || picture.dkim.state != DkimState::absent) return;
  auto finding = make_finding("dmarc-without-authentication", {picture.domain.text()});
  const auto policy = policy_of(picture.dmarc.domain.found);
  finding.effective = behind(policy, Severity::critical, Severity::medium, Severity::low);
  finding.evidence = {dmarc_record(picture), spf_absence(picture), seen(picture.dkim.why)};
  if (!lets_through(policy)) {
    finding.evidence.push_back(
        seen(fmt::format("strangers meet p={}, and so does the domain's own mail", to_string(policy))));
  }
  findings.push_back(std::move(finding));
}

}  // namespace

void find_weaknesses(const Picture& picture, std::vector<Finding>& findings) {
  wk1(picture, findings);
  wk2(picture, findings);
  wk3(picture, findings);
  wk4(picture, findings);
  wk5(picture, findings);
  wk6(picture, findings);
  wk7(picture, findings);
}

std::string weaknesses_without_dkim(const Picture& picture) {
  if (no_spf(picture) && no_dmarc(picture)) return "WK-1 and WK-2";
  if (no_spf(picture) && has_dmarc(picture)) return "WK-7 and WK-2";
  return "WK-2";
}

}  // namespace rampart::audit
