#include "audit/grade.h"

#include <algorithm>

#include <fmt/format.h>

#include "audit/catalogue.h"
#include "audit/picture.h"
#include "audit/spoofing.h"

namespace rampart::audit {
namespace {

using Identity = SpoofRow::Identity;

bool delivered(const SpoofRow& row) {
  return row.rfc9989 == Disposition::deliver || row.rfc7489 == Disposition::deliver;
}
bool delivered_everywhere(const SpoofRow& row) {
  return row.rfc9989 == Disposition::deliver && row.rfc7489 == Disposition::deliver;
}
bool undecided(const SpoofRow& row) {
  return row.rfc9989 == Disposition::unknown || row.rfc7489 == Disposition::unknown;
}
bool refused(const SpoofRow& row) {
  return row.rfc9989 == Disposition::reject && row.rfc7489 == Disposition::reject;
}

struct Rows {
  const SpoofRow& domain;
  const SpoofRow& existing;
  const SpoofRow& invented;
  [[nodiscard]] bool any(bool (*test)(const SpoofRow&)) const {
    return test(domain) || test(existing) || test(invented);
  }
};

// Whether somebody can become a sender by registering a name that SPF trusts, or one whose mail is aligned.
Known takeover_of(const DomainReport& report) {
  auto known = Known::no;
  for (const auto& finding : report.findings) {
    if (!is_takeover(finding.code)) continue;
    if (finding.status == FindingStatus::present) return Known::yes;
    known = Known::unknown;
  }
  return known;
}

// The public suffix below which a ptr term lets in every host.
std::optional<dns::Name> ptr_suffix(const Picture& picture) {
  for (const auto& issue : picture.spf.analysis.issues) {
    if (spf::is_ptr_suffix(issue) && lets_in(picture.spf.analysis, issue)) return issue.target;
  }
  return std::nullopt;
}

// Not by the domain's own record: by another name that is aligned, or by a selector, with which he signs as
// the domain.
std::optional<Takeover> other_takeover(const Picture& picture) {
  if (!picture.spf.takeover.empty() || ptr_suffix(picture)) return std::nullopt;
  for (auto takeover : picture.dkim.takeovers) {
    takeover.name = picture.domain;
    if (takeover.open == Known::yes) return takeover;
  }
  for (const auto& candidate : picture.candidates) {
    for (const auto& takeover : candidate.takeovers) {
      if (takeover.open == Known::yes) return takeover;
    }
  }
  return std::nullopt;
}

Status status_of(const Rows& rows, Known takeover) {
  if (delivered_everywhere(rows.domain)) return Status::spoofable;
  if (rows.any(undecided) || takeover == Known::unknown) return Status::unknown;
  if (takeover == Known::yes) return Status::partly_protected;
  return rows.any([](const SpoofRow& row) { return !refused(row); }) ? Status::partly_protected
                                                                     : Status::protected_;
}

// The owner publishes p=none and asks for reports: a step of a roll-out and not neglect.
bool watched(const Picture& picture) {
  const auto& found = picture.dmarc.domain.found;
  return found.status == dmarc::Discovery::Status::found && !found.as_none &&
         found.published == dmarc::Policy::none && dmarc::any_valid(found.record->rua);
}

char band_of(const Picture& picture, const Rows& rows, Status status, Known takeover) {
  switch (status) {
    case Status::unknown:
      return '?';
    case Status::spoofable:
      // Where SPF lets the stranger pass, watching does not help: nothing fails.
      return watched(picture) && rows.domain.dmarc != "pass" ? 'D' : 'F';
    case Status::protected_:
      return 'A';
    case Status::partly_protected:
      break;
  }
  if (delivered(rows.domain) || takeover == Known::yes) return 'D';
  return rows.any(delivered) ? 'C' : 'B';
}

Severity weight(const Picture& picture, const Finding& finding) {
  if (finding.status == FindingStatus::absent) return Severity::info;
  if (finding.status == FindingStatus::present) return finding.effective;
  if (finding.code.starts_with("dkim-") && picture.silent()) return Severity::info;
  const auto* entry = find_entry(finding.code);
  return entry == nullptr ? finding.severity : entry->effective;
}

std::string within_band(const Picture& picture, const DomainReport& report, char band) {
  auto worst = Severity::info;
  for (const auto& finding : report.findings) worst = std::max(worst, weight(picture, finding));
  if (band == 'F' || band == '?') return "";
  if (worst >= Severity::medium) return "-";
  return worst == Severity::info && band != 'D' ? "+" : "";
}

std::string unknown_sentence(const Rows& rows, const std::string& domain) {
  for (const auto* row : {&rows.domain, &rows.existing, &rows.invented}) {
    if (undecided(*row)) {
      return fmt::format("whether strangers can send as {} could not be found out: {}", domain, row->why);
    }
  }
  return fmt::format(
      "whether strangers can send as {} could not be found out: a name that its SPF record trusts "
      "leads nowhere, and whether it can be registered is unknown",
      domain);
}

std::string spoofable_sentence(const Picture& picture, const Rows& rows, const std::string& domain) {
  if (picture.exists == Known::no) {
    return fmt::format("{} does not exist in DNS; anyone can send as it all the same", domain);
  }
  if (rows.domain.dmarc == "pass") {
    return fmt::format("anyone can send as {}, and its own SPF record vouches for them", domain);
  }
  if (watched(picture)) {
    return fmt::format("anyone can send as {}; its DMARC policy only watches, and receivers deliver it",
                       domain);
  }
  return fmt::format("anyone can send as {}; most receivers would deliver it", domain);
}

std::string partly_sentence(const Rows& rows, const std::string& domain) {
  if (delivered(rows.domain)) return fmt::format("some receivers deliver what strangers send as {}", domain);
  const bool existing = delivered(rows.existing);
  const bool invented = delivered(rows.invented);
  if (existing && invented)
    return fmt::format("{} is protected, but anyone can send as any name below it", domain);
  if (existing) return fmt::format("{} is protected, but anyone can send as its subdomains", domain);
  if (invented) {
    return fmt::format("{} is protected, but anyone can invent a subdomain and send as that", domain);
  }
  return rows.domain.rfc9989 == Disposition::reject && rows.domain.rfc7489 == Disposition::reject
             ? fmt::format(
                   "what strangers send as {} is refused; as its subdomains it goes to the spam folder",
                   domain)
             : fmt::format("what strangers send as {} goes to the spam folder and is not refused", domain);
}

std::string sentence_of(const Picture& picture, const Rows& rows, Status status, Known takeover) {
  const auto domain = picture.domain.text();
  if (takeover == Known::yes && status == Status::partly_protected) {
    if (const auto other = other_takeover(picture)) {
      return fmt::format("whoever {} {} can send as {}, and DMARC lets it pass",
                         other->by == Takeover::By::ptr_suffix ? "has a host below" : "registers",
                         other->registrable.text(), other->name.text());
    }
    if (const auto suffix = ptr_suffix(picture); picture.spf.takeover.empty() && suffix) {
      return fmt::format("whoever has a host below {} can send as {}, and DMARC lets it pass", suffix->text(),
                         domain);
    }
    if (picture.spf.takeover.empty()) {
      return fmt::format("whoever has a domain below {} can send as {}, and DMARC lets it pass",
                         picture.dmarc.organizational_domain.value_or(picture.domain).text(), domain);
    }
    return fmt::format("whoever registers {} can send as {}, and DMARC lets it pass", picture.spf.takeover,
                       domain);
  }
  switch (status) {
    case Status::unknown:
      return unknown_sentence(rows, domain);
    case Status::spoofable:
      return spoofable_sentence(picture, rows, domain);
    case Status::partly_protected:
      return partly_sentence(rows, domain);
    case Status::protected_:
      // Not "any name": one that was not tried may have a record of its own.
      return fmt::format("what strangers send as {} or the names tried below it is refused", domain);
  }
  return {};
}

}  // namespace

void grade(const Picture& picture, DomainReport& report) {
  const Rows rows{stranger_row(report.spoofing, Identity::domain),
                  stranger_row(report.spoofing, Identity::subdomain),
                  stranger_row(report.spoofing, Identity::invented)};
  const auto takeover = takeover_of(report);
  report.status = status_of(rows, takeover);
  const auto band = band_of(picture, rows, report.status, takeover);
  report.grade = std::string(1, band) + within_band(picture, report, band);
  report.sentence = sentence_of(picture, rows, report.status, takeover);
}

}  // namespace rampart::audit
