#include "reports/archive/tls_history.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "reports/archive/days.h"
#include "reports/archive/tls.h"

namespace rampart::reports {
namespace {

using Number = long long;  // as SOCI has it

class Sums {
 public:
  Sums(std::int64_t from, std::int64_t to) : from_(from), to_(to) {}

  void add(const TlsFacts& facts, const std::string& reporter, const Days& days) {
    for (const auto& policy : facts.policies) {
      add({.reporter = reporter, .type = policy.type}, policy.successful, days);
      std::uint64_t described = 0;
      for (const auto& failure : policy.failures) {
        described += failure.sessions;
        add({.reporter = reporter,
             .type = policy.type,
             .result = failure.result_text,
             .failed = true,
             .host = failure.receiving_host},
            failure.sessions, days);
      }
      // What it counts and does not describe.
      if (policy.failed > described)
        add({.reporter = reporter, .type = policy.type, .failed = true}, policy.failed - described, days);
    }
  }

  std::vector<TlsSeen> take() {
    std::vector<TlsSeen> out;
    out.reserve(sums_.size());
    for (auto& [key, seen] : sums_) out.push_back(std::move(seen));
    return out;
  }

 private:
  void add(TlsSeen what, std::uint64_t sessions, const Days& days) {
    what.estimated = days.estimated();
    const auto count = static_cast<std::int64_t>(std::min(sessions, kMaxCount));
    days.spread(count, [&](std::int64_t day, std::int64_t part) {
      if (day < from_ || day > to_) return;
      what.day = day;
      auto& sum = sums_[{day, what.reporter, what.type, what.failed, what.result, what.host}];
      const auto before = sum.sessions;
      const bool estimated = sum.estimated;
      sum = what;
      sum.sessions = before + static_cast<std::uint64_t>(part);
      sum.estimated = estimated || what.estimated;
    });
  }

  std::int64_t from_;
  std::int64_t to_;
  std::map<std::tuple<std::int64_t, std::string, TlsPolicyType, bool, std::string, std::string>, TlsSeen>
      sums_;
};

}  // namespace

base::Result<TlsHistory> read_tls_history(store::Database& database, std::string_view domain,
                                          std::int64_t from, std::int64_t to, const HeedReporter& heed) {
  return database.run([&](soci::session& sql) {
    TlsHistory out{.from = from, .to = to};
    Sums sums(from, to);
    const std::string name(domain);
    const Number begin = from * kDay;
    const Number behind = (to + 1) * kDay;
    std::string trust;
    std::string reporter;
    std::string facts;
    Number first = 0;
    Number last = 0;
    soci::statement all =
        (sql.prepare
             << "SELECT trust, reporter, first, last, facts FROM report_tls WHERE domain = :domain AND "
                "last >= :begin AND first < :behind",
         soci::use(name), soci::use(begin), soci::use(behind), soci::into(trust), soci::into(reporter),
         soci::into(first), soci::into(last), soci::into(facts));
    all.execute();
    while (all.fetch()) {
      if (!heed({.trust = parse_trust(trust).value_or(Trust::unverified), .name = reporter})) {
        ++out.uncounted;
        continue;
      }
      ++out.reports;
      if (const auto said = parse_tls_facts(facts)) sums.add(*said, reporter, Days(first, last));
    }
    out.seen = sums.take();
    return out;
  });
}

base::Result<std::vector<TlsDomain>> read_tls_domains(store::Database& database, std::int64_t from,
                                                      std::int64_t to) {
  return database.run([&](soci::session& sql) {
    std::map<std::string, TlsDomain> domains;
    const Number begin = from * kDay;
    const Number behind = (to + 1) * kDay;
    std::string domain;
    std::string trust;
    Number reports = 0;
    Number successful = 0;
    Number failed = 0;
    Number last = 0;
    // Whole numbers in PostgreSQL, too, whose sums are decimals.
    soci::statement all =
        (sql.prepare
             << "SELECT domain, trust, COUNT(*), CAST(SUM(successful) AS BIGINT), CAST(SUM(failed) AS "
                "BIGINT), MAX(last) FROM report_tls WHERE last >= :begin AND last < :behind GROUP BY "
                "domain, trust",
         soci::use(begin), soci::use(behind), soci::into(domain), soci::into(trust), soci::into(reports),
         soci::into(successful), soci::into(failed), soci::into(last));
    all.execute();
    while (all.fetch()) {
      if (!counts(parse_trust(trust).value_or(Trust::unverified))) continue;
      auto& one = domains[domain];
      one.domain = domain;
      one.reports += static_cast<std::uint64_t>(reports);
      one.successful += static_cast<std::uint64_t>(successful);
      one.failed += static_cast<std::uint64_t>(failed);
      one.last_day = std::max<std::int64_t>(one.last_day, last / kDay);
    }
    std::vector<TlsDomain> out;
    out.reserve(domains.size());
    for (auto& [name, one] : domains) out.push_back(std::move(one));
    return out;
  });
}

base::Result<std::optional<KnownDays>> read_known_tls_days(store::Database& database,
                                                           std::optional<std::string_view> domain) {
  return database.run([&](soci::session& sql) -> std::optional<KnownDays> {
    Number first = 0;
    Number last = 0;
    Number count = 0;
    const Number any = domain ? 0 : 1;
    const std::string name(domain.value_or(""));
    sql << "SELECT COUNT(*), COALESCE(MIN(first), 0), COALESCE(MAX(last), 0) FROM report_tls WHERE domain = "
           ":domain OR :any = 1",
        soci::use(name), soci::use(any), soci::into(count), soci::into(first), soci::into(last);
    return count == 0 ? std::nullopt : std::optional(KnownDays{first / kDay, last / kDay});
  });
}

}  // namespace rampart::reports
