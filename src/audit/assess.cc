#include "audit/assess.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "audit/checks/own_mail.h"
#include "audit/checks/transport.h"
#include "audit/grade.h"
#include "audit/openings.h"
#include "audit/picture.h"
#include "audit/spoofing.h"
#include "audit/weaknesses.h"

namespace rampart::audit {
namespace {

// Worst first: what a stranger can do, then what the advisory says, then by name.
void sort_findings(std::vector<Finding>& findings) {
  std::sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::tuple(b.effective, b.severity, std::string_view(a.code), std::string_view(a.title)) <
           std::tuple(a.effective, a.severity, std::string_view(b.code), std::string_view(b.title));
  });
}

std::vector<Weakness> weaknesses_of(const std::vector<Finding>& findings) {
  std::vector<Weakness> weaknesses;
  for (const auto& finding : findings) {
    if (finding.weakness == Weakness::none || finding.status != FindingStatus::present) continue;
    weaknesses.push_back(finding.weakness);
  }
  std::sort(weaknesses.begin(), weaknesses.end());
  weaknesses.erase(std::unique(weaknesses.begin(), weaknesses.end()), weaknesses.end());
  return weaknesses;
}

}  // namespace

DomainReport assess(const Input& input, facts::Facts& facts) {
  const auto picture = look(input, facts);
  auto transport = check_transport(input, facts);
  auto own_mail = check_own_mail(picture, facts);
  if (facts.pending()) return {};  // the run is void, and what follows hardly ever asks anything new
  DomainReport report;
  report.domain = input.domain;
  report.now = input.now;
  report.said = input.said;
  report.organizational_domain = picture.dmarc.organizational_domain;
  report.effective_policy = effective_policy(picture.dmarc);
  report.dkim_keys = dkim_keys(picture.dkim);
  report.selectors_tried = picture.dkim.tried;
  report.dkim_proven_absent = picture.dkim.state == DkimState::absent;
  report.spoofing = spoofing_table(picture, facts);
  if (facts.pending()) return report;

  check_domain(picture, report.findings);
  check_spf(picture, report.findings);
  check_dkim(picture, report.findings);
  check_dmarc(picture, report.findings);
  find_weaknesses(picture, report.findings);
  std::ranges::move(transport, std::back_inserter(report.findings));
  std::ranges::move(own_mail, std::back_inserter(report.findings));
  find_openings(report);
  report.weaknesses = weaknesses_of(report.findings);
  sort_findings(report.findings);
  grade(picture, report);
  return report;
}

}  // namespace rampart::audit
