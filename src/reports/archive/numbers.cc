#include "reports/archive/numbers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/archive/days.h"

namespace rampart::reports {
namespace {

using Number = long long;  // as SOCI has it

constexpr std::size_t kAtOnce = 500;  // numbers in one question

}  // namespace

Names names_of(soci::session& sql, const std::string& table, const std::vector<std::int64_t>& ids) {
  Names out;
  for (std::size_t at = 0; at < ids.size(); at += kAtOnce) {
    const auto some = std::span(ids).subspan(at, std::min(kAtOnce, ids.size() - at));
    Number id = 0;
    std::string text;
    soci::statement all =
        (sql.prepare << fmt::format("SELECT id, text FROM {} WHERE id IN ({})", table, fmt::join(some, ", ")),
         soci::into(id), soci::into(text));
    all.execute();
    while (all.fetch()) out.emplace(id, text);
  }
  return out;
}

std::optional<std::int64_t> number_of(soci::session& sql, const std::string& table, const std::string& text) {
  Number out = 0;
  sql << fmt::format("SELECT id FROM {} WHERE text = :text", table), soci::use(text), soci::into(out);
  return sql.got_data() ? std::optional<std::int64_t>(out) : std::nullopt;
}

StoredReporter parse_reporter(std::string_view text) {
  const auto space = text.find(' ');
  const auto trust = parse_trust(text.substr(0, space));
  return {trust.value_or(Trust::unverified),
          space == std::string_view::npos ? std::string() : std::string(text.substr(space + 1))};
}

Outcome parse_stored_outcome(std::string_view text) { return parse_outcome(text).value_or(Outcome()); }

ReportCount count_reports(soci::session& sql, std::int64_t domain, std::int64_t from, std::int64_t to) {
  ReportCount out;
  const Number id = domain;
  const Number first = from * kDay;
  const Number last = (to + 1) * kDay;
  std::string trust;
  Number count = 0;
  soci::statement all =
      (sql.prepare << "SELECT trust, COUNT(*) FROM report WHERE domain = :domain AND last >= :first AND"
                      " first < :last GROUP BY trust",
       soci::use(id), soci::use(first), soci::use(last), soci::into(trust), soci::into(count));
  all.execute();
  while (all.fetch()) {
    const auto known = parse_trust(trust);
    (known && counts(*known) ? out.counted : out.uncounted) += static_cast<std::uint64_t>(count);
  }
  return out;
}

}  // namespace rampart::reports
