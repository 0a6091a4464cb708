// An audit of many domains for the server: asked, judged and recorded in the store, with progress, until it is done or
// somebody stops it. Whoever asks (a job of the API, the scheduler) has it run on a thread of his own.
//
//   const auto done = TRY(run_audit(database, {.config = config, .domains = entries},
//                                   {.progress = [&](std::size_t done) { run.progress(done, total); },
//                                    .stop = [&] { return run.cancelled(); }}));
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/portfolio/entry.h"
#include "audit/report.h"
#include "audit/summary.h"
#include "base/config.h"
#include "server/setup/fact_source.h"
#include "store/database.h"

namespace rampart::server {

// Opens what answers an audit: the live DNS, unless a demonstration or a test has another.
using OpenSource = std::function<base::Result<std::unique_ptr<FactSource>>(
    const base::Config& config, std::size_t threads, std::function<bool()> stop)>;
OpenSource live_source();

struct AuditOrder {
  std::shared_ptr<const base::Config> config;  // shared with whoever reads settings meanwhile
  std::vector<audit::Entry> domains;           // Entry::organisation is a name here: reports say it
  // Connect to mail and web servers as well; without it as audit.probe says.
  bool probe = false;
  OpenSource open = live_source();
};

struct AuditHooks {
  // After each domain; on the caller's thread.
  std::function<void(std::size_t done)> progress = [](std::size_t) {};
  std::function<bool()> stop = [] { return false; };
  // Each report, before it is recorded; an error ends the run.
  std::function<base::Result<>(const audit::DomainReport&)> seen = [](const audit::DomainReport&) {
    return base::Result<>();
  };
};

struct AuditDone {
  std::size_t audited = 0;
  std::size_t unknown = 0;
  audit::Summary summary;
  std::vector<std::string> notes;  // of the source: resolvers that lie, a port that is closed
};

// What was finished when it was stopped, or failed, is recorded all the same. Errors are of kind unavailable when nothing can
// be asked, or it was stopped.
base::Result<AuditDone> run_audit(store::Database& database, const AuditOrder& order,
                                  const AuditHooks& hooks = {});

}  // namespace rampart::server
