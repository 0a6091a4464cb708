#include "reports/archive/history.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

#include <fmt/format.h>

#include "reports/archive/days.h"
#include "reports/archive/numbers.h"
#include "store/bulk.h"

namespace rampart::reports {
namespace {

using Number = long long;  // as SOCI has it

struct Key {
  std::int64_t address = 0;
  std::int64_t outcome = 0;
  std::int64_t reporter = 0;

  friend bool operator==(const Key&, const Key&) = default;
};
struct Hash {
  std::size_t operator()(const Key& key) const {
    constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15ULL;
    auto state = static_cast<std::uint64_t>(key.address) * kMix ^ static_cast<std::uint64_t>(key.outcome);
    state = (state ^ state >> 29U) * kMix ^ static_cast<std::uint64_t>(key.reporter);
    return static_cast<std::size_t>(state ^ state >> 32U);
  }
};
struct Sum {
  std::int64_t messages = 0;
  std::int64_t estimated = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
};
void add_to(DayTotal& total, std::int64_t kind, std::uint64_t messages, std::uint64_t estimated) {
  switch (static_cast<EndKind>(kind)) {
    case EndKind::dkim:
      total.dkim += messages;
      break;
    case EndKind::spf_only:
      total.spf_only += messages;
      break;
    default:
      total.fail += messages;
  }
  total.estimated += estimated;
}

template <class T, class F>
std::unordered_map<std::int64_t, T> parsed(const Names& names, F&& parse) {
  std::unordered_map<std::int64_t, T> out;
  for (const auto& [id, text] : names) out.emplace(id, parse(text));
  return out;
}

}  // namespace

base::Result<History> read_history(store::Database& database, std::string_view domain, std::int64_t from,
                                   std::int64_t to) {
  return database.transact([&](soci::session& sql) {
    History out{.from = from, .to = to};
    const auto id = number_of(sql, "report_domain", std::string(domain));
    if (!id) return out;
    std::unordered_map<Key, Sum, Hash> sums;
    store::each_row(sql, database.backend(),
                    fmt::format("SELECT day, address, outcome, reporter, messages, estimated FROM report_day"
                                " WHERE domain = {} AND day BETWEEN {} AND {}",
                                *id, from, to),
                    6, [&](std::span<const std::int64_t> row) {
                      auto& sum = sums[{row[1], row[2], row[3]}];
                      if (sum.messages == 0) sum.first = sum.last = row[0];
                      sum.messages += row[4];
                      sum.estimated += row[5];
                      sum.first = std::min(sum.first, row[0]);
                      sum.last = std::max(sum.last, row[0]);
                    });
    const auto addresses = names_of(sql, "report_address",
                                    numbers_of(sums, [](const auto& item) { return item.first.address; }));
    const auto outcomes =
        parsed<Outcome>(names_of(sql, "report_outcome",
                                 numbers_of(sums, [](const auto& item) { return item.first.outcome; })),
                        parse_stored_outcome);
    const auto reporters = parsed<StoredReporter>(
        names_of(sql, "report_reporter",
                 numbers_of(sums, [](const auto& item) { return item.first.reporter; })),
        parse_reporter);
    for (const auto& [key, sum] : sums) {
      const auto& reporter = reporters.at(key.reporter);
      out.seen.push_back({.address = addresses.at(key.address),
                          .outcome = outcomes.at(key.outcome),
                          .reporter = reporter.name,
                          .trust = reporter.trust,
                          .messages = static_cast<std::uint64_t>(sum.messages),
                          .estimated = static_cast<std::uint64_t>(sum.estimated),
                          .first_day = sum.first,
                          .last_day = sum.last});
    }
    std::ranges::sort(out.seen, [](const Seen& a, const Seen& b) {
      return std::tie(b.messages, a.address, a.reporter, a.last_day) <
             std::tie(a.messages, b.address, b.reporter, b.last_day);
    });
    store::each_row(sql, database.backend(),
                    fmt::format("SELECT day, reporter, kind, messages, estimated FROM report_total"
                                " WHERE domain = {} AND day BETWEEN {} AND {} ORDER BY day",
                                *id, from, to),
                    5, [&](std::span<const std::int64_t> row) {
                      if (!counts(reporters.at(row[1]).trust)) return;
                      if (out.days.empty() || out.days.back().day != row[0])
                        out.days.push_back({.day = row[0]});
                      add_to(out.days.back(), row[2], static_cast<std::uint64_t>(row[3]),
                             static_cast<std::uint64_t>(row[4]));
                    });
    const auto told = count_reports(sql, *id, from, to);
    out.reports = told.counted;
    out.uncounted = told.uncounted;
    return out;
  });
}

base::Result<std::vector<DomainTotal>> read_domains(store::Database& database, std::int64_t from,
                                                    std::int64_t to) {
  return database.transact([&](soci::session& sql) {
    struct Part {
      std::int64_t domain = 0;
      std::int64_t reporter = 0;
      std::int64_t kind = 0;
      Sum sum;
    };
    std::vector<Part> parts;
    store::each_row(
        sql, database.backend(),
        fmt::format("SELECT domain, reporter, kind, SUM(messages), SUM(estimated), MAX(day) FROM report_total"
                    " WHERE day BETWEEN {} AND {} GROUP BY domain, reporter, kind ORDER BY domain",
                    from, to),
        6, [&](std::span<const std::int64_t> row) {
          parts.push_back(
              {row[0], row[1], row[2], {.messages = row[3], .estimated = row[4], .last = row[5]}});
        });
    const auto domains = names_of(sql, "report_domain", numbers_of(parts, &Part::domain));
    const auto reporters = parsed<StoredReporter>(
        names_of(sql, "report_reporter", numbers_of(parts, &Part::reporter)), parse_reporter);
    std::vector<DomainTotal> out;
    for (const auto& part : parts) {
      if (!counts(reporters.at(part.reporter).trust)) continue;
      const auto& domain = domains.at(part.domain);
      if (out.empty() || out.back().domain != domain) out.push_back({.domain = domain});
      add_to(out.back().total, part.kind, static_cast<std::uint64_t>(part.sum.messages),
             static_cast<std::uint64_t>(part.sum.estimated));
      out.back().last_day = std::max(out.back().last_day, part.sum.last);
    }
    std::ranges::sort(out, [](const DomainTotal& a, const DomainTotal& b) {
      return std::pair(b.total.messages(), a.domain) < std::pair(a.total.messages(), b.domain);
    });
    return out;
  });
}

}  // namespace rampart::reports
