// What a step achieves, judged from the audits before and after it.
#pragma once

#include "audit/fix/ladder.h"
#include "audit/fix/plan.h"

namespace rampart::audit::fix {

// The step holds when
//   - each finding that it aims at and that is there is gone, and it closes some finding or hardens some row of the
//     spoofing table;
//   - no finding appeared, or became graver, that is as grave as the gravest one closed or graver, by what it lets a
//     stranger do; unknown ones count as the catalogue has them, info ones not at all;
//   - no row of the spoofing table got worse, and none that was known became unknown.
// What a step reveals (StepWords) is no fault of its own: `watch` turns WK-3 into WK-4, and WK-5 and WK-7 show then.
// That is the right first step, though the level stays.
Closes judge_closes(const StepWords& words, const DomainReport& before, const DomainReport& after);

// Unknown without reports, unless the owner said who sends (then what a change of SPF does to them is known), or that
// nothing does.
Breaks judge_breaks(const Step& step, const Owner& owner, const SenderTally& after);

}  // namespace rampart::audit::fix
