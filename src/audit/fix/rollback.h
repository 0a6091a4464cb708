// What a run of `fix apply` changes, written before the first update is sent, so that `fix undo` finds every RRset's
// earlier state whatever happens in between. JSON, schema "rampart.rollback/1" (docs/fix.md).
//
// The file is what was meant; what was done is seen at the server. So undo after an interrupted apply, undo twice, and
// undo of an undo that was interrupted are all the same: whatever is not as it was is put back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "base/time.h"
#include "dns/record_set.h"

namespace rampart::audit::fix {

inline constexpr std::size_t kMaxRollback = std::size_t{16} << 20;  // bytes; our own
inline constexpr std::size_t kMaxUpdates = 400;                     // our own: a plan has at most 100 steps
inline constexpr std::size_t kMaxReason = 1000;                     // bytes of --accept-risk; our own

struct AcceptedRisk {
  std::string reason;
  base::Time time{};
};

struct Update {
  dns::Name zone;
  std::string step;  // StepWords::id
  dns::RecordSet before;
  dns::RecordSet after;
  bool done = false;  // the server has said so
};

struct Rollback {
  dns::Name domain;
  base::Endpoint server;
  base::Time time{};
  std::optional<AcceptedRisk> risk;
  std::vector<Update> updates;  // in the order in which they are sent
};

std::string rollback_json(const Rollback& rollback, std::string_view version);

// Errors are of kind input. A file that was changed by hand so that it no longer says one thing is refused, and so is
// one whose updates Rampart does not make (forbidden() in apply.h).
base::Result<Rollback> parse_rollback(std::string_view text, std::string_view file);

// An RRset's states, the first from before everything.
struct History {
  dns::Name zone;
  std::vector<dns::RecordSet> states;  // at least two
};
// Each RRset once; what was changed last comes first.
std::vector<History> histories(const Rollback& rollback);

struct Restoration {
  dns::RecordSet after;  // what shall stand there; as `current` when nothing is to be done
  std::string conflict;  // why it cannot be put back; then nothing is to be done
};
// The way back from what the server has now. Records of others that came meanwhile stay.
Restoration restore(const History& history, const dns::RecordSet& current);

}  // namespace rampart::audit::fix
