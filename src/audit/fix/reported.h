// What reports say of a plan: which record they are ready for, whom a step would fail, and which steps a readiness verdict
// covers. Whoever reads reports fills it in; this slice does not.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "audit/fix/plan.h"

namespace rampart::audit::fix {

// Of one step, by its id (StepWords::id).
struct Forecast {
  std::string step;
  bool known = false;
  std::size_t senders = 0;
  std::vector<std::string> failing;  // their names
  std::string why;                   // for people
  bool covered = false;              // the verdict lets it be published
};

// Fills Step::breaks of the domain's own steps, where it is not known already.
void apply_forecasts(Plan& plan, std::span<const Forecast> forecasts);

}  // namespace rampart::audit::fix
