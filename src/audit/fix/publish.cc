#include "audit/fix/publish.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::audit::fix {
namespace {

using base::ErrorKind;
using base::Result;
using dns::RecordSet;
using dns::RrType;

std::string named(const dns::Name& name, RrType type) {
  return fmt::format("{} {}", name.text(), dns::to_string(type));
}

// A record's data as a plan has it (SetRecord::data).
std::string data_of(RrType type, std::string_view rdata) {
  return type == RrType::txt ? dns::txt_of(rdata) : dns::rdata_text(type, rdata);
}

// RDATA of a record that a plan adds. Nothing when its text is not of its type.
std::optional<std::string> rdata_of(RrType type, std::string_view data) {
  switch (type) {
    case RrType::txt:
      return dns::txt_rdata(data);
    case RrType::a:
    case RrType::aaaa: {
      const auto address = base::IpAddress::parse(data);
      if (!address || address->is_v4() != (type == RrType::a)) return std::nullopt;
      const auto bytes = address->bytes();
      return std::string(bytes.begin(), bytes.end());
    }
    case RrType::cname: {
      const auto target = dns::Name::try_parse(data);
      return target ? std::optional(dns::name_rdata(*target)) : std::nullopt;
    }
    case RrType::mx: {
      std::uint16_t preference = 0;
      const auto end = std::from_chars(data.data(), data.data() + data.size(), preference).ptr;
      const auto rest = base::trim(data.substr(static_cast<std::size_t>(end - data.data())));
      const auto target = dns::Name::try_parse(rest);
      return target ? std::optional(dns::mx_rdata(preference, *target)) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

bool is_as_planned(const RecordSet& set, const std::vector<SetRecord>& planned) {
  std::vector<std::string> theirs;
  std::vector<std::string> ours;
  theirs.reserve(set.rdata.size());
  ours.reserve(planned.size());
  for (const auto& rdata : set.rdata) theirs.push_back(data_of(set.type, rdata));
  for (const auto& record : planned) ours.push_back(record.data);
  for (auto* list : {&theirs, &ours}) {
    std::ranges::sort(*list);
    const auto rest = std::ranges::unique(*list);
    list->erase(rest.begin(), rest.end());
  }
  return theirs == ours;
}

// What the plan makes of the RRset: records that stay keep their bytes, and the set its TTL.
Result<RecordSet> planned(const RecordSet& current, const RrSet& set) {
  RecordSet out{.name = current.name, .type = current.type, .ttl = current.ttl, .rdata = {}};
  for (const auto& record : set.after) {
    const auto stays = std::ranges::find_if(
        current.rdata, [&](const std::string& rdata) { return data_of(current.type, rdata) == record.data; });
    auto rdata = stays != current.rdata.end() ? std::optional(*stays) : rdata_of(set.type, record.data);
    if (!rdata)
      return base::fail(ErrorKind::internal,
                        fmt::format("the plan's data of {} cannot be written", named(set.name, set.type)));
    out.put(*std::move(rdata));
  }
  if (current.empty()) out.ttl = kTtl;
  if (out.empty()) out.ttl = 0;
  return out;
}

// What a server has, asked for once; then as the updates so far leave it.
class Table {
 public:
  struct Entry {
    dns::Name zone;
    RecordSet set;
    std::string trouble;  // why it cannot be changed there
  };

  explicit Table(const Primary& primary) : primary_(primary) {}

  Result<Entry*> find(const dns::Name& name, RrType type) {
    const auto known = std::ranges::find_if(
        entries_, [&](const auto& entry) { return entry->set.name == name && entry->set.type == type; });
    if (known != entries_.end()) return known->get();
    const auto says = TRY(primary_.ask(name, type));
    auto entry = std::make_unique<Entry>();
    entry->set = {.name = name, .type = type, .ttl = 0, .rdata = {}};
    if (says.alias) {
      entry->trouble = fmt::format("{} is an alias now: make the change where it leads", name.text());
    } else if (const auto zone = zone_of(primary_, name); !zone) {
      entry->trouble = zone.error().what;
    } else {
      entry->zone = *zone;
      if (!says.set.empty()) entry->set = says.set;
    }
    entries_.push_back(std::move(entry));
    return entries_.back().get();
  }

 private:
  const Primary& primary_;
  std::vector<std::unique_ptr<Entry>> entries_;
};

// One step's updates; or why it is held back.
Result<std::string> prepare_step(Table& table, const dns::Name& domain, const Step& step,
                                 std::vector<Update>& updates) {
  struct Planned {
    Table::Entry* entry;
    RecordSet after;
  };
  std::vector<Planned> made;
  for (const auto& set : step.sets) {
    auto* entry = TRY(table.find(set.name, set.type));
    if (!entry->trouble.empty()) return entry->trouble;
    if (is_as_planned(entry->set, set.after)) continue;  // somebody, or an earlier run, has done it
    if (!is_as_planned(entry->set, set.before))
      return fmt::format(
          "{} is not at the server what the audit saw: the zone was edited meanwhile, or the resolver's "
          "cache is old (--authoritative asks the zone's own servers)",
          named(set.name, set.type));
    auto after = TRY(planned(entry->set, set));
    if (auto why = forbidden(domain, entry->set, after); !why.empty()) return why;
    made.push_back({entry, std::move(after)});
  }
  for (auto& [entry, after] : made) {
    updates.push_back(
        {.zone = entry->zone, .step = std::string(step.words->id), .before = entry->set, .after = after});
    entry->set = std::move(after);
  }
  return std::string();
}

// Whether the server serves the RRset as `wanted`, which is one of the update's two. A server may have limits for a TTL,
// so it counts only where nothing else changes.
bool is_served(const net::ServerSays& says, const RecordSet& wanted, const Update& update) {
  const bool only_ttl = update.before.rdata == update.after.rdata;
  return !says.alias && says.set.rdata == wanted.rdata && (!only_ttl || says.set.ttl == wanted.ttl);
}

base::Error not_served(const Update& update) {
  return {ErrorKind::unavailable,
          fmt::format("the server said that {} was changed, and serves it as it was",
                      named(update.before.name, update.before.type)),
          {},
          "look whether an alias stands there, whether the zone is frozen, and into the server's log"};
}

// Sends one update and looks at what came of it; an error says that it was not made, `uncertain` that this cannot be
// said.
Result<> send_one(const Primary& primary, const Update& update, bool& uncertain) {
  const auto outcome = primary.send({.zone = update.zone, .before = update.before, .after = update.after});
  using Kind = net::UpdateOutcome::Kind;
  if (outcome.kind == Kind::changed || outcome.kind == Kind::refused) return std::unexpected(outcome.error);
  const auto says = primary.ask(update.before.name, update.before.type);
  if (says && is_served(*says, update.after, update)) return {};
  uncertain = outcome.kind == Kind::uncertain && !(says && is_served(*says, update.before, update));
  if (outcome.kind == Kind::uncertain) return std::unexpected(outcome.error);
  if (says) return std::unexpected(not_served(update));
  uncertain = true;
  return std::unexpected(says.error());
}

}  // namespace

Primary primary_of(const base::Endpoint& server, const net::TsigKey& key, const net::TcpOptions& options) {
  return {
      .ask = [=](const dns::Name& name, RrType type) { return net::ask_server(server, name, type, options); },
      .send = [=, &key](
                  const net::ZoneChange& change) { return net::send_update(server, change, key, options); }};
}

Result<dns::Name> zone_of(const Primary& primary, const dns::Name& name) {
  const auto says = TRY(primary.ask(name, RrType::soa));
  if (says.zone) return *says.zone;
  const auto why = says.rcode != dns::rcode::kNoError && says.rcode != dns::rcode::kNxDomain
                       ? fmt::format(" ({})", dns::rcode_text(says.rcode))
                       : std::string();
  return base::fail(ErrorKind::unavailable,
                    fmt::format("the server keeps no zone that holds {}{}", name.text(), why), {},
                    "name the zone's primary server with --server");
}

Result<std::vector<Update>> prepare(const Primary& primary, const dns::Name& domain,
                                    std::vector<Decision>& decisions) {
  TRY(zone_of(primary, domain));
  Table table(primary);
  std::vector<Update> updates;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    if (!decisions[i].allowed()) continue;
    const auto before = updates.size();
    auto why = TRY(prepare_step(table, domain, *decisions[i].step, updates));
    decisions[i].updates = updates.size() - before;
    if (!why.empty()) hold_back(decisions, i, std::move(why));
  }
  return updates;
}

Result<WayBack> way_back(const Primary& primary, const Rollback& rollback) {
  WayBack out;
  for (const auto& history : histories(rollback)) {
    const auto& first = history.states.front();
    const auto says = TRY(primary.ask(first.name, first.type));
    RecordSet current{.name = first.name, .type = first.type, .ttl = 0, .rdata = {}};
    if (!says.set.empty()) current = says.set;
    const auto zone = zone_of(primary, first.name);
    if (says.alias || (zone && *zone != history.zone)) {
      out.conflicts.push_back(fmt::format("{} is in another zone now, or an alias", first.name.text()));
      continue;
    }
    if (!zone) return std::unexpected(zone.error());
    auto [after, conflict] = restore(history, current);
    if (!conflict.empty()) {
      out.conflicts.push_back(std::move(conflict));
    } else if (after != current) {
      out.updates.push_back(
          {.zone = history.zone, .step = "undo", .before = std::move(current), .after = std::move(after)});
    }
  }
  return out;
}

PublishEnd publish(const Primary& primary, Rollback& rollback,
                   const std::function<Result<>(const Update&)>& made) {
  PublishEnd end;
  for (auto& update : rollback.updates) {
    if (auto sent = send_one(primary, update, end.uncertain); !sent) {
      end.stopped = std::move(sent.error());
      break;
    }
    update.done = true;
    ++end.done;
    if (auto kept = made(update); !kept) {
      end.stopped = std::move(kept.error());
      break;
    }
  }
  return end;
}

std::vector<RrSet> published_sets(const std::vector<Update>& updates) {
  const auto records = [](const RecordSet& set) {
    std::vector<SetRecord> out;
    out.reserve(set.rdata.size());
    for (const auto& rdata : set.rdata) out.push_back({data_of(set.type, rdata), 1});
    return out;
  };
  std::vector<RrSet> out;
  for (const auto& update : updates) {
    lay(out, {{update.before.name, update.before.type, records(update.before), records(update.after)}});
  }
  return out;
}

}  // namespace rampart::audit::fix
