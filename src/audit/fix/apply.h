// Which steps of a plan may be published now, and why each other one is held back. Pure.
//
// Without a readiness verdict (what reports say of the domain's mail) only that is published which no receiver acts on:
// DKIM keys, report addresses, TLS reports, MTA-STS in testing, and p=none where no policy is in effect already. For a
// domain that its owner marked as sending nothing, everything. What makes receivers refuse more needs a verdict, or
// that somebody accepts the risk with a reason; that a run needs no question answered (--yes) changes none of it.
#pragma once

#include <string>
#include <vector>

#include "audit/fix/plan.h"
#include "dns/record_set.h"

namespace rampart::audit::fix {

// What reports say: the steps (StepWords::id) after which every legitimate stream still passes.
struct Readiness {
  std::vector<std::string> steps;
};

struct Permission {
  const Readiness* readiness = nullptr;  // null: no reports are read
  bool risk_accepted = false;
  std::size_t steps = SIZE_MAX;  // the first so many that change something
};

struct Decision {
  const Step* step = nullptr;  // of the plan, which must outlive it
  std::size_t number = 0;      // as plan_text() counts
  std::string held;            // why it is not published; empty when it is
  bool by_risk = false;        // it is published because the risk was accepted
  bool needs_risk = false;     // held back until reports say who sends, or the risk is accepted
  std::size_t updates = 0;     // how many it takes at the server; none when it is published already
  [[nodiscard]] bool allowed() const { return held.empty(); }
};

// One for each step that changes something, up to Permission::steps.
std::vector<Decision> decide(const Plan& plan, const Owner& owner, const Permission& permission);

// Holds the step back, and every later one that changes an RRset after it.
void hold_back(std::vector<Decision>& decisions, std::size_t at, std::string why);

// Whether the change is one of those that Rampart makes at all, whatever a plan or a file says: of the records by
// which mail is authenticated, at the domain or below, and of an RRset that others use too only its own records. Why
// not, or an empty text.
std::string forbidden(const dns::Name& domain, const dns::RecordSet& before, const dns::RecordSet& after);

}  // namespace rampart::audit::fix
