// Where the facts of an audit come from: zone files, a recording, or the live DNS; opened once for a run.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/assess.h"
#include "audit/recording.h"
#include "base/config.h"
#include "facts/provider.h"

namespace rampart::cli {

struct FactSourceOptions {
  std::vector<std::string> zones;  // files and folders
  std::string recording;           // a fact book; then nothing else is asked
  bool live = false;               // what the zones do not say is asked live; without zones everything is
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

  virtual facts::Provider& provider() = 0;
  // Lets the provider work until something has happened; false when nothing is under way. Empty when it
  // answers at once.
  virtual std::function<bool()> wait() { return nullptr; }
  // The time that decisions use: a recording's own.
  [[nodiscard]] virtual base::Time now() const = 0;
  // Where the facts come from, and, after the run, what was assumed or found out about that: each once.
  [[nodiscard]] virtual audit::RunNotes about() const = 0;
  // What is known of a domain beyond answers, added to an input that has its domain, time and options.
  virtual void hint(audit::Input&) const {}
  // The domains that are audited when none is named.
  [[nodiscard]] virtual std::vector<dns::Name> domains() const { return {}; }
};

base::Result<std::unique_ptr<FactSource>> open_fact_source(const FactSourceOptions& options,
                                                           const base::Config& config);

}  // namespace rampart::cli
