#include "server/setup/key_rotation.h"

#include <algorithm>

#include <fmt/format.h>

#include "audit/format/words.h"
#include "base/text.h"
#include "server/setup/key_store.h"
#include "server/setup/mail_file.h"

namespace rampart::server {

using base::Result;
using dkim::KeyPhase;
using dkim::KeyType;
using dkim::ManagedDomain;

namespace {

std::string line_of(const dns::Name& name, const std::string& text, std::uint32_t ttl) {
  audit::Remedy record{.action = audit::Remedy::Action::add, .name = name, .ttl = ttl, .data = text};
  return audit::zone_line(record) + '\n';
}

std::string due_text(const ManagedDomain& domain, const audit::keys::RotationEnd& end) {
  if (!end.waits.empty())
    return fmt::format("{}: waits: {}; run this again later, once a day at least\n", domain.domain.text(),
                       base::printable(end.waits));
  return fmt::format("{}: nothing to do until {}\n", domain.domain.text(), base::format_time(*end.due));
}

}  // namespace

std::uint32_t ttl_of(const base::Config& config) {
  return static_cast<std::uint32_t>(
      std::chrono::ceil<std::chrono::seconds>(config.duration("dkim.ttl")).count());
}

Result<std::unique_ptr<KeyWay>> open_way(const Host& host, const base::Config& config,
                                         const FactsOptions& facts) {
  auto way = std::make_unique<KeyWay>();
  way->source = TRY(open_source(facts, config, 1, host.stop));
  audit::keys::RecordOptions options{.ttl = ttl_of(config), .visible = {}};
  options.visible.allow_private = config.boolean("probe.allow_private");
  options.visible.wait = config.duration("fix.wait");
  const auto lane = way->source->lanes().front();
  const auto servers =
      audit::keys::servers_through(lane, drive_options(config), options.visible.allow_private);
  if (config.text("fix.server").empty()) {
    if (!config.text("fix.key_file").empty())
      host.note("no server is named, so the key for updates is not used: records are printed (--server)");
    options.visible.tcp.timeout = config.duration("fix.timeout");
    const auto print = [&host](const dns::Name& name, const std::string& text,
                               std::uint32_t ttl) -> Result<> {
      host.note(
          "this record is to be published, in place of any other key at the name; then run this again:");
      return host.print(line_of(name, text, ttl));
    };
    way->records = std::make_unique<audit::keys::PrintedRecords>(servers, print, options);
    return way;
  }
  way->server.emplace(TRY(update_server(config, std::nullopt, host.stop)));
  options.visible.server = way->server->at;
  options.visible.tcp = way->server->tcp;
  way->records = std::make_unique<audit::keys::UpdatedRecords>(
      way->server->primary(), audit::fix::addresses_through(lane, drive_options(config)), servers, options);
  return way;
}

dkim::RotationRules rules_of(const base::Config& config) {
  return {.period = std::chrono::ceil<std::chrono::seconds>(config.duration("dkim.period")),
          .keep = std::chrono::ceil<std::chrono::seconds>(config.duration("dkim.keep"))};
}

Result<Ending> rotate_one(const Host& host, const base::Config& config, const crypto::KeyFolder& folder,
                          KeyWay& way, const dns::Name& name, bool at_once) {
  const auto lock = TRY(folder.lock(name.text()));
  auto domain = TRY(audit::keys::read_domain(folder, name));
  audit::keys::Rotation rotation{
      .folder = folder,
      .records = *way.records,
      .rules = rules_of(config),
      .now = schedule_now,
      .say = [&](const std::string& what) {
        return host.print(fmt::format("{}: {}\n", name.text(), base::printable(what)));
      }};
  auto types = std::vector{KeyType::rsa};
  // A key that was once made lives on, whatever the settings of a run.
  const bool has_ed25519 = std::ranges::any_of(domain.keys, [](const auto& key) {
    return key.type == KeyType::ed25519 && key.phase != KeyPhase::retired;
  });
  if (config.boolean("dkim.ed25519") || has_ed25519) types.push_back(KeyType::ed25519);
  const auto end = TRY(rotation.run(domain, types, at_once));
  TRY(host.print(due_text(domain, end)));
  return end.waits.empty() ? Ending::clean : Ending::undetermined;
}

}  // namespace rampart::server
