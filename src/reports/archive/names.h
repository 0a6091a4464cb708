// The texts that stand for numbers in the tables of the reports (tables.h).
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "reports/archive/archive.h"
#include "store/database.h"

namespace rampart::reports {

using Names = std::unordered_map<std::int64_t, std::string>;

// `table` is a name of ours.
Names names_of(soci::session& sql, const std::string& table, const std::vector<std::int64_t>& ids);

// "verified google.com", a text of report_reporter.
struct Reporter {
  Trust trust = Trust::unverified;
  std::string name;
};
Reporter reporter_of(std::string_view text);

}  // namespace rampart::reports
