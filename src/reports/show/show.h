// The pages of the reports: what was seen of a domain's mail, for people, as JSON and as CSV.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/archive/history.h"

namespace rampart::reports {

struct Page {
  std::string domain;
  const History* history = nullptr;
  std::size_t most = 20;  // rows of a table for people; 0: all
};

std::string format_history(const Page& page);
std::string format_history_json(const Page& page);  // "rampart.reports-show/1"
// A line for each address, outcome and reporter. A cell that a spreadsheet would take for a formula begins with '.
std::string format_history_csv(const Page& page);

// Of those of which only reports of unknown origin speak, `most` (0: all).
std::string format_domains(const std::vector<DomainTotal>& domains, std::size_t most = 0);
std::string format_domains_json(const std::vector<DomainTotal>& domains);  // "rampart.reports-domains/1"

// "2025-11-25", of days since 1970.
std::string day_text(std::int64_t day);
// "1,234,567".
std::string grouped(std::uint64_t number);
// "12.3 %", never 100 or 0 where it is not; "-" of nothing.
std::string share(std::uint64_t part, std::uint64_t whole);
// "1 report", "2,000 reports".
std::string plural(std::uint64_t count, std::string_view one, std::string_view many);
// A cell of a CSV line (RFC 4180), with ' before what a spreadsheet would run.
std::string csv_cell(std::string_view text);

}  // namespace rampart::reports
