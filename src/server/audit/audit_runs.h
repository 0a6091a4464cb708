// What came of each audit that was run as a job, by the job's id: the counts, and each domain.
#pragma once

#include <string>
#include <vector>

#include "audit/report.h"
#include "audit/summary.h"
#include "store/database.h"

namespace rampart::server {

class AuditRuns {
 public:
  static constexpr std::size_t kMaxDomains = 10'000;   // kept of a run: the first; as api/audits.json has it
  static constexpr std::chrono::hours kKept{24 * 30};  // as jobs are

  // The tables are there when it returns. The database outlives it.
  static base::Result<AuditRuns> open(store::Database& database);

  // Forgets those that began long ago.
  base::Result<> begin(const std::string& id, bool probe, base::Time now);
  // Written some hundred at a time, and the rest by flush().
  base::Result<> add(const std::string& id, const audit::DomainReport& report);
  base::Result<> flush();
  base::Result<> finish(const std::string& id, const audit::Summary& summary);

  struct Run {
    bool probe = false;
    std::string summary;  // JSON; empty: it has not ended
  };
  // An empty one where nothing is known of it.
  base::Result<Run> find(const std::string& id);
  struct Domain {
    std::string domain;
    std::string status;
    std::string grade;
    std::string why;
  };
  // In the order of their names.
  base::Result<std::vector<Domain>> domains(const std::string& id);

 private:
  explicit AuditRuns(store::Database& database) : database_(&database) {}
  store::Database* database_;
  std::string of_;  // the run that is being added to
  std::vector<Domain> waiting_;
  std::size_t added_ = 0;
};

}  // namespace rampart::server
