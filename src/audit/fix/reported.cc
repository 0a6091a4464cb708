#include "audit/fix/reported.h"

#include <algorithm>

namespace rampart::audit::fix {

void apply_forecasts(Plan& plan, std::span<const Forecast> forecasts) {
  for (auto& step : plan.steps) {
    if (!step.changes() || step.breaks.known || step.subject != plan.before.domain) continue;
    const auto found = std::ranges::find(forecasts, step.words->id, &Forecast::step);
    if (found == forecasts.end()) continue;
    step.breaks = {.known = found->known,
                   .by_reports = true,
                   .senders = found->senders,
                   .failing = found->known ? found->failing : std::vector<std::string>(),
                   .why = found->why};
  }
}

}  // namespace rampart::audit::fix
