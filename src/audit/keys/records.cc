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

// What the name's TXT records shall be: those that are no key stay.
RecordSet wanted(const RecordSet& current, const dns::Name& name, const std::string& text,
                 std::uint32_t ttl) {
  RecordSet out{.name = name, .type = RrType::txt, .ttl = current.empty() ? ttl : current.ttl, .rdata = {}};
  for (const auto& rdata : current.rdata) {
    if (!dkim::is_key_record(dns::txt_of(rdata))) out.put(rdata);
  }
  // The same text may be divided into strings in other ways.
  const auto same =
      std::ranges::find_if(current.rdata, [&](const auto& rdata) { return dns::txt_of(rdata) == text; });
  out.put(same == current.rdata.end() ? dns::txt_rdata(text) : *same);
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

// The name's key record as it shall be, sent unless it is there. A server that says that the zone was changed meanwhile (by an
// update of an earlier run, that was ended while it was under way) is asked once more.
Result<fix::Update> put_record(const fix::Primary& primary, const dns::Name& zone, const dns::Name& name,
                               const std::string& text, std::uint32_t ttl) {
  constexpr int kTries = 2;
  for (int tries = 1;; ++tries) {
    const auto says = TRY(primary.ask(name, RrType::txt));
    if (says.alias) return std::unexpected(alias_error(name));
    RecordSet current = says.set;
    if (current.empty()) current = {.name = name, .type = RrType::txt, .ttl = 0, .rdata = {}};
    fix::Update update{
        .zone = zone, .step = "dkim-key", .before = current, .after = wanted(current, name, text, ttl)};
    if (update.before == update.after) return update;
    const auto sent = send(primary, update);
    if (sent) return update;
    if (tries == kTries) return std::unexpected(sent.error());
  }
}

}  // namespace

Result<PutEnd> UpdatedRecords::put(const dns::Name& name, const std::string& text) {
  const auto apex = TRY(primary_.ask(name, RrType::soa));
  const auto zone = TRY(fix::zone_of(primary_, name));
  const auto update = TRY(put_record(primary_, zone, name, text, options_.ttl));
  PutEnd end;
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

Result<PutEnd> PrintedRecords::put(const dns::Name& name, const std::string& text) {
  PutEnd end;
  const auto servers = servers_(name);
  if (!servers) end.why = servers.error().message();
  for (const auto& server : servers.value_or(std::vector<base::Endpoint>())) {
    const auto says = net::ask_server(server, name, RrType::txt, options_.visible.tcp);
    if (!says) {
      end.why = fmt::format("{} cannot be asked: {}", server.text(), says.error().what);
      continue;
    }
    if (says->alias) return std::unexpected(alias_error(name));
    // Keys alone count: others of the name are their owner's.
    const auto keys = std::ranges::count_if(
        says->set.rdata, [](const auto& rdata) { return dkim::is_key_record(dns::txt_of(rdata)); });
    const bool there =
        std::ranges::any_of(says->set.rdata, [&](const auto& rdata) { return dns::txt_of(rdata) == text; });
    end.settle =
        std::max(end.settle, seconds(std::max(says->set.ttl, says->negative_ttl.value_or(options_.ttl))));
    if (!there || keys != 1) end.why = fmt::format("{} does not serve {} yet", server.text(), name.text());
  }
  end.everywhere = end.why.empty();
  if (!end.everywhere) TRY(print_(name, text, options_.ttl));
  return end;
}

PrintedRecords::ServersOf servers_through(const Lane& lane, facts::DriveOptions drive, bool allow_private) {
  return [=](const dns::Name& name) -> Result<std::vector<base::Endpoint>> {
    struct Found {
      std::vector<base::IpAddress> addresses;
      std::string trouble;
    };
    // The zone's servers are those of the nearest name above that has NS records.
    const auto look = [name](facts::Facts& facts) {
      Found out;
      for (auto at = name; !at.is_root(); at = at.parent()) {
        const auto& servers = facts.ask(at, RrType::ns);
        if (servers.undetermined()) out.trouble = why_unknown(servers);
        if (servers.open() || servers.undetermined()) return out;
        if (servers.records().empty()) continue;
        for (const auto& record : servers.records()) {
          const auto host = servers.target(record);
          for (const auto type : {RrType::a, RrType::aaaa}) {
            const auto& answer = facts.ask(host, type);
            if (answer.undetermined()) out.trouble = why_unknown(answer);
            for (const auto& one : answer.records()) {
              if (const auto address = base::IpAddress::from_bytes(answer.data(one)))
                out.addresses.push_back(*address);
            }
          }
        }
        return out;
      }
      return out;
    };
    const auto found = TRY(ask_lane<Found>(lane, drive, name.text(), look)).decision;
    if (found.addresses.empty() || !found.trouble.empty())
      return base::fail(ErrorKind::unavailable,
                        fmt::format("the name servers of {} could not be found out{}", name.text(),
                                    found.trouble.empty() ? "" : ": " + found.trouble));
    std::vector<base::Endpoint> out;
    for (const auto& address : found.addresses) {
      if (!base::is_public(address) && !allow_private)
        return base::fail(ErrorKind::unavailable,
                          fmt::format("{} is no public address, so it is not asked", address.text()), {},
                          "--allow-private asks it");
      if (out.size() < fix::kMaxNameServers) out.push_back({address, kPort});
    }
    return out;
  };
}

}  // namespace rampart::audit::keys
