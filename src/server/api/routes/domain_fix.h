// The fix plan of a domain, made of the facts of its last audit and of what reports say.
#pragma once

#include "audit/fix/plan.h"
#include "audit/fix/reported.h"
#include "server/api/routes/domain_parts.h"

namespace rampart::server::api {

struct Planned {
  audit::fix::Plan plan;
  std::vector<audit::fix::Forecast> forecasts;
};

// What its owner says, beside what the roster has: report_to, mta_sts_host, dkim, sender of the query, or `answers` of a body.
Got<audit::fix::Owner> owner_of(Call& call, const audit::Entry& said);
Got<audit::fix::Owner> owner_of(const boost::json::object& answers, const audit::Entry& said);

// Nothing is asked: what the last audit did not ask is unknown.
Got<Planned> plan_of(Call& call, const Parts& parts, const audit::state::LoadedSnapshot& audited,
                     audit::fix::Owner owner);
// The same from a source that may ask, in the thread of its first lane.
base::Result<Planned> work_out_plan(
    store::Database& database, const base::Config& config, FactSource& source, const dns::Name& domain,
    const std::function<base::Result<audit::Input>(const dns::Name&)>& input_of, audit::fix::Owner owner);

}  // namespace rampart::server::api
