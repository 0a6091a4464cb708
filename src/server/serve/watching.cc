#include "server/serve/watching.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "audit/roster/roster.h"
#include "base/text.h"
#include "server/setup/store_url.h"
#include "server/watch/watch_run.h"
#include "server/watch/watch_setup.h"

namespace rampart::server {
namespace {

using base::Result;

constexpr std::chrono::seconds kLookAtRoster{60};  // whether other domains are to be watched; our own

using Entries = std::vector<audit::Entry>;

Result<Entries> watched(const store::Url& url) {
  auto database = TRY(store::Database::open(url));
  auto roster = TRY(audit::roster::Roster::open(database));
  return roster.watched({.everything = true});
}

bool same(const Entries& a, const Entries& b) {
  return std::ranges::equal(a, b, {}, &audit::Entry::domain, &audit::Entry::domain);
}

// Ends when the roster changes, and is begun again with what it says then.
class Watching {
 public:
  Watching(Part& part, const base::Config& config, Log& log) : part_(part), config_(config), log_(log) {}

  Result<> run() {
    url_ = TRY(store_url(config_));
    while (!part_.stopped()) {
      WatchRequest request;
      request.entries = TRY(watched(url_));
      entries_ = request.entries;
      changed_ = false;
      next_look_ = std::chrono::steady_clock::now() + kLookAtRoster;
      part_.fine();
      if (request.entries.empty()) {
        part_.wait(kLookAtRoster);
        continue;
      }
      const auto host = this->host();
      const auto ended = run_watch(host, request, config_);
      if (!ended && !changed_) return std::unexpected(ended.error());
    }
    return {};
  }

 private:
  Host host() {
    return {.print = [this](std::string_view text) -> Result<> {
              for (const auto line : base::split(text, '\n'))
                if (!line.empty()) log_.info(part_.name(), line);
              return {};
            },
            .note = [this](std::string_view text) { log_.info(part_.name(), text); },
            .report =
                [this](const base::Error& error) {
                  log_.error(part_.name(), error);
                  part_.degraded(base::printable(error.message()));
                },
            .stop = [this] { return part_.stopped() || roster_changed(); }};
  }

  // Whether others are watched than those that the watch began with. Asked by several threads while it looks, and looked after seldom.
  bool roster_changed() {
    if (changed_) return true;
    const std::unique_lock lock(mutex_, std::try_to_lock);
    const auto now = std::chrono::steady_clock::now();
    if (!lock || now < next_look_) return false;
    next_look_ = now + kLookAtRoster;
    // Not by the roster's version, which each audit changes.
    const auto found = watched(url_);
    if (found && !same(*found, entries_)) changed_ = true;
    return changed_;
  }

  Part& part_;
  const base::Config& config_;
  Log& log_;
  store::Url url_;
  Entries entries_;
  std::atomic<bool> changed_ = false;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point next_look_;
};

}  // namespace

Result<> add_watching(Parts& parts, const base::Config& config, Log& log) {
  TRY(make_watch_options(config));
  parts.add("audits", [&config, &log](Part& part) { return Watching(part, config, log).run(); });
  return {};
}

}  // namespace rampart::server
