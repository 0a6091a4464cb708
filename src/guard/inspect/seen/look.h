// Looks into a message: its parts, what they show, where they lead. The worker's function, and what has to be there before it.
//
//   prepare_to_look();                                                   // before the process that works is made
//   auto worker = TRY(base::Worker::start(&look, kLookLimits));
//   const auto seen = read_inspected(TRY(worker.call(text_to_look_at(message))).bytes);
//
// What is looked at is what says how the body is to be read, and the body: nothing else of the header, which is read elsewhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/worker.h"
#include "guard/inspect/seen/inspected.h"
#include "mail/message.h"

namespace rampart::guard {

// All our own.
inline constexpr std::size_t kMaxLookedAt = std::size_t{64} << 20U;      // bytes of a message
inline constexpr std::size_t kMaxTextLookedAt = std::size_t{16} << 20U;  // bytes of text parts, decoded
inline constexpr base::WorkerLimits kLookLimits{.time = std::chrono::seconds(5),
                                                .cpu = std::chrono::seconds(5),
                                                .max_memory = std::size_t{1} << 30U,
                                                .max_reply = std::size_t{16} << 20U};

// A message's fields that say how its body is to be read (MIME-Version and Content-…), as they stand, and the empty line. The body
// stands behind them; the two together are what look() takes.
std::string content_header(const mail::Header& header);

// What is read once and used by each look, in the process that starts workers. Again is nothing.
void prepare_to_look();
// YARA rules of a folder, for all looks of processes that are forked from now on; those before go. Errors are of kind config.
base::Result<> load_rules(const std::string& folder);
// The worker's function: from content_header() and body to what read_inspected() reads.
std::string look(std::string_view text);
// The same in a process that messages share, of those that are text and pages alone, which our own code reads. What has a file is read
// by others' libraries, in a process of its own: nothing.
std::optional<std::string> look_in_company(std::string_view text);
// The same without a process between. Total, whatever the bytes.
Inspected inspect(std::string_view text);

}  // namespace rampart::guard
