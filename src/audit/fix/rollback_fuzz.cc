// Any bytes as a file of fix apply: what is taken is of the domain and of records that Rampart changes, and reads the
// same when it is written again.
#include <cstdint>
#include <cstdlib>

#include "audit/fix/apply.h"
#include "audit/fix/rollback.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart::audit::fix;
  const auto rollback = parse_rollback({reinterpret_cast<const char*>(data), size}, "fuzz.json");
  if (!rollback) return 0;
  const auto again = parse_rollback(rollback_json(*rollback, "1"), "fuzz.json");
  if (!again || again->updates.size() != rollback->updates.size()) std::abort();
  for (const auto& update : rollback->updates) {
    if (!forbidden(rollback->domain, update.before, update.after).empty()) std::abort();
  }
  for (const auto& history : histories(*rollback)) {
    const auto& first = history.states.front();
    if (restore(history, history.states.back()).after.rdata != first.rdata) std::abort();
  }
  return 0;
}
