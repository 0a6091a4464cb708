// What a server does without being asked: audits by interval, reports out of the mailbox, reports that are written and sent, keys that
// rotate, digests, and what is too old. Each is a part of its own, as far as the configuration sets it up.
#pragma once

#include "base/config.h"
#include "server/serve/log.h"
#include "server/serve/parts.h"
#include "server/settings.h"

namespace rampart::server {

// What came of work, for whoever follows it; from the part's thread, and never waits.
struct WorkNews {
  std::function<void(std::uint64_t reports)> read = {};  // so many new reports are in the store
};

// Which parts there will be, and why not the others: "report intake: reports.imap_server is not set".
std::vector<std::string> missing_work(const base::Config& config);

// Before parts.start(). All outlive the parts. Errors are of kind config: something is set up by half.
base::Result<> add_work(Parts& parts, const base::Config& config, const ServerSettings& settings, Log& log,
                        WorkNews news);

}  // namespace rampart::server
