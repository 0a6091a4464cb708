#include "audit/state/risks.h"

#include <algorithm>

namespace rampart::audit::state {
namespace {

using base::Result;
using Number = long long;  // as SOCI has it

constexpr std::string_view kEveryDomain = "*";

Number number(base::Time time) { return time.time_since_epoch().count(); }
base::Time time_of(Number number) { return base::Time(std::chrono::seconds(number)); }

}  // namespace

void accept(DomainReport& report, const std::vector<Risk>& risks) {
  for (auto& finding : report.findings) {
    if (finding.status != FindingStatus::present) continue;
    const Risk* found = nullptr;  // what was said of the domain itself goes before what was said of all
    for (const auto& risk : risks) {
      if (risk.covers(report.domain, finding.code, report.now) && (found == nullptr || risk.domain))
        found = &risk;
    }
    if (found != nullptr) finding.accepted = Acceptance{found->reason, found->who, found->until};
  }
}

Result<long long> add_risk(store::Database& database, const Risk& risk) {
  return database.transact([&](soci::session& sql) {
    const auto domain = risk.domain ? risk.domain->text() : std::string(kEveryDomain);
    const auto accepted = number(risk.accepted);
    const Number until = risk.until ? number(*risk.until) : 0;
    auto until_there = risk.until ? soci::i_ok : soci::i_null;
    sql << "UPDATE audit_risk SET withdrawn = :now WHERE domain = :domain AND code = :code AND withdrawn IS "
           "NULL",
        soci::use(accepted), soci::use(domain), soci::use(risk.code);
    sql << "INSERT INTO audit_risk (domain, code, reason, who, accepted, until)"
           " VALUES (:domain, :code, :reason, :who, :accepted, :until)",
        soci::use(domain), soci::use(risk.code), soci::use(risk.reason), soci::use(risk.who),
        soci::use(accepted), soci::use(until, until_there);
    Number made = 0;
    sql << "SELECT MAX(number) FROM audit_risk WHERE domain = :domain AND code = :code", soci::use(domain),
        soci::use(risk.code), soci::into(made);
    return made;
  });
}

Result<std::vector<Risk>> risks(store::Database& database) {
  return database.run([&](soci::session& sql) -> Result<std::vector<Risk>> {
    std::vector<Risk> out;
    Risk risk;
    std::string domain;
    Number accepted = 0;
    Number until = 0;
    soci::indicator until_there = soci::i_null;
    soci::statement all =
        (sql.prepare << "SELECT number, domain, code, reason, who, accepted, until FROM audit_risk"
                        " WHERE withdrawn IS NULL ORDER BY domain, code, number",
         soci::into(risk.number), soci::into(domain), soci::into(risk.code), soci::into(risk.reason),
         soci::into(risk.who), soci::into(accepted), soci::into(until, until_there));
    all.execute();
    while (all.fetch()) {
      risk.domain.reset();
      if (domain != kEveryDomain) risk.domain = TRY(dns::Name::parse(domain));
      risk.accepted = time_of(accepted);
      risk.until = until_there == soci::i_ok ? std::optional(time_of(until)) : std::nullopt;
      out.push_back(risk);
    }
    return out;
  });
}

Result<bool> withdraw_risk(store::Database& database, long long number_of, base::Time now) {
  return database.transact([&](soci::session& sql) {
    const auto at = number(now);
    soci::statement update =
        (sql.prepare << "UPDATE audit_risk SET withdrawn = :now WHERE number = :number AND withdrawn IS NULL",
         soci::use(at), soci::use(number_of));
    update.execute(true);
    return update.get_affected_rows() > 0;
  });
}

}  // namespace rampart::audit::state
