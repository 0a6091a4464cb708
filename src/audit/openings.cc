#include "audit/openings.h"

#include <algorithm>

#include "audit/catalogue.h"
#include "audit/known.h"

namespace rampart::audit {
namespace {

bool delivers(const SpoofRow& row) { return row.rfc9989 == Disposition::deliver; }
// Only a receiver of the older generation lets it through.
bool delivers_7489(const SpoofRow& row) {
  return row.rfc9989 != Disposition::deliver && row.rfc7489 == Disposition::deliver;
}

void open(Code code, DomainReport& report, const SpoofRow& row) {
  const auto& by = row.decided_by.empty() ? row.why : row.decided_by;
  auto& finding =
      report.findings.emplace_back(make_finding(code, {report.domain.text(), row.from.text(), by}));
  // What an owner asks for is his to change; a pass is nobody's choice.
  if (finding.effective == Severity::critical && row.dmarc != "pass") finding.effective = Severity::high;
  finding.evidence.push_back({row.why, {}, {}, {}});
}

// A fault of SPF or DMARC that lets the stranger in. Others as grave (a mail server's domain that is free, a
// takeover) let in somebody else, or something else.
bool explains(const Finding& finding) {
  const bool of_the_table = finding.code.starts_with("spf-") || finding.code.starts_with("dmarc-") ||
                            finding.code == "no-authentication";
  return of_the_table && !is_takeover(finding.code) && finding.status == FindingStatus::present &&
         finding.effective >= Severity::high;
}

bool is_present(const DomainReport& report, std::string_view code) {
  return std::ranges::any_of(report.findings, [&](const Finding& finding) {
    return finding.code == code && finding.status == FindingStatus::present;
  });
}

}  // namespace

void find_openings(DomainReport& report) {
  if (std::ranges::any_of(report.findings, explains)) return;
  const bool difference_said = is_present(report, "dmarc-pct") || is_present(report, "dmarc-rfc7489-differs");
  for (const auto& row : report.spoofing) {
    if (row.origin != SpoofRow::Origin::stranger) continue;
    if (delivers(row)) {
      if (row.identity == SpoofRow::Identity::domain) return open("spoof-domain", report, row);
      return open("spoof-subdomain", report, row);  // the first stands for the other
    }
    if (delivers_7489(row) && !difference_said && !is_present(report, "spoof-rfc7489"))
      open("spoof-rfc7489", report, row);
  }
}

}  // namespace rampart::audit
