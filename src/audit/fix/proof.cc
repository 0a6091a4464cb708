#include "audit/fix/proof.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "audit/catalogue.h"
#include "audit/format/words.h"
#include "base/text.h"

namespace rampart::audit::fix {
namespace {

using Levels = std::map<std::string_view, Severity>;  // of codes that are present or unknown

Levels levels(const DomainReport& report) {
  Levels out;
  for (const auto& finding : report.findings) {
    if (finding.status == FindingStatus::absent) continue;
    auto level = finding.effective;
    if (finding.status == FindingStatus::unknown) {
      const auto* entry = find_entry(finding.code);
      if (entry != nullptr) level = entry->effective;
    }
    auto& known = out.try_emplace(finding.code, level).first->second;
    known = std::max(known, level);
  }
  return out;
}

// Less is better for the stranger; unknown is no step of it.
int rank(Disposition disposition) {
  switch (disposition) {
    case Disposition::deliver:
      return 0;
    case Disposition::quarantine:
      return 1;
    case Disposition::reject:
      return 2;
    case Disposition::unknown:
      break;
  }
  return -1;
}

std::string_view identity(const SpoofRow& row) {
  switch (row.identity) {
    case SpoofRow::Identity::domain:
      return "the domain";
    case SpoofRow::Identity::subdomain:
      return "an existing subdomain";
    case SpoofRow::Identity::invented:
      break;
  }
  return "an invented subdomain";
}

struct Rows {
  std::vector<std::string> better;
  std::string worse;
};

void compare(const SpoofRow& before, const SpoofRow& after, Rows& rows) {
  const auto look = [&](Disposition was, Disposition is, std::string_view receivers) {
    if (was == is) return;
    const bool lost = rank(is) < rank(was);
    if (!lost && rank(was) < 0) return;  // it was unknown before
    auto text = fmt::format("{} sends as {}, {}: {}, was {}", who_tries(after), identity(after), receivers,
                            words(is), words(was));
    if (!lost) {
      rows.better.push_back(std::move(text));
    } else if (rows.worse.empty()) {
      rows.worse = std::move(text);
    }
  };
  look(before.rfc9989, after.rfc9989, "RFC 9989");
  look(before.rfc7489, after.rfc7489, "RFC 7489");
}

Rows compare(const DomainReport& before, const DomainReport& after) {
  Rows rows;
  for (const auto& row : after.spoofing) {
    const auto was = std::ranges::find_if(before.spoofing, [&](const SpoofRow& other) {
      return other.identity == row.identity && other.origin == row.origin;
    });
    if (was != before.spoofing.end()) compare(*was, row, rows);
  }
  return rows;
}

}  // namespace

Closes judge_closes(const StepWords& words, const DomainReport& before, const DomainReport& after) {
  const auto was = levels(before);
  const auto is = levels(after);
  Closes out;
  auto risk = Severity::info;
  for (const auto& [code, level] : was) {
    if (is.contains(code)) continue;
    out.findings.emplace_back(code);
    risk = std::max(risk, level);
  }
  auto rows = compare(before, after);
  const auto worth = std::max(risk, Severity::low);  // a harder row alone is worth no more than this
  const auto revealed = base::split(words.reveals, ' ');
  std::vector<std::string> faults;
  for (const auto& [code, level] : is) {
    const auto known = was.find(code);
    if (level == Severity::info || (known != was.end() && known->second >= level)) continue;
    out.appears.emplace_back(code);
    const bool allowed = std::ranges::find(revealed, code) != revealed.end();
    if (level >= worth && !allowed) faults.push_back(fmt::format("{} appears ({})", code, to_string(level)));
  }
  out.harms = !faults.empty() || !rows.worse.empty();
  for (const auto aim : base::split(words.aims, ' ')) {
    if (was.contains(aim) && is.contains(aim)) faults.push_back(fmt::format("{} is still there", aim));
  }
  if (!rows.worse.empty()) faults.push_back(rows.worse);
  out.rows = std::move(rows.better);
  if (faults.empty() && out.findings.empty() && out.rows.empty())
    faults.emplace_back("no finding is closed by it alone, and a stranger can do what he could before");
  out.holds = faults.empty();
  out.why_not = base::join(faults, "; ");
  return out;
}

Breaks judge_breaks(const Step& step, const Owner& owner, const SenderTally& after) {
  Breaks out;
  if (step.by_word) {
    out.known = true;
    out.why = "the domain sends no mail, as its owner or its records say";
    if (owner.senders) out.senders = owner.senders->size();
    if (owner.senders && step.touches_spf) out.failing = after.failing;
  } else if (owner.senders && step.touches_spf && after.unknown.empty()) {
    out.known = true;
    out.senders = owner.senders->size();
    out.failing = after.failing;
    out.why = "of the senders given, by their SPF result after the change";
  } else if (owner.senders && step.touches_spf) {
    out.why = fmt::format("unknown: {}", after.unknown);
  } else {
    out.why = "unknown: no reports read";
  }
  return out;
}

}  // namespace rampart::audit::fix
