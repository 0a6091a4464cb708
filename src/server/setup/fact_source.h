// Where the facts of an audit come from: zone files, a recording, or the live DNS; opened once for a run.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/assess.h"
#include "audit/recording.h"
#include "audit/runner.h"
#include "base/config.h"

namespace rampart::server {

struct FactSourceOptions {
  std::vector<std::string> zones;  // files and folders
  std::string recording;           // a fact book; then nothing else is asked
  bool live = false;               // what the zones do not say is asked live; without zones everything is
  std::size_t threads = 1;         // at most; probes and name servers asked directly are for one thread alone
  std::function<bool()>
      stop;  // whether nobody waits for answers any more, asked of the live DNS alone; may be empty
};

class FactSource {
 public:
  virtual ~FactSource() = default;

  // Before the first question: finds out whether the source can be believed, with the first domain to be
  // audited. An error when nothing can be found out at all.
  virtual base::Result<> prepare(const dns::Name& first) {
    (void)first;
    return {};
  }

  // One for each thread that the audit runs on (FactSourceOptions::threads).
  virtual std::vector<audit::Lane> lanes() = 0;
  // The time that decisions use: a recording's own.
  [[nodiscard]] virtual base::Time now() const = 0;
  // Where the facts come from, and, after the run, what was assumed or found out about that: each once.
  [[nodiscard]] virtual audit::RunNotes about() const = 0;
  // What is known of a domain beyond answers, added to an input that has its domain, time and options.
  virtual void hint(audit::Input&) const {}
  // Whether FactSourceOptions::stop said so: what was found out since may be half of it.
  [[nodiscard]] virtual bool stopped() const { return false; }
  // The names at or below `domain` that the source shows without being asked: those of zone files.
  [[nodiscard]] virtual std::vector<dns::Name> names_within(const dns::Name& domain) const {
    (void)domain;
    return {};
  }
  // The domains that are audited when none is named.
  [[nodiscard]] virtual std::vector<dns::Name> domains() const { return {}; }
};

base::Result<std::unique_ptr<FactSource>> open_fact_source(const FactSourceOptions& options,
                                                           const base::Config& config);

}  // namespace rampart::server
