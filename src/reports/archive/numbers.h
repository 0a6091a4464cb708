// The numbers that stand for texts in the tables of the reports, and the texts behind them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "reports/aggregate/outcome.h"
#include "reports/archive/archive.h"
#include "store/database.h"

namespace rampart::reports {

using Names = std::unordered_map<std::int64_t, std::string>;

// The texts of numbers in a table (id, text). Each number once.
Names names_of(soci::session& sql, const std::string& table, const std::vector<std::int64_t>& ids);
// The number of a text; nothing when it has none.
std::optional<std::int64_t> number_of(soci::session& sql, const std::string& table, const std::string& text);

// "verified google.com".
struct StoredReporter {
  Trust trust = Trust::unverified;
  std::string name;
};
StoredReporter parse_reporter(std::string_view text);

// Whose word is heard: by default everybody's whose reports are verified or were given.
using HeedReporter = std::function<bool(const StoredReporter&)>;
inline bool heed_all_that_count(const StoredReporter& reporter) { return counts(reporter.trust); }

Outcome parse_stored_outcome(std::string_view text);

// The reports of a domain whose time is in these days, at least in part, by whether they count.
struct ReportCount {
  std::uint64_t counted = 0;
  std::uint64_t uncounted = 0;
};
ReportCount count_reports(soci::session& sql, std::int64_t domain, std::int64_t from, std::int64_t to);

// A part of all items, each number once, in order.
template <class Items, class F>
std::vector<std::int64_t> numbers_of(const Items& items, F part) {
  std::vector<std::int64_t> out;
  out.reserve(items.size());
  for (const auto& item : items) out.push_back(std::invoke(part, item));
  std::ranges::sort(out);
  const auto same = std::ranges::unique(out);
  out.erase(same.begin(), same.end());
  return out;
}

}  // namespace rampart::reports
