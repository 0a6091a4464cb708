#include "audit/fix/visible.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "audit/ask_lane.h"
#include "audit/known.h"

namespace rampart::audit::fix {
namespace {

using base::Result;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kFirstPause{200};
constexpr std::chrono::milliseconds kLongestPause{2'000};
constexpr std::chrono::milliseconds kHeedStop{100};
constexpr std::uint16_t kPort = 53;

// What each RRset is in the end.
std::vector<const Update*> last_of_each(const std::vector<Update>& updates) {
  std::vector<const Update*> out;
  for (const auto& update : updates) {
    const auto known = std::ranges::find_if(out, [&](const Update* other) {
      return other->after.name == update.after.name && other->after.type == update.after.type;
    });
    if (known == out.end()) {
      out.push_back(&update);
    } else {
      *known = &update;
    }
  }
  return out;
}

// Looks once.
void look(NameServer& server, const std::vector<const Update*>& wanted, const net::TcpOptions& options) {
  server.why.clear();
  for (const auto* update : wanted) {
    const auto& set = update->after;
    const auto says = net::ask_server(*server.at, set.name, set.type, options);
    const auto what = fmt::format("{} {}", set.name.text(), dns::to_string(set.type));
    if (!says) {
      server.why = says.error().what;
    } else if (!says->authoritative) {
      server.why = fmt::format("does not answer for {}", what);
    } else if (says->alias || says->set.rdata != set.rdata) {
      server.why = fmt::format("still serves the old {}", what);
    }
    if (!server.why.empty()) return;
  }
  server.visible = true;
}

}  // namespace

Addresses read_addresses(const dns::Name& name, facts::Facts& facts) {
  Addresses out;
  for (const auto type : {dns::RrType::a, dns::RrType::aaaa}) {
    const auto& answer = facts.ask(name, type);
    if (answer.unknown()) out.trouble = why_unknown(answer);
    for (const auto& record : answer.records()) {
      if (const auto address = base::IpAddress::from_bytes(answer.data(record)))
        out.found.push_back(*address);
    }
  }
  return out;
}

AddressesOf addresses_through(const Lane& lane, facts::DriveOptions drive) {
  return [lane, drive](const dns::Name& name) -> Result<std::vector<base::IpAddress>> {
    auto asked = TRY(ask_lane<Addresses>(
        lane, drive, name.text(), [name](facts::Facts& facts) { return read_addresses(name, facts); }));
    auto& [found, trouble] = asked.decision;
    if (found.empty() || !trouble.empty())
      return base::fail(base::ErrorKind::unavailable,
                        trouble.empty() ? "has no address" : "its addresses are not known: " + trouble);
    return std::move(found);
  };
}

Result<std::vector<NameServer>> name_servers(const Primary& primary, const dns::Name& zone,
                                             const AddressesOf& addresses, const VisibleOptions& options) {
  const auto says = TRY(primary.ask(zone, dns::RrType::ns));
  std::vector<NameServer> out;
  for (const auto& rdata : says.set.rdata) {
    const auto name = dns::name_of(rdata);
    if (!name) continue;
    const auto found = addresses(*name);
    if (!found) {
      out.push_back({.name = *name, .at = {}, .why = found.error().what});
      continue;
    }
    for (const auto& address : net::reachable(*found)) {
      if (out.size() == kMaxNameServers) {
        out.push_back(
            {.name = *name, .at = {}, .why = fmt::format("is one of more than {}", kMaxNameServers)});
        return out;
      }
      NameServer server{.name = *name, .at = {}, .why = {}};
      if (address == options.server.address) {
        server.at = options.server;
      } else if (base::is_public(address) || options.allow_private) {
        server.at = base::Endpoint{address, kPort};
      } else {
        server.why = fmt::format("{} is no public address (--allow-private asks it)", address.text());
      }
      out.push_back(std::move(server));
    }
  }
  return out;
}

void wait_until_visible(std::vector<NameServer>& servers, const std::vector<Update>& updates,
                        const VisibleOptions& options) {
  const auto wanted = last_of_each(updates);
  const auto end = Clock::now() + options.wait;
  const auto stopped = [&] { return options.tcp.stop && options.tcp.stop(); };
  for (auto pause = kFirstPause; !stopped(); pause = std::min(2 * pause, kLongestPause)) {
    bool waiting = false;
    for (auto& server : servers) {
      if (!server.at || server.visible || stopped()) continue;
      auto tcp = options.tcp;
      tcp.timeout = std::min(tcp.timeout, std::max(options.wait, kFirstPause));
      look(server, wanted, tcp);
      waiting = waiting || !server.visible;
    }
    if (!waiting || Clock::now() + pause >= end) return;
    const auto next = Clock::now() + pause;
    while (Clock::now() < next && !stopped()) std::this_thread::sleep_for(kHeedStop);
  }
}

}  // namespace rampart::audit::fix
