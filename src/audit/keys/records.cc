#include "audit/keys/records.h"

#include <algorithm>

#include <fmt/format.h>

#include "audit/ask_lane.h"
#include "audit/known.h"
#include "base/text.h"

namespace rampart::audit::keys {
namespace {

using base::ErrorKind;
using base::Result;
using dns::RecordSet;
using dns::RrType;

constexpr std::uint16_t kPort = 53;

std::chrono::seconds seconds(std::uint32_t ttl) { return std::chrono::seconds(ttl); }

// What stands at a name, by the meaning of its records.
struct Standing {
  bool same = false;    // a record says what it shall
  bool other = false;   // another key record stands there, which may be replaced
  std::string foreign;  // one that may not
};
Standing standing_of(const RecordSet& set, const std::string& text,
                     const std::vector<std::string>& replaces) {
  Standing out;
  for (const auto& rdata : set.rdata) {
    const auto found = dns::txt_of(rdata);
    if (!dkim::is_key_record(found)) continue;
    if (same_key(found, text)) {
      out.same = true;
    } else if (std::ranges::any_of(replaces, [&](const auto& one) { return same_key(found, one); })) {
      out.other = true;
    } else {
      out.foreign = base::excerpt(found, 60);
    }
  }
  // Verifiers try all that stand there.
  if (out.same) out.foreign.clear();
  return out;
}

// Whether the records that a server gives for a name are those of a wildcard: then nothing stands at the name itself, and an
// update's prerequisites see nothing there (RFC 2136 section 3.2).
template <class F>
bool is_synthesised(const dns::Name& name, const RecordSet& set, F&& ask) {
  const auto wildcard = name.parent().prepend_label("*");
  if (set.empty() || !wildcard) return false;
  const Result<net::ServerSays> says = ask(*wildcard);
  return says && !says->set.empty() && says->set.rdata == set.rdata;
}

// What the name's TXT records shall be: those that are no key stay, and so does one that says the same already.
RecordSet wanted(const RecordSet& current, const dns::Name& name, const std::string& text,
                 std::uint32_t ttl) {
  RecordSet out{.name = name, .type = RrType::txt, .ttl = current.empty() ? ttl : current.ttl, .rdata = {}};
  const std::string* same = nullptr;
  for (const auto& rdata : current.rdata) {
    if (!dkim::is_key_record(dns::txt_of(rdata))) out.put(rdata);
    if (same == nullptr && same_key(dns::txt_of(rdata), text)) same = &rdata;
  }
  out.put(same == nullptr ? dns::txt_rdata(text) : *same);
  return out;
}

base::Error alias_error(const dns::Name& name) {
  return {ErrorKind::input,
          fmt::format("{} is an alias, so no record can stand there", name.text()),
          {},
          "take the CNAME away, or delegate the domain's keys: rampart dkim delegate"};
}

Result<> send(const fix::Primary& primary, const fix::Update& update) {
  fix::Rollback run;
  run.updates.push_back(update);
  auto end = fix::publish(primary, run, [](const fix::Update&) { return Result<>(); });
  if (end.stopped) return std::unexpected(std::move(*end.stopped));
  return {};
}

struct Put {
  fix::Update update;
  std::string foreign;
};

// The name's key record as it shall be, sent unless it is there. A server that says that the zone was changed meanwhile (by an
// update of an earlier run, that was ended while it was under way) is asked once more.
Result<Put> put_record(const fix::Primary& primary, const dns::Name& zone, const dns::Name& name,
                       const std::string& text, const std::vector<std::string>& replaces, std::uint32_t ttl) {
  constexpr int kTries = 2;
  for (int tries = 1;; ++tries) {
    const auto says = TRY(primary.ask(name, RrType::txt));
    RecordSet current = says.set;
    // What a wildcard says counts where it is what the name shall say; a revoked key needs no record of its own then.
    const auto answered = standing_of(current, text, replaces);
    const bool as_wanted = answered.same && !answered.other;
    const bool synthesised =
        says.alias || (!as_wanted && is_synthesised(name, current, [&](const dns::Name& other) {
          return primary.ask(other, RrType::txt);
        }));
    if (current.empty() || synthesised) current = {.name = name, .type = RrType::txt, .ttl = 0, .rdata = {}};
    auto standing = standing_of(current, text, replaces);
    Put out{.update = {.zone = zone, .step = "dkim-key", .before = current, .after = current},
            .foreign = std::move(standing.foreign)};
    if (!out.foreign.empty() || (standing.same && !standing.other)) return out;
    out.update.after = wanted(current, name, text, ttl);
    const auto sent = send(primary, out.update);
    if (sent) return out;
    if (says.alias) return std::unexpected(alias_error(name));
    if (tries == kTries) return std::unexpected(sent.error());
  }
}

// Whether every server says so: what it says is looked at by `look`, which gives why not, and how long caches may hold what it
// said.
template <class F>
PutEnd ask_each(const Result<std::vector<base::Endpoint>>& servers, const dns::Name& name, RrType type,
                const net::TcpOptions& tcp, F look) {
  PutEnd end;
  if (!servers) end.why = servers.error().message();
  for (const auto& server : servers.value_or(std::vector<base::Endpoint>())) {
    const auto says = net::ask_server(server, name, type, tcp);
    if (!says) {
      end.why = fmt::format("{} cannot be asked: {}", server.text(), says.error().what);
      continue;
    }
    end.settle = std::max(end.settle, seconds(std::max(says->set.ttl, says->negative_ttl.value_or(0))));
    // A positive answer does not say how long its absence was to be remembered.
    if (!says->negative_ttl) {
      if (const auto absence = net::ask_server(server, name, RrType::soa, tcp))
        end.settle = std::max(end.settle, seconds(absence->negative_ttl.value_or(0)));
    }
    auto why = says->authoritative ? look(server, *says) : fmt::format("does not answer for {}", name.text());
    if (!why.empty()) end.why = fmt::format("{} {}", server.text(), why);
  }
  end.everywhere = end.why.empty();
  return end;
}

Result<PutEnd> look_at_alias(const ServersOf& servers, const dns::Name& domain, const dns::Name& alias,
                             const dns::Name& target, const net::TcpOptions& tcp) {
  return ask_each(servers(domain), alias, RrType::cname, tcp,
                  [&](const base::Endpoint&, const net::ServerSays& says) -> std::string {
                    for (const auto& rdata : says.set.rdata) {
                      const auto leads_to = dns::name_of(rdata);
                      if (leads_to && *leads_to == target) return {};
                    }
                    return fmt::format(
                        "does not say that {} is an alias of {}: rampart dkim delegate prints it",
                        alias.text(), target.text());
                  });
}

}  // namespace

bool same_key(std::string_view a, std::string_view b) {
  const auto one = dkim::parse(a);
  const auto other = dkim::parse(b);
  if (one.revoked || other.revoked) return one.revoked && other.revoked;
  return one.type == other.type && one.public_key == other.public_key && !one.public_key.empty();
}

Result<PutEnd> UpdatedRecords::put(const RecordPlace& place, const std::string& text,
                                   const std::vector<std::string>& replaces) {
  const auto apex = TRY(primary_.ask(place.name, RrType::soa));
  const auto zone = TRY(fix::zone_of(primary_, place.name));
  const auto put = TRY(put_record(primary_, zone, place.name, text, replaces, options_.ttl));
  PutEnd end;
  if (!put.foreign.empty()) {
    end.foreign = put.foreign;
    return end;
  }
  const auto& update = put.update;
  end.changed = update.before != update.after;
  end.settle = seconds(std::max({update.before.ttl, update.after.ttl, apex.negative_ttl.value_or(0)}));
  auto servers = TRY(fix::name_servers(primary_, zone, addresses_, options_.visible));
  if (servers.empty()) {
    end.why = fmt::format("the zone {} names no server", zone.text());
    return end;
  }
  fix::wait_until_visible(servers, {update}, options_.visible);
  const auto behind = std::ranges::find_if(servers, [](const auto& server) { return !server.visible; });
  end.everywhere = behind == servers.end();
  if (!end.everywhere) end.why = fmt::format("{} {}", behind->name.text(), behind->why);
  return end;
}

Result<PutEnd> UpdatedRecords::leads(const dns::Name& domain, const dns::Name& alias,
                                     const dns::Name& target) {
  return look_at_alias(servers_, domain, alias, target, options_.visible.tcp);
}

Result<PutEnd> PrintedRecords::put(const RecordPlace& place, const std::string& text,
                                   const std::vector<std::string>& replaces) {
  std::string foreign;
  const auto look = [&](const base::Endpoint& server, const net::ServerSays& says) -> std::string {
    if (says.alias) return alias_error(place.name).what;
    auto standing = standing_of(says.set, text, replaces);
    if (standing.same && !standing.other) return {};
    const bool synthesised = is_synthesised(place.name, says.set, [&](const dns::Name& other) {
      return net::ask_server(server, other, RrType::txt, options_.visible.tcp);
    });
    if (!standing.foreign.empty() && !synthesised) foreign = std::move(standing.foreign);
    return fmt::format("does not serve {} yet", place.name.text());
  };
  // The search begins at the zone's own name: a question for the record's would have resolvers remember that it is not there.
  auto end = ask_each(servers_(place.zone), place.name, RrType::txt, options_.visible.tcp, look);
  end.settle = std::max(end.settle, seconds(options_.ttl));
  end.foreign = foreign;
  if (!end.everywhere && foreign.empty()) TRY(print_(place.name, text, options_.ttl));
  return end;
}

Result<PutEnd> PrintedRecords::leads(const dns::Name& domain, const dns::Name& alias,
                                     const dns::Name& target) {
  return look_at_alias(servers_, domain, alias, target, options_.visible.tcp);
}

namespace {

struct HostAddresses {
  dns::Name host;
  std::vector<base::IpAddress> addresses;
};
struct Found {
  std::vector<HostAddresses> hosts;
  std::string trouble;
};

// The zone's servers are those of the nearest name above that has NS records.
Found find_servers(const dns::Name& name, facts::Facts& facts) {
  Found out;
  for (auto at = name; !at.is_root(); at = at.parent()) {
    const auto& servers = facts.ask(at, RrType::ns);
    if (servers.undetermined()) out.trouble = why_unknown(servers);
    if (servers.open() || servers.undetermined()) return out;
    if (servers.records().empty()) continue;
    for (const auto& record : servers.records()) {
      auto& host = out.hosts.emplace_back();
      host.host = servers.target(record);
      auto addresses = fix::read_addresses(host.host, facts);
      if (!addresses.trouble.empty()) out.trouble = std::move(addresses.trouble);
      host.addresses = std::move(addresses.found);
    }
    return out;
  }
  return out;
}

}  // namespace

ServersOf servers_through(const Lane& lane, facts::DriveOptions drive, bool allow_private) {
  return [=](const dns::Name& name) -> Result<std::vector<base::Endpoint>> {
    const auto found = TRY(ask_lane<Found>(lane, drive, name.text(), [name](facts::Facts& facts) {
                         return find_servers(name, facts);
                       })).decision;
    const auto unknown = [&](std::string_view why) {
      return base::fail(ErrorKind::unavailable,
                        fmt::format("the name servers of {} could not be found out{}{}", name.text(),
                                    why.empty() ? "" : ": ", why));
    };
    if (found.hosts.empty() || !found.trouble.empty()) return unknown(found.trouble);
    std::vector<base::Endpoint> out;
    for (const auto& [host, addresses] : found.hosts) {
      if (addresses.empty()) return unknown(fmt::format("{} has no address", host.text()));
      for (const auto& address : net::reachable(addresses)) {
        if (!base::is_public(address) && !allow_private)
          return base::fail(ErrorKind::unavailable,
                            fmt::format("{} is no public address, so it is not asked", address.text()), {},
                            "--allow-private asks it");
        if (out.size() == fix::kMaxNameServers)
          return unknown(fmt::format("they have more than {} addresses", fix::kMaxNameServers));
        out.push_back({address, kPort});
      }
    }
    return out;
  };
}

}  // namespace rampart::audit::keys
