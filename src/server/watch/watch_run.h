// A watch: looks at domains again and again, and tells what changed, once (audit/watch/watcher.h).
//
//   const auto ending = TRY(run_watch(host, {.lists = {"domains.txt"}}, config));   // until host.stop(); with `once` after one look
#pragma once

#include <string>
#include <vector>

#include "audit/portfolio/entry.h"
#include "base/config.h"
#include "server/setup/facts.h"
#include "server/setup/host.h"

namespace rampart::server {

struct WatchRequest {
  std::vector<std::string> domains;
  std::vector<std::string> lists;     // files
  std::vector<audit::Entry> entries;  // beside them
  FactsOptions facts;
  std::string dry_run;  // a folder that webhook and mail are written into; empty: they are sent
  bool once = false;
};

// Ending::undetermined where nothing could be looked at (once). Errors: nothing to watch, no sink, a store that cannot be used or that
// another watch has.
base::Result<Ending> run_watch(const Host& host, const WatchRequest& request, const base::Config& config);

}  // namespace rampart::server
