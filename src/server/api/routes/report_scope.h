// Whose a report is: that of the domain it speaks of, or of the nearest domain above that is looked after.
#pragma once

#include <map>

#include "reports/archive/numbers.h"
#include "server/api/routes/domain_parts.h"

namespace rampart::server::api {

class ReportScope {
 public:
  explicit ReportScope(Call& call) : call_(call) {}

  // Whether the asker may see what is reported of it.
  Got<bool> covers(const std::string& domain);
  // 404 unless he may. Of a domain that nobody looks after: whoever sees everything.
  Got<dns::Name> require(const std::string& domain);

 private:
  Call& call_;
  std::map<std::string, bool> known_;
};

// Days since 1970, both inside: the last so many (`days`), today among them.
struct Days {
  std::int64_t from = 0;
  std::int64_t to = 0;
};
Days days_of(Call& call);
std::optional<std::int64_t> parse_day(std::string_view text);  // "2026-11-28"
std::string day_text(std::int64_t day);

// The tables of reports are there when it returns.
Got<void> open_archive(Call& call);

}  // namespace rampart::server::api
