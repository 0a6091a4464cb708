#include "reports/archive/sightings.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_set>

#include <fmt/format.h>

#include "reports/archive/days.h"
#include "reports/archive/sums.h"
#include "store/bulk.h"

namespace rampart::reports {
namespace {

using Counted = std::unordered_set<std::int64_t>;  // numbers of reporters

// Who reports, what of it counts, and when: from the small table, before the large one is read.
Counted read_totals(soci::session& sql, store::Backend backend, std::int64_t domain, const HeedReporter& heed,
                    Sightings& out) {
  struct Total {
    std::int64_t reporter = 0;
    std::int64_t day = 0;
    std::int64_t messages = 0;
  };
  std::vector<Total> totals;
  store::each_row(sql, backend,
                  fmt::format("SELECT reporter, day, SUM(messages) FROM report_total"
                              " WHERE domain = {} AND day BETWEEN {} AND {} GROUP BY reporter, day",
                              domain, out.from, out.to),
                  3, [&](std::span<const std::int64_t> row) { totals.push_back({row[0], row[1], row[2]}); });
  const auto names = names_of(sql, "report_reporter", numbers_of(totals, &Total::reporter));
  Counted counted;
  std::unordered_set<std::string> reporters;  // one may be believed in several ways
  std::set<std::int64_t> days;
  for (const auto& total : totals) {
    const auto reporter = parse_reporter(names.at(total.reporter));
    if (!heed(reporter)) {
      out.uncounted_messages += static_cast<std::uint64_t>(total.messages);
      continue;
    }
    days.insert(total.day);
    counted.insert(total.reporter);
    reporters.insert(reporter.name);
  }
  out.days.assign(days.begin(), days.end());
  if (!days.empty()) {
    out.first_day = *days.begin();
    out.last_day = *days.rbegin();
  }
  out.reporters = reporters.size();
  return counted;
}

Sums read_days(soci::session& sql, store::Backend backend, std::int64_t domain, const Sightings& about,
               const Counted& counted, std::span<const std::int64_t> borders) {
  Sums sums;
  std::int64_t day = about.from - 1;
  std::size_t part = 0;  // of the days, by the borders
  store::each_row(sql, backend,
                  fmt::format("SELECT day, address, outcome, reporter, messages, estimated FROM report_day"
                              " WHERE domain = {} AND day BETWEEN {} AND {}",
                              domain, about.from, about.to),
                  6, [&](std::span<const std::int64_t> row) {
                    if (!counted.contains(row[3])) return;
                    if (row[0] != day) {
                      day = row[0];
                      part = 0;
                      while (part < borders.size() && day <= about.last_day - borders[part]) ++part;
                    }
                    sums[{row[1], row[2], static_cast<std::int64_t>(part)}].add(day, row[4], row[5]);
                  });
  return sums;
}

// Since when each address is known. A forged report makes none of them look old.
void read_since(soci::session& sql, store::Backend backend, std::int64_t domain, const Places& addresses,
                Sightings& out) {
  out.since.assign(out.addresses.size(), out.to);
  for (const auto& row : out.rows) out.since[row.address] = std::min(out.since[row.address], row.first_day);
  store::each_row(
      sql, backend,
      fmt::format("SELECT address, day FROM report_since WHERE domain = {} AND day < {}", domain, out.from),
      2, [&](std::span<const std::int64_t> row) {
        const auto place = addresses.of.find(row[0]);
        if (place != addresses.of.end())
          out.since[place->second] = std::min(out.since[place->second], row[1]);
      });
}

}  // namespace

base::Result<Sightings> read_sightings(store::Database& database, std::string_view domain, std::int64_t from,
                                       std::int64_t to, std::span<const std::int64_t> borders,
                                       const HeedReporter& heed) {
  return database.transact([&](soci::session& sql) {
    Sightings out{.from = from, .to = to};
    const auto backend = database.backend();
    const auto id = number_of(sql, "report_domain", std::string(domain));
    if (!id) return out;
    const auto told = count_reports(sql, *id, out.from, out.to);
    out.reports = told.counted;
    out.uncounted = told.uncounted;
    const auto counted = read_totals(sql, backend, *id, heed, out);
    const auto sums = read_days(sql, backend, *id, out, counted, borders);
    const Places addresses(names_of(sql, "report_address",
                                    numbers_of(sums, [](const auto& item) { return item.first.address; })));
    const Places outcomes(names_of(sql, "report_outcome",
                                   numbers_of(sums, [](const auto& item) { return item.first.outcome; })));
    out.addresses = addresses.parsed([](const std::string& text) { return text; });
    out.outcomes = outcomes.parsed(parse_stored_outcome);
    out.rows.reserve(sums.size());
    for (const auto& [key, sum] : sums) {
      const auto messages = static_cast<std::uint64_t>(sum.messages);
      const auto address = addresses.of.at(key.address);
      if (out.addresses[address].empty()) {
        out.unaddressed += messages;
        continue;
      }
      out.messages += messages;
      out.estimated += static_cast<std::uint64_t>(sum.estimated);
      out.rows.push_back({.address = address,
                          .outcome = outcomes.of.at(key.outcome),
                          .messages = messages,
                          .first_day = sum.first,
                          .last_day = sum.last});
    }
    std::ranges::sort(out.rows, {}, [](const Sighting& row) {
      return std::tuple(row.address, row.outcome, row.first_day);
    });
    read_since(sql, backend, *id, addresses, out);
    return out;
  });
}

}  // namespace rampart::reports
