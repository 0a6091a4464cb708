#include "server/audit/audit_runs.h"

#include <array>

#include "audit/format/json.h"

namespace rampart::server {
namespace {

using base::Result;

constexpr std::size_t kBatch = 500;  // rows of one transaction; our own

constexpr std::array kMigrations{
    store::Migration{
        .sql = "CREATE TABLE audit_run (id TEXT PRIMARY KEY, probe INTEGER NOT NULL, begun BIGINT NOT NULL,"
               " summary TEXT NOT NULL);"
               "CREATE TABLE audit_run_domain (run TEXT NOT NULL, domain TEXT NOT NULL, status TEXT NOT NULL,"
               " grade TEXT NOT NULL, why TEXT NOT NULL, PRIMARY KEY (run, domain));"},
};

}  // namespace

Result<AuditRuns> AuditRuns::open(store::Database& database) {
  TRY(database.migrate("audit_run", kMigrations));
  return AuditRuns(database);
}

Result<> AuditRuns::begin(const std::string& id, bool probe, base::Time now) {
  return database_->transact([&](soci::session& sql) {
    const int flag = probe ? 1 : 0;
    const std::string none;
    const long long begun = now.time_since_epoch().count();
    const long long old = (now - kKept).time_since_epoch().count();
    // The job may have been faster, and have written its summary.
    sql << "INSERT INTO audit_run (id, probe, begun, summary) VALUES (:id, :probe, :begun, :summary)"
           " ON CONFLICT (id) DO UPDATE SET probe = excluded.probe, begun = excluded.begun",
        soci::use(id), soci::use(flag), soci::use(begun), soci::use(none);
    sql << "DELETE FROM audit_run_domain WHERE run IN"
           " (SELECT id FROM audit_run WHERE begun > 0 AND begun < :old)",
        soci::use(old);
    sql << "DELETE FROM audit_run WHERE begun > 0 AND begun < :old", soci::use(old);
  });
}

Result<> AuditRuns::add(const std::string& id, const audit::DomainReport& report) {
  if (of_ != id) {
    TRY(flush());
    of_ = id;
    added_ = 0;
  }
  if (added_++ >= kMaxDomains) return {};
  const bool unknown = report.status == audit::Status::unknown;
  waiting_.push_back({.domain = report.domain.text(),
                      .status = std::string(to_string(report.status)),
                      .grade = report.grade,
                      .why = unknown ? report.sentence : std::string()});
  return waiting_.size() < kBatch ? Result<>() : flush();
}

Result<> AuditRuns::flush() {
  const auto rows = std::exchange(waiting_, {});
  if (rows.empty()) return {};
  return database_->transact([&](soci::session& sql) {
    Domain row;
    soci::statement put = (sql.prepare << "INSERT INTO audit_run_domain (run, domain, status, grade, why)"
                                          " VALUES (:run, :domain, :status, :grade, :why)"
                                          " ON CONFLICT (run, domain) DO UPDATE SET status = excluded.status,"
                                          " grade = excluded.grade, why = excluded.why",
                           soci::use(of_), soci::use(row.domain), soci::use(row.status), soci::use(row.grade),
                           soci::use(row.why));
    for (const auto& one : rows) {
      row = one;
      put.execute(true);
    }
  });
}

Result<> AuditRuns::finish(const std::string& id, const audit::Summary& summary) {
  TRY(flush());
  std::string text;
  base::JsonWriter json(text);
  audit::write_summary(json, summary);
  return database_->transact([&](soci::session& sql) {
    sql << "INSERT INTO audit_run (id, probe, begun, summary) VALUES (:id, 0, 0, :summary)"
           " ON CONFLICT (id) DO UPDATE SET summary = excluded.summary",
        soci::use(id), soci::use(text);
  });
}

Result<AuditRuns::Run> AuditRuns::find(const std::string& id) {
  return database_->run([&](soci::session& sql) {
    Run out;
    int probe = 0;
    sql << "SELECT probe, summary FROM audit_run WHERE id = :id", soci::use(id), soci::into(probe),
        soci::into(out.summary);
    out.probe = probe != 0;
    return out;
  });
}

Result<std::vector<AuditRuns::Domain>> AuditRuns::domains(const std::string& id) {
  return database_->run([&](soci::session& sql) {
    std::vector<Domain> out;
    Domain row;
    soci::statement all = (sql.prepare << "SELECT domain, status, grade, why FROM audit_run_domain"
                                          " WHERE run = :id ORDER BY domain",
                           soci::use(id), soci::into(row.domain), soci::into(row.status),
                           soci::into(row.grade), soci::into(row.why));
    all.execute();
    while (all.fetch()) out.push_back(row);
    return out;
  });
}

}  // namespace rampart::server
