// Risks that somebody has accepted: a finding that stays in the report, with the reason, and no longer fails it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/report.h"
#include "store/database.h"

namespace rampart::audit::state {

struct Risk {
  long long number = 0;
  std::optional<dns::Name> domain;  // nothing: every domain
  std::string code;                 // of a finding in the catalogue
  std::string reason;
  std::string who;
  base::Time accepted{};
  std::optional<base::Time> until;  // nothing: until it is withdrawn

  // Whether it speaks of this finding of this domain at `now`.
  [[nodiscard]] bool covers(const dns::Name& name, std::string_view finding, base::Time now) const {
    return code == finding && (!domain || *domain == name) && (!until || now < *until);
  }
};

// Marks each finding that a risk covers (Finding::accepted).
void accept(DomainReport& report, const std::vector<Risk>& risks);

// --- In the store; the tables are State's ---

// The number it got. One that covers the same finding of the same domain is replaced.
base::Result<long long> add_risk(store::Database& database, const Risk& risk);
// Those that are not withdrawn, by domain and code; those that have expired among them.
base::Result<std::vector<Risk>> risks(store::Database& database);
// False when there is none with this number, or it is withdrawn already. What was accepted stays on record.
base::Result<bool> withdraw_risk(store::Database& database, long long number, base::Time now);

}  // namespace rampart::audit::state
