// One decision over the facts of a lane, waited for.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "audit/runner.h"
#include "facts/driver.h"

namespace rampart::audit {

template <class Decision>
struct Asked {
  Decision decision;
  std::shared_ptr<const facts::Book>
      book;  // all facts that were asked for; shared as the driver hands it out
};

// In the caller's thread, which has to be the lane's. What `decide` refers to must be owned by it: an answer that comes
// late finds the drive still there. The error is of kind unavailable, of `about`.
template <class Decision, class F>
base::Result<Asked<Decision>> ask_lane(const Lane& lane, const facts::DriveOptions& options,
                                       const std::string& about, F decide) {
  struct Slot {
    std::optional<Decision> decision;
    std::shared_ptr<const facts::Book> book;
  };
  const auto slot =
      std::make_shared<Slot>();  // shared with the drive, which an answer that comes late keeps alive
  facts::drive<Decision>(std::move(decide), *lane.provider, options, [slot](facts::Driven<Decision> driven) {
    slot->decision = std::move(driven.decision);
    slot->book = std::move(driven.book);
  });
  while (!slot->decision) {
    if (!lane.wait || !lane.wait())
      return base::fail(base::ErrorKind::unavailable, "the facts were not found out", about);
  }
  return Asked<Decision>{*std::move(slot->decision), slot->book};
}

}  // namespace rampart::audit
