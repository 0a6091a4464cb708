// A plan as text, as JSON (schema "rampart.fix/1", docs/fix.md), as the zone file that --what-if takes, and as a script
// for nsupdate (RFC 2136). Strangers' bytes are made harmless for each medium here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "audit/fix/plan.h"

namespace rampart::audit::fix {

struct FormatOptions {
  bool color = false;               // text only
  std::size_t width = 80;           // text only: columns
  std::size_t steps = SIZE_MAX;     // zone and nsupdate: only so many steps that change something
  std::string version;              // Rampart's
  std::vector<std::string> source;  // where the facts come from
  std::vector<std::string> notes;   // what was assumed about that
};

std::string plan_text(const Plan& plan, const FormatOptions& options);
std::string plan_json(const Plan& plan, const FormatOptions& options);

// The RRsets as they are after the steps, each whole: records of one name and type that stay are among them.
std::string plan_zone(const Plan& plan, const FormatOptions& options);
std::string zone_records(const std::vector<RrSet>& sets);

// One update for each step, guarded by prerequisites: the RRset is as it was when the plan was made, and no alias stands
// in its place. All but visible ASCII is escaped, so each line is one line.
std::string plan_nsupdate(const Plan& plan, const FormatOptions& options);

}  // namespace rampart::audit::fix
