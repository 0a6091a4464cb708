// What became of a message, told to people: from the events that name it, and the quarantine.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "guard/quarantine/quarantine.h"

namespace rampart::guard {

// `events` as event_json() wrote them, in order; `kept` what the quarantine holds of them or of the message beside. Set for so many
// columns.
base::Result<std::string> story_text(std::span<const std::string> events, std::span<const KeptMessage> kept,
                                     std::size_t width = std::string::npos);
// Schema "rampart.trace/1".
std::string story_json(std::string_view word, std::span<const std::string> events,
                       std::span<const KeptMessage> kept);

// The quarantine's entries that events name.
base::Result<std::vector<std::string>> kept_ids(std::span<const std::string> events);

}  // namespace rampart::guard
