// How a domain stands by a profile. Pure.
//
// A requirement is broken by a finding of its list that is present. It is met only when none is and everything that
// could have shown one was found out: a lookup that failed leaves open what it would have shown, and then the answer is
// unknown, with why.
#pragma once

#include "audit/assess.h"
#include "audit/profile/profile.h"
#include "audit/report.h"

namespace rampart::audit {

ProfileResult judge(const Profile& profile, const Input& input, const DomainReport& report);

// Puts the results into the report, and into each finding the requirements that it breaks.
void judge_all(const Profiles& profiles, const Input& input, DomainReport& report);

// The shortest time after which one of them has a key replaced; 0: none says so.
std::chrono::seconds max_key_age(const Profiles& profiles);

}  // namespace rampart::audit
