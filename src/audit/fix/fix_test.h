// For tests only: a plan of the small domain of zone_audit_test.h, and its steps in one line.
#pragma once

#include <string>

#include "audit/fix/work_out.h"
#include "audit/zone_audit_test.h"

namespace rampart::audit::fix {

inline Plan plan_in(Zone& zone, const Input& input, const Owner& owner = {}) {
  const Lane lane{.provider = &zone, .wait = nullptr};
  auto plan = work_out(input.domain, owner,
                       [&](const dns::Name& name) {
                         auto other = input;
                         other.domain = name;
                         return base::Result<Input>(std::move(other));
                       },
                       lane, {.max_questions = 5000});
  if (!plan) throw std::runtime_error(plan.error().message());
  return *std::move(plan);
}

inline Plan plan_of(const Domain& domain, const Owner& owner = {}) {
  auto zone = zone_of(domain);
  return plan_in(zone, input_of(domain.domain), owner);
}

// "watch tls-reports? sp-quarantine!": a question mark waits for the owner, an exclamation mark is refused.
inline std::string steps(const Plan& plan) {
  std::string out;
  for (const auto& step : plan.steps) {
    out += (out.empty() ? "" : " ") + std::string(step.words->id);
    if (!step.changes()) out += step.question != nullptr ? "?" : "!";
  }
  return out;
}

inline const Step& step_of(const Plan& plan, std::string_view id) {
  for (const auto& step : plan.steps) {
    if (step.words->id == id) return step;
  }
  throw std::runtime_error("no step " + std::string(id) + " in: " + steps(plan));
}

// What is published of a name's TXT after the step; records joined by " | ".
inline std::string text_after(const Step& step) {
  std::string out;
  for (const auto& set : step.sets) {
    for (const auto& record : set.after) out += (out.empty() ? "" : " | ") + record.data;
  }
  return out;
}

inline LegitimateSender sender(std::string_view text) {
  const auto address = base::IpAddress::parse(text);
  return {address, address ? dns::Name() : *dns::Name::try_parse(text)};
}

}  // namespace rampart::audit::fix
