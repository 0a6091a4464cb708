// A verdict for people and as JSON (schema "rampart.verdict/1", docs/rampart.verdict-1.schema.json).
#pragma once

#include <string>
#include <vector>

#include "auth/report.h"
#include "guard/gate/verdict.h"
#include "guard/sign/plan.h"

namespace rampart::guard {

struct VerdictReport {
  const Verdict& verdict;
  std::vector<std::string> recipients;  // those that were named
  std::vector<Action> done;             // for each of them, in mode enforce
  SigningPlan plan;                     // what is added to it, in both modes
};

// What would become of the message, in one sentence.
std::string sentence(const Verdict& verdict);

std::string verdict_text(const VerdictReport& report, const auth::ReportOptions& options);
std::string verdict_json(const VerdictReport& report, const auth::ReportOptions& options);

}  // namespace rampart::guard
