// What reports in the store say of a plan (audit/fix/reported.h).
#pragma once

#include <vector>

#include "audit/fix/apply.h"
#include "audit/fix/owner.h"
#include "audit/fix/reported.h"
#include "cli/fix_options.h"

namespace rampart::cli {

// Of the store that is named or the user's own; nothing where there is none, or no report speaks of the domain. Sets
// Owner::advised to the record that they are ready for. A store that cannot be read is told, and is no reason to stop.
std::vector<audit::fix::Forecast> read_forecasts(Session& session, const Planner& planner,
                                                 const dns::Name& domain, audit::fix::Owner& owner);
// The steps that the verdict covers.
audit::fix::Readiness readiness_of(const std::vector<audit::fix::Forecast>& forecasts);

}  // namespace rampart::cli
