#include "audit/state/drift.h"

#include <algorithm>

#include <fmt/format.h>

namespace rampart::audit::state {
namespace {

using watch::Observed;
using watch::Standing;
using watch::Subject;

Standing standing_of(const watch::Observation& seen, const Observed& item) {
  const auto* found = seen.find(item.subject, item.key);
  if (found != nullptr) return found->standing;
  // A finding that is not listed is absent, unless nothing could be said; a record that was not asked for is unknown.
  return item.subject == Subject::finding && seen.can_say(item.key) ? Standing::absent : Standing::unknown;
}

Change change_of(Change::What what, const Observed& item, std::string before, std::string after) {
  return {what, item.subject, item.key, std::move(before), std::move(after), item.title, item.severity};
}

}  // namespace

std::string_view to_string(Change::What what) {
  switch (what) {
    case Change::What::appeared:
      return "appeared";
    case Change::What::changed:
      return "changed";
    case Change::What::went:
      break;
  }
  return "went";
}

Drift drift(const watch::Observation& before, const watch::Observation& after) {
  Drift out{.grade_before = before.grade, .grade_after = after.grade, .changes = {}, .unknown = {}};
  for (const auto& item : after.items) {
    if (item.subject == Subject::examination) continue;
    const auto* old = before.find(item.subject, item.key);
    const auto then = standing_of(before, item);
    if (item.standing == Standing::unknown) {
      if (then != Standing::unknown) out.unknown.push_back(fmt::format("{}: {}", item.key, item.why));
    } else if (item.standing == Standing::present && then == Standing::absent) {
      out.changes.push_back(change_of(Change::What::appeared, item, {}, item.value));
    } else if (item.standing == Standing::present && then == Standing::present && old->value != item.value) {
      out.changes.push_back(change_of(Change::What::changed, item, old->value, item.value));
    }
  }
  for (const auto& item : before.items) {
    if (item.subject == Subject::examination || item.standing != Standing::present) continue;
    if (standing_of(after, item) == Standing::absent)
      out.changes.push_back(change_of(Change::What::went, item, item.value, {}));
  }
  std::ranges::sort(out.changes, [](const Change& a, const Change& b) {
    return std::pair(a.subject, a.key) < std::pair(b.subject, b.key);
  });
  return out;
}

}  // namespace rampart::audit::state
