#include "audit/lookalikes/report.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace rampart::audit::lookalikes {
namespace {

bool is_worse(const Row& a, const Row& b) {
  const auto key = [](const Row& row) {
    // What is gone can do nothing any more.
    return std::tuple(row.change == Change::gone, row.standing.danger, 100 - row.candidate.similarity,
                      row.candidate.kinds.front());
  };
  if (key(a) != key(b)) return key(a) < key(b);
  return a.candidate.name.text() < b.candidate.name.text();
}

}  // namespace

std::vector<Row> Report::news() const {
  std::vector<Row> out;
  std::ranges::copy_if(rows, std::back_inserter(out),
                       [](const Row& row) { return row.change != Change::none && !row.accepted; });
  return out;
}

bool Report::is_armed() const {
  return std::ranges::any_of(rows, [](const Row& row) {
    const bool more =
        row.change != Change::none && row.change != Change::lessened && row.change != Change::gone;
    return more && !row.accepted && lookalikes::is_armed(row.standing.danger);
  });
}

Report make_report(const Generated& made, const std::vector<Standing>& standings, const State& state,
                   const std::vector<dns::Name>& known, base::Time now) {
  Report report;
  report.domain = made.domain;
  report.candidates = made.candidates.size();
  report.left_out = made.left_out;
  for (std::size_t i = 0; i < made.candidates.size(); ++i) {
    const auto& standing = standings[i];
    const auto& name = made.candidates[i].name;
    const auto change = state.change(made.domain, name, standing);
    switch (standing.registered) {
      case Known::no:
        ++report.unregistered;
        break;
      case Known::yes:
        ++report.registered;
        break;
      case Known::unknown:
        ++report.unknown;
        break;
    }
    if (standing.registered == Known::no && change != Change::gone) continue;
    Row row{.candidate = made.candidates[i], .standing = standing, .change = change, .first_seen = now};
    if (const auto* seen = state.find(made.domain, name)) row.first_seen = seen->first;
    row.accepted = std::ranges::find(known, name) != known.end();
    if (const auto* accepted = state.accepted(name)) {
      row.accepted = true;
      row.reason = accepted->reason;
    }
    if (standing.registered != Known::unknown) {
      report.rows.push_back(std::move(row));
    } else if (report.unknown_rows.size() < Report::kMaxUnknown) {
      report.unknown_rows.push_back(std::move(row));
    }
  }
  std::ranges::sort(report.rows, is_worse);
  return report;
}

void note(const Report& report, State& state, base::Time now) {
  for (const auto& row : report.rows) state.note(report.domain, row.candidate.name, row.standing, now);
}

}  // namespace rampart::audit::lookalikes
