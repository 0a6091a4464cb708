// Makes a plan: audits the domain, takes the ladder's next step, lays it over the facts, audits again, and so on to
// the top. Each step's proof is the difference between two of these audits.
#pragma once

#include <functional>

#include "audit/fix/plan.h"
#include "audit/runner.h"

namespace rampart::audit::fix {

inline constexpr std::size_t kMaxSteps =
    100;  // our own: a ladder has some twenty, and three for each subdomain

// The input of an audit of a domain, with all that is known of it beyond answers.
using InputOf = std::function<base::Result<Input>(const dns::Name&)>;

// In the caller's thread, which has to be the lane's. `drive.overlay` and `drive.known` are set here. Answers are asked
// for once in a plan, however many steps it has.
base::Result<Plan> work_out(const dns::Name& domain, const Owner& owner, const InputOf& input_of,
                            const Lane& lane, facts::DriveOptions drive);

// The audit of a domain whose servers answer with `sets`, whatever a resolver still has in its cache: those RRsets are
// laid over what is asked.
base::Result<DomainReport> audit_published(const dns::Name& domain, std::vector<RrSet> sets,
                                           const InputOf& input_of, const Lane& lane,
                                           facts::DriveOptions drive);

}  // namespace rampart::audit::fix
