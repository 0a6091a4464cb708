// A watch: which domains are due, what a look at them tells, what is queued and sent. All time comes from a clock
// that is given, all looking from a function that is given, so that tests have neither network nor patience.
//
//   Watcher watcher(options, ledger, std::move(sinks), look_at, clock);
//   TRY(watcher.begin(entries));
//   while (!stopped()) { TRY(watcher.turn()); sleep until watcher.next(); }
//
// Errors are the ledger's alone: everything else is trouble to be told. After an error nothing is half told; the
// next turn, of this watcher or another's, goes on from what the ledger holds.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "audit/portfolio/entry.h"
#include "audit/watch/digest.h"
#include "audit/watch/ledger.h"
#include "audit/watch/schedule.h"
#include "audit/watch/sinks.h"

namespace rampart::audit::watch {

struct WatchOptions {
  std::chrono::seconds every{24 * 3600};
  AlertOptions alerts;
  // The program's version and what a domain is asked: when it is another, findings are taken as they are, silently.
  std::function<std::string(const Entry&)> circumstances;
  std::chrono::seconds digest_period{24 * 3600};
  Language language = Language::en;    // of a domain whose list does not say
  std::vector<std::string> operators;  // addresses that are told of trouble, and of domains without a contact
  std::string from;                    // the address that mail comes from
  std::string from_name = "Rampart";
  std::chrono::seconds retry_after{60};  // the first wait of backoff()
  std::size_t mails_per_hour = 1000;
  bool mail_to_contacts = true;  // false: every digest goes to the operators
};

using Sinks = std::map<SinkKind, std::unique_ptr<Sink>>;

Trouble make_trouble(std::string code, std::string_view what, bool over, base::Time now);
// Tells of trouble past a ledger that cannot be written to, or opened: every sink that works is told now, without a
// queue. How many took it.
std::size_t tell_directly(const Trouble& trouble, const WatchOptions& options, const Sinks& sinks);

class Watcher {
 public:
  // Looks at these domains, with the usual resolvers or as another one sees them, and hands over what it saw, in any
  // order. An error of kind unavailable when it cannot look at all.
  using Take = std::function<base::Result<>(Observation&&)>;
  using LookAt =
      std::function<base::Result<>(std::span<const Entry* const> domains, bool second, const Take& take)>;
  using Clock = std::function<base::Time()>;

  // So many domains in a row, or all when they are fewer, of which every one is unknown: it is we who cannot see.
  // Below the lesser number each domain counts for itself.
  static constexpr std::size_t kManyUnknown = 20;
  static constexpr std::size_t kAllUnknown = 10;
  static constexpr unsigned kSinkTrouble = 3;   // failures in a row until a sink's is told by the others
  static constexpr unsigned kMaxAttempts = 40;  // of one parcel: about six days
  static constexpr std::size_t kAtOnce = 5000;  // domains of one turn

  Watcher(WatchOptions options, Ledger& ledger, Sinks sinks, LookAt look_at, Clock clock);

  // Which domains are watched. Each once.
  base::Result<> begin(std::vector<Entry> entries);
  // Asked between two steps; a turn then ends early, with nothing half done.
  void stop_when(std::function<bool()> stopped) { stopped_ = std::move(stopped); }

  struct Turn {
    std::size_t looked_at = 0;
    std::size_t told = 0;              // alerts
    std::size_t sent = 0;              // parcels
    std::size_t waiting = 0;           // parcels that could not be sent yet
    std::optional<std::string> blind;  // why nothing could be looked at
  };
  // Looks at what is due, or at everything; queues digests; sends.
  base::Result<Turn> turn(bool everything = false);
  // When the next turn has something to do.
  [[nodiscard]] base::Result<base::Time> next();

  std::size_t tell_directly(const Trouble& trouble) {
    return watch::tell_directly(trouble, options_, sinks_);
  }

 private:
  struct Watched {
    Entry entry;
    Contact contact;
    std::optional<base::Time> last;
    std::optional<base::Time> again;
  };

  [[nodiscard]] base::Time due(const Watched& watched, base::Time now) const;
  [[nodiscard]] Contact contact_of(const Entry& entry) const;
  base::Result<> look(bool everything, Turn& turn);
  base::Result<> take(Observation&& seen, Turn& turn);
  base::Result<> take_pass(std::span<const Entry* const> domains, Turn& turn);
  base::Result<> second_pass(Turn& turn);
  base::Result<> conclude(const Observation& seen, const Observation* second, Turn& turn);
  base::Result<> flush_unknown(Turn& turn);
  base::Result<> digest();
  base::Result<> digest(const WaitingContact& waiting, base::Time now);
  base::Result<> deliver(Turn& turn);
  base::Result<> deliver(SinkKind kind, Sink& sink, Turn& turn);
  base::Result<> note_down(SinkKind kind, SinkState state, const std::string& why);
  base::Result<> trouble(const std::string& code, const std::string& what,
                         std::optional<SinkKind> except = {});
  base::Result<> over(const std::string& code, const std::string& what, std::optional<SinkKind> except = {});
  base::Result<> keep_pending();
  [[nodiscard]] bool has(SinkKind kind) const { return sinks_.contains(kind); }
  [[nodiscard]] bool stopped() const { return stopped_ && stopped_(); }

  WatchOptions options_;
  Schedule schedule_;
  Ledger& ledger_;
  Sinks sinks_;
  LookAt look_at_;
  Clock clock_;
  std::function<bool()> stopped_;
  std::vector<Watched> watched_;
  std::map<dns::Name, std::size_t> places_;
  // Of the pass under way: looks that a second resolver must confirm, and unknown ones while nothing else came.
  std::vector<Observation> unconfirmed_;
  std::vector<Observation> unknown_;
  bool saw_something_ = false;
  std::vector<Kept> pending_;  // not yet in the ledger
  unsigned blind_turns_ = 0;   // in a row, in which nothing could be looked at
  std::optional<base::Time> blind_until_;
};

}  // namespace rampart::audit::watch
