#include "server/demo/run.h"

#include <map>

#include <fmt/format.h>

#include "accounts/organisation.h"
#include "audit/roster/roster.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/ids.h"
#include "dns/domain.h"
#include "facts/zone_provider.h"
#include "server/demo/fill.h"
#include "server/demo/folder.h"
#include "server/demo/postman.h"
#include "server/demo/zone_source.h"
#include "server/guard/guard_settings.h"

namespace rampart::server::demo {

using base::Result;

namespace {

constexpr std::string_view kBy = "demo";

Result<base::Config> read(const DemoFolder& folder, const base::Schema& schema) {
  base::Config config(schema);
  const auto faults = config.load_file(folder.config_file());
  if (!faults.empty()) return std::unexpected(faults.front());
  return config;
}

// Organisations have ids that the store gives: the demo's, by ours.
Result<std::map<std::string, std::string, std::less<>>> add_organisations(store::Database& database,
                                                                          base::Time now) {
  const accounts::Principal asker{.account = "local:demo",
                                  .name = std::string(kBy),
                                  .role = accounts::Role::owner,
                                  .scope = {.everything = true},
                                  .by = accounts::Principal::By::local,
                                  .by_id = {}};
  accounts::Organisations all(database);
  std::map<std::string, std::string, std::less<>> out;
  for (const auto& one : organisations()) {
    const auto added = TRY(all.add(asker,
                                   {.id = {},
                                    .name = std::string(one.name),
                                    .sector = std::string(one.sector),
                                    .contact = std::string(one.contact),
                                    .language = std::string(one.language)},
                                   now));
    if (!added)
      return base::fail(base::ErrorKind::internal, "an organisation of the demo was refused",
                        std::string(one.name));
    out.emplace(one.id, added->id);
  }
  return out;
}

Result<> add_roster(store::Database& database, base::Time now) {
  const auto ids = TRY(add_organisations(database, now));
  std::vector<audit::roster::Listed> listed;
  for (const auto& domain : domains()) {
    audit::roster::Listed one{.entry = {.domain = TRY(dns::parse_domain(domain.name))}, .added = now};
    one.by = kBy;
    one.entry.organisation = ids.find(domain.organisation)->second;
    one.entry.note = domain.note;
    if (!domain.sends.empty()) one.entry.sends = domain.sends == "yes" ? audit::Sends::yes : audit::Sends::no;
    listed.push_back(std::move(one));
  }
  auto roster = TRY(audit::roster::Roster::open(database));
  TRY(roster.put(listed, audit::roster::Existing::keep));
  return {};
}

Result<> fill(const World& world, const base::Config& config, base::Time now) {
  const auto settings = TRY(judging_guard_settings(config));
  auto database = TRY(store::Database::open(config.text("store.url")));
  auto quarantine = TRY(open_quarantine(settings, database));
  const FillOptions options{.now = now};
  TRY(fill_audits(world, database, options));
  TRY(fill_reports(database, options));
  return fill_mail(world, database, quarantine, std::make_shared<const guard::Rules>(settings.rules),
                   options);
}

Stage stage_of(const World& world) {
  return {.provider = [&world](boost::asio::io_context&,
                               const net::LiveOptions&) -> std::unique_ptr<facts::Provider> {
            return std::make_unique<facts::ZoneProvider>(
                world.zones(Then::now), facts::ZoneProviderOptions{.now = base::now(), .fallback = nullptr});
          },
          .source = [&world](const base::Config&, std::size_t threads, const std::function<bool()>&)
              -> Result<std::unique_ptr<FactSource>> { return zone_source(world, threads); },
          .hand = [](const std::string&, const std::vector<std::string>&,
                     const std::string&) { return net::Handing{.how = net::Handed::accepted}; },
          .begun = {}};
}

}  // namespace

Result<> run_demo(const DemoOptions& options, const base::Schema& schema, ServeHost host) {
  const auto folder = TRY(DemoFolder::make(options.folder));
  // 260 bits of chance make 256.
  TRY(base::write_new_file(folder.key_file(),
                           base::encode_base64(crypto::sha256(crypto::new_id() + crypto::new_id())) + "\n"));
  TRY(base::write_new_file(folder.config_file(), folder.config(options.port)));
  const auto config = TRY(read(folder, schema));
  const auto world = TRY(World::make());
  TRY(host.print("rampart demo: making a month of audits, reports and mail (a few seconds)\n"));
  TRY(fill(*world, config, base::now()));
  std::unique_ptr<Postman> postman;
  auto stage = stage_of(*world);
  const auto say = [&host](const std::string& line) { static_cast<void>(host.print(line + "\n")); };
  stage.begun = [&] {
    const auto listed = [&]() -> Result<> {
      auto database = TRY(store::Database::open(config.text("store.url")));
      return add_roster(database, base::now());
    }();
    if (!listed) say(listed.error().message());
    postman = std::make_unique<Postman>(*world, folder.socket(), say);
  };
  host.read_config = [&] { return read(folder, schema); };
  host.stage = &stage;
  host.is_terminal = true;  // its link is of no worth elsewhere, and whoever starts a demo wants to see it
  return serve(config, host);
}

}  // namespace rampart::server::demo
