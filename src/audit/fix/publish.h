// Publishes what may be published: reads what the server has, makes the updates, sends them one by one, and looks at
// what the server then serves. The driver of apply.h and rollback.h; what is decided is decided there.
//
//   auto updates = TRY(prepare(primary, domain, decisions));   // nothing is sent yet; the diff can be shown
//   rollback.updates = updates;                                // and is written to a file first
//   const auto end = publish(primary, rollback, made);
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "audit/fix/apply.h"
#include "audit/fix/rollback.h"
#include "net/dns_tcp.h"
#include "net/dns_update.h"

namespace rampart::audit::fix {

// The server that updates go to. It is named by its owner and never taken from the zone (SOA MNAME).
struct Primary {
  std::function<base::Result<net::ServerSays>(const dns::Name&, dns::RrType)> ask;
  std::function<net::UpdateOutcome(const net::ZoneChange&)> send;
};
// `key` must outlive it.
Primary primary_of(const base::Endpoint& server, const net::TsigKey& key, const net::TcpOptions& options);

// The zone that holds the name, as its server says. Errors are of kind unavailable.
base::Result<dns::Name> zone_of(const Primary& primary, const dns::Name& name);

// The updates of the allowed steps, in order. A step whose records are not as the plan has them is held back, and so is
// one whose name the server does not keep or where an alias stands. What is published already needs no update.
base::Result<std::vector<Update>> prepare(const Primary& primary, const dns::Name& domain,
                                          std::vector<Decision>& decisions);

// The updates that put back what stood before `rollback`, and why some RRset cannot be put back.
struct WayBack {
  std::vector<Update> updates;
  std::vector<std::string> conflicts;
};
base::Result<WayBack> way_back(const Primary& primary, const Rollback& rollback);

struct PublishEnd {
  std::size_t done = 0;                // updates, from the first
  std::optional<base::Error> stopped;  // why it ended before the last
  bool uncertain = false;              // whether the one after the last done one was made cannot be said
};
// Sends Rollback::updates in order until one fails, and marks those that are done; `made` hears of each, and its error
// ends the run.
PublishEnd publish(const Primary& primary, Rollback& rollback,
                   const std::function<base::Result<>(const Update&)>& made);

// The RRsets as they are when all updates are made, each once, as a plan has them.
std::vector<RrSet> published_sets(const std::vector<Update>& updates);

}  // namespace rampart::audit::fix
