#include "server/api/routes/report_scope.h"

#include "dns/domain.h"
#include "reports/archive/archive.h"
#include "reports/show/show.h"

namespace rampart::server::api {

Got<bool> ReportScope::covers(const std::string& domain) {
  const auto& scope = call_.who().scope;
  if (scope.everything) return true;
  if (const auto known = known_.find(domain); known != known_.end()) return known->second;
  auto* roster = TRY(roster_of(call_));
  auto name = dns::Name::try_parse(domain);
  while (name && !name->is_root()) {
    if (const auto standing = TRY(roster->standing(*name)))
      return known_[domain] = scope.covers(standing->organisation);
    name = name->parent();
  }
  return known_[domain] = false;
}

Got<dns::Name> ReportScope::require(const std::string& domain) {
  auto name = dns::parse_domain(domain);
  if (!name || !TRY(covers(name->text()))) return std::unexpected(not_found("there is no such domain here"));
  return *std::move(name);
}

Days days_of(Call& call) {
  constexpr std::int64_t kUsual = 30;  // as the description has it
  const auto today = std::chrono::floor<std::chrono::days>(call.now()).time_since_epoch().count();
  return {.from = today - call.number("days", kUsual) + 1, .to = today};
}

std::optional<std::int64_t> parse_day(std::string_view text) {
  const auto time = base::parse_time(std::string(text) + "T00:00:00Z");
  if (!time) return std::nullopt;
  return std::chrono::floor<std::chrono::days>(*time).time_since_epoch().count();
}

std::string day_text(std::int64_t day) { return reports::day_text(day); }

Got<void> open_archive(Call& call) {
  TRY(call.bench().keep<reports::Archive>(
      [](store::Database& database) { return reports::Archive::open(database); }));
  return {};
}

}  // namespace rampart::server::api
