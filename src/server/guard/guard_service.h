// The guard as it runs: an event loop a thread, each with its own facts, database and milter server; around them what is shared, and
// where events go.
//
//   auto guard = TRY(GuardService::open(config, TRY(running_guard_settings(config)), {.log = log}));   // it listens from here on
//   guard->run();                                                                                      // until stop(), of any thread
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/config.h"
#include "guard/events/feed.h"
#include "guard/settings.h"
#include "server/setup/answers.h"

namespace rampart::server {

// What a guard has of whoever runs it.
struct GuardHost {
  std::function<void(std::string_view line)> log;  // from any thread; never waits
  // Writes lines of JSON, one of each event, to standard output; empty: nothing is printed.
  std::function<base::Result<>(std::string_view)> print = {};
  // The configuration as it is now, for reload(); empty: there is no other.
  std::function<base::Result<base::Config>()> read_config = {};
  std::function<void(const base::Error&)> report = {};     // what is wrong with that one
  std::function<void(const guard::ToldEvent&)> tell = {};  // of each event, on any thread; never waits
  OpenProvider provider = live_provider();                 // one for each loop
};

class GuardService {
 public:
  // Processes that look into messages are made here: where rampart-worker is not there, before any thread is (base/worker.h). `config`
  // outlives it. An error when it cannot begin.
  static base::Result<std::unique_ptr<GuardService>> open(const base::Config& config,
                                                          guard::Settings settings, GuardHost host);
  virtual ~GuardService() = default;

  // Once.
  virtual void run() = 0;

  // From any thread, from open() on. stop() has what is under way finished, for a while; a second one does not wait.
  virtual void stop() = 0;
  virtual void reload() = 0;
  // Ends what looks into messages, and what loops it answers on: behind run(), once nobody uses inspector() any more. The destructor does so
  // otherwise.
  virtual void close() = 0;
  [[nodiscard]] virtual std::shared_ptr<const guard::Rules> rules() const = 0;
  virtual guard::Inspector& inspector() = 0;
  [[nodiscard]] virtual const guard::Correspondents& correspondents() const = 0;
  // For Prometheus.
  [[nodiscard]] virtual std::string metrics() const = 0;
};

}  // namespace rampart::server
