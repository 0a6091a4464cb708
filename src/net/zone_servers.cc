#include "net/zone_servers.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

namespace rampart::net {
namespace {

using dns::Name;
using dns::RrType;
using facts::AnswerPtr;
using facts::Why;

const facts::Answer& answer(const facts::Fact& fact) { return *std::get<AnswerPtr>(fact); }

}  // namespace

ZoneServers::ZoneServers(boost::asio::io_context& io, facts::Provider& resolver,
                         const ZoneServersOptions& options, Make make)
    : io_(io), resolver_(resolver), options_(options), make_(std::move(make)) {}

void ZoneServers::find(const Name& name, RrType type, Callback done) {
  std::vector<facts::Question> questions;
  Name at = type == RrType::ds ? name.parent() : name;
  for (bool root = false; !root; at = at.parent()) {
    questions.emplace_back(facts::DnsQuestion{at, RrType::ns});
    root = at.is_root();
  }
  const auto found = [this, name, done = std::move(done)](const std::vector<facts::Fact>& facts) {
    const facts::Answer* zone = nullptr;
    const auto deepest = [&](const facts::Answer& ns) {
      return zone == nullptr || ns.name().label_count() > zone->name().label_count();
    };
    for (const auto& fact : facts) {
      const auto& ns = answer(fact);
      if (ns.present() && !ns.has_aliases() && deepest(ns)) zone = &ns;
    }
    for (const auto& fact : facts) {
      const auto& ns = answer(fact);
      if (!ns.unknown() || !deepest(ns))
        continue;  // below a cut that is not known the wrong zone would be asked
      return done({nullptr, ns.why(),
                   fmt::format("the servers of {} could not be found: {}", name.text(), ns.detail())});
    }
    if (zone == nullptr) {
      return done({nullptr, Why::servfail, fmt::format("no zone above {} has name servers", name.text())});
    }
    if (const auto known = zones_.find(zone->name()); known != zones_.end()) {
      return done({known->second, Why::none, {}});
    }
    std::vector<Name> names;
    for (const auto& record : zone->records()) {
      if (names.size() < kMaxNames) names.push_back(zone->target(record));
    }
    find_addresses(zone->name(), names, done);
  };
  resolver_.ask(std::move(questions), std::chrono::steady_clock::now() + kFindFor, found);
}

void ZoneServers::find_addresses(const Name& zone, const std::vector<Name>& names, Callback done) {
  std::vector<facts::Question> questions;
  for (const RrType type : {RrType::a, RrType::aaaa}) {
    for (const auto& name : names) questions.emplace_back(facts::DnsQuestion{name, type});
  }
  resolver_.ask(std::move(questions), std::chrono::steady_clock::now() + kFindFor,
                [this, zone, done = std::move(done)](const std::vector<facts::Fact>& facts) {
                  done(remember(zone, facts));
                });
}

ZoneServers::Found ZoneServers::remember(const Name& zone, const std::vector<facts::Fact>& addresses) {
  if (zones_.size() >= kMaxZones) zones_.clear();
  // A set may end in a callback of one of its own transports, so it is destroyed from the event loop.
  std::shared_ptr<ServerSet> set(new ServerSet{.recurse = false}, [&io = io_](ServerSet* gone) {
    boost::asio::post(io, [owned = std::unique_ptr<ServerSet>(gone)] {});
  });
  bool forbidden = false;
  for (const auto& fact : addresses) {
    for (const auto& record : answer(fact).records()) {
      const auto address = base::IpAddress::from_bytes(answer(fact).data(record));
      if (!address || set->servers.size() >= kMaxServers) continue;
      if (!options_.allow_private && !base::is_public(*address)) {
        forbidden = true;
        continue;
      }
      const Endpoint endpoint{*address, options_.port};
      const bool twice =
          std::ranges::any_of(set->servers, [&](const auto& server) { return server->endpoint == endpoint; });
      if (!twice) set->servers.push_back(make_(endpoint));
    }
  }
  if (set->servers.empty()) {
    return {nullptr, forbidden ? Why::forbidden : Why::servfail,
            fmt::format("no server of {} has {} address", zone.text(), forbidden ? "a public" : "an")};
  }
  zones_[zone] = set;
  return {set, Why::none, {}};
}

void ZoneServers::tick(Server::Time now) {
  for (const auto& [zone, set] : zones_) {
    for (const auto& server : set->servers) server->cap.tick(now);
  }
}

void ZoneServers::cancel() {
  for (const auto& [zone, set] : zones_) {
    for (const auto& server : set->servers) server->transport->cancel();
  }
  zones_.clear();
}

}  // namespace rampart::net
