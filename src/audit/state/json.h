// The JSON of what the store knows of a domain: schemas "rampart.history/1" and "rampart.drift/1".
#pragma once

#include <span>
#include <string>

#include "audit/state/drift.h"
#include "audit/state/state.h"
#include "base/json.h"

namespace rampart::audit::state {

inline constexpr std::string_view kHistorySchema = "rampart.history/1";
inline constexpr std::string_view kDriftSchema = "rampart.drift/1";

struct HistoryPage {
  DomainHistory history;
  std::vector<Snapshot> states;  // the newest first
  std::vector<FindingSpan> findings;
  std::vector<KnownKey> keys;
};
void write_history(base::JsonWriter& json, const HistoryPage& page);

// `before` and `after`: the times of the two states.
void write_drift(base::JsonWriter& json, const dns::Name& domain, const Drift& drift, base::Time before,
                 base::Time after);
void write_span(base::JsonWriter& json, const FindingSpan& span);

}  // namespace rampart::audit::state
