// The profiles that a run judges by: built-in ones by their names, users' own by their files.
#pragma once

#include <string>
#include <vector>

#include "audit/profile/profile.h"
#include "audit/summary.h"
#include "base/config.h"

namespace rampart::cli {

// One, by its name or its file (a name with a slash, or that ends in .toml).
base::Result<audit::Profile> read_profile(const std::string& named);
// Those of audit.profiles. Two of one id are refused.
base::Result<audit::Profiles> read_profiles(const base::Config& config);
// What a summary counts of them.
std::vector<audit::RequirementCount> requirement_counts(const audit::Profiles& profiles);

}  // namespace rampart::cli
