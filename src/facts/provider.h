// A provider answers questions: live (net/live_provider.h), from zone files (zone_provider.h), from a
// recording (recorded_provider.h). Decisions never see it; only the driver does.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "facts/book.h"

namespace rampart::facts {

using Deadline = std::chrono::steady_clock::time_point;

class Provider {
 public:
  using Done = std::move_only_function<void(std::vector<Fact>)>;

  virtual ~Provider() = default;

  // Calls `done` exactly once with one fact per question (in any order), before ask() returns or later from
  // the provider's own event loop. A question that cannot be answered by `deadline`, or at all, comes back
  // unknown with its reason: never absent, never missing.
  virtual void ask(std::vector<Question> questions, Deadline deadline, Done done) = 0;
};

}  // namespace rampart::facts
