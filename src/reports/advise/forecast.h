// What the steps of a plan of `rampart fix` would do to the legitimate mail that was reported, and which of them a verdict covers.
#pragma once

#include "reports/advise/advise.h"

namespace rampart::reports::advice {

// The step that publishes Advice::next.
inline constexpr std::string_view kAdvisedStep = "advised-policy";

std::vector<Forecast> forecast(const AdviseInput& input, const Advice& advice);

}  // namespace rampart::reports::advice
