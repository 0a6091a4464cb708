#include "audit/fix/plan.h"

#include <algorithm>

namespace rampart::audit::fix {
namespace {

std::vector<SetRecord> without(const std::vector<SetRecord>& records, const std::vector<SetRecord>& others) {
  std::vector<SetRecord> out;
  for (const auto& record : records) {
    if (std::ranges::find(others, record) == others.end()) out.push_back(record);
  }
  return out;
}

}  // namespace

std::vector<Change> changes(const Step& step) {
  std::vector<Change> out;
  for (const auto& set : step.sets) {
    const auto gone = without(set.before, set.after);
    const auto fresh = without(set.after, set.before);
    const auto change = [&](Remedy::Action action, const std::string& data, std::string before = {}) {
      out.push_back({{action, set.name, set.type, kTtl, data}, std::move(before)});
    };
    if (gone.size() == 1 && fresh.size() == 1) {
      change(Remedy::Action::replace, fresh.front().data, gone.front().data);
      continue;
    }
    for (const auto& record : gone) change(Remedy::Action::remove, record.data);
    for (const auto& record : fresh) change(Remedy::Action::add, record.data);
  }
  return out;
}

void lay(std::vector<RrSet>& over, const std::vector<RrSet>& sets) {
  for (const auto& set : sets) {
    const auto known = std::ranges::find_if(
        over, [&](const RrSet& other) { return other.name == set.name && other.type == set.type; });
    if (known == over.end()) {
      over.push_back(set);
    } else {
      known->after = set.after;
    }
  }
}

std::vector<const QuestionWords*> Plan::questions() const {
  std::vector<const QuestionWords*> out;
  for (const auto& step : steps) {
    if (step.question != nullptr && std::ranges::find(out, step.question) == out.end())
      out.push_back(step.question);
  }
  return out;
}

std::vector<RrSet> Plan::published(std::size_t count) const {
  std::vector<RrSet> out;
  for (const auto& step : steps) {
    if (!step.changes()) continue;
    if (count-- == 0) break;
    lay(out, step.sets);
  }
  return out;
}

std::size_t Plan::change_count() const {
  return static_cast<std::size_t>(std::ranges::count_if(steps, &Step::changes));
}

}  // namespace rampart::audit::fix
