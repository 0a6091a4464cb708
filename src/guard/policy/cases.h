// What is done in which case, for people: example messages put before decide() with the operator's own rules, so that what is shown
// is what happens. Pure. What a sender memory would say is left out: nothing fills one yet.
#pragma once

#include <string>
#include <vector>

#include "guard/policy/policy.h"

namespace rampart::guard {

struct PolicyCase {
  std::string what;  // one clause, printable
  Ruling ruling;
};

// The cases that the policy tells apart, those of what messages hold among them where `inspection` judges that; then one for each own
// domain, override and trusted sealer that holds at `now`.
std::vector<PolicyCase> policy_cases(const LocalRules& rules, const InspectionRules& inspection,
                                     base::Time now);

}  // namespace rampart::guard
