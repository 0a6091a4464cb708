#include "reports/archive/history.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "reports/archive/days.h"
#include "reports/archive/sums.h"
#include "store/bulk.h"

namespace rampart::reports {
namespace {

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

}  // namespace

base::Result<History> read_history(store::Database& database, std::string_view domain, std::int64_t from,
                                   std::int64_t to) {
  return database.transact([&](soci::session& sql) {
    History out{.from = from, .to = to};
    const auto id = number_of(sql, "report_domain", std::string(domain));
    if (!id) return out;
    Sums sums;
    store::each_row(sql, database.backend(),
                    fmt::format("SELECT day, address, outcome, reporter, messages, estimated FROM report_day"
                                " WHERE domain = {} AND day BETWEEN {} AND {}",
                                *id, from, to),
                    6, [&](std::span<const std::int64_t> row) {
                      sums[{row[1], row[2], row[3]}].add(row[0], row[4], row[5]);
                    });
    const auto places = [&](const char* table, std::int64_t SumKey::* part) {
      return Places(
          names_of(sql, table, numbers_of(sums, [part](const auto& item) { return item.first.*part; })));
    };
    const auto addresses = places("report_address", &SumKey::address);
    const auto outcomes = places("report_outcome", &SumKey::outcome);
    const auto reporters = places("report_reporter", &SumKey::part);
    out.addresses = addresses.parsed([](const std::string& text) { return text; });
    out.outcomes = outcomes.parsed(parse_stored_outcome);
    out.reporters = reporters.parsed(parse_reporter);
    out.seen.reserve(sums.size());
    for (const auto& [key, sum] : sums) {
      out.seen.push_back({.address = addresses.of.at(key.address),
                          .outcome = outcomes.of.at(key.outcome),
                          .reporter = reporters.of.at(key.part),
                          .messages = static_cast<std::uint64_t>(sum.messages),
                          .estimated = static_cast<std::uint64_t>(sum.estimated),
                          .first_day = sum.first,
                          .last_day = sum.last});
    }
    std::ranges::sort(out.seen, [](const Seen& a, const Seen& b) {
      return std::tie(b.messages, a.address, a.reporter, a.outcome) <
             std::tie(a.messages, b.address, b.reporter, b.outcome);
    });
    store::each_row(sql, database.backend(),
                    fmt::format("SELECT day, reporter, kind, messages, estimated FROM report_total"
                                " WHERE domain = {} AND day BETWEEN {} AND {} ORDER BY day",
                                *id, from, to),
                    5, [&](std::span<const std::int64_t> row) {
                      if (!counts(out.reporters[reporters.of.at(row[1])].trust)) return;
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
                                                    std::int64_t to, const HeedReporter& heed) {
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
    const auto reporters = names_of(sql, "report_reporter", numbers_of(parts, &Part::reporter));
    std::vector<DomainTotal> out;
    for (const auto& part : parts) {
      const auto& domain = domains.at(part.domain);
      if (out.empty() || out.back().domain != domain) out.push_back({.domain = domain});
      auto& one = out.back();
      if (!heed(parse_reporter(reporters.at(part.reporter)))) {
        one.uncounted += static_cast<std::uint64_t>(part.sum.messages);
        if (one.total.messages() == 0) one.last_day = std::max(one.last_day, part.sum.last);
        continue;
      }
      if (one.total.messages() == 0) one.last_day = part.sum.last;
      add_to(one.total, part.kind, static_cast<std::uint64_t>(part.sum.messages),
             static_cast<std::uint64_t>(part.sum.estimated));
      one.last_day = std::max(one.last_day, part.sum.last);
    }
    std::ranges::sort(out, [](const DomainTotal& a, const DomainTotal& b) {
      return std::tuple(b.total.messages(), b.uncounted, a.domain) <
             std::tuple(a.total.messages(), a.uncounted, b.domain);
    });
    return out;
  });
}

base::Result<std::optional<KnownDays>> read_known_days(store::Database& database,
                                                       std::optional<std::string_view> domain) {
  return database.transact([&](soci::session& sql) -> std::optional<KnownDays> {
    long long first = 0;
    long long last = 0;
    long long count = 0;
    std::string where;
    if (domain) {
      const auto id = number_of(sql, "report_domain", std::string(*domain));
      if (!id) return std::nullopt;
      where = fmt::format(" WHERE domain = {}", *id);
    }
    sql << fmt::format("SELECT COUNT(*), COALESCE(MIN(day), 0), COALESCE(MAX(day), 0) FROM report_total{}",
                       where),
        soci::into(count), soci::into(first), soci::into(last);
    return count == 0 ? std::nullopt : std::optional(KnownDays{first, last});
  });
}

}  // namespace rampart::reports
