// Serves the API alone, for tests/e2e/api_*_test.py: `api_fixture FOLDER`. Prints the port and the link by which the owner enrols, a line
// each. Operations of other slices answer 501: who may ask for them is decided before.
#include <cstdio>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include "base/config.h"
#include "net/http/server.h"
#include "server/api/jobs.h"
#include "server/api/router.h"

namespace {

using namespace rampart;
using namespace rampart::server;

base::Result<> serve(const std::string& folder) {
  boost::asio::io_context io;
  const auto url = TRY(store::parse_url(folder + "/rampart.db"));
  accounts::Common common{.policy = {.public_url = "https://rampart.example"},
                          .keys = TRY(accounts::Keys::open(folder + "/keys"))};
  const auto description = TRY(api::Description::built_in());
  const base::Schema schema({});
  const auto config = std::make_shared<const base::Config>(schema);  // shared as that of a server is
  api::Hub hub;
  const auto jobs = TRY(api::Jobs::open(url, &hub, {}, base::now()));
  const auto pool = TRY(api::Pool::open({.url = url, .common = &common}));
  api::Streams streams(io, hub, *pool, base::now);
  const api::Parts parts{.common = &common,
                         .description = &description,
                         .jobs = jobs.get(),
                         .hub = &hub,
                         .version = RAMPART_VERSION,
                         .roles = {"api"},
                         .started = base::now(),
                         .health = {},
                         .streams = [&streams] { return streams.open_now(); },
                         .providers = {},
                         .config = [config] { return config; },
                         .settings = &schema};
  api::Handlers handlers;
  for (auto* const add : {api::add_session, api::add_oidc, api::add_enrolment, api::add_account,
                          api::add_accounts, api::add_tokens, api::add_audit_log, api::add_organisations,
                          api::add_jobs, api::add_settings, api::add_system})
    add(handlers, parts);
  for (const auto& operation : description.operations())
    if (handlers.find(operation.id) == nullptr && !operation.streams)
      handlers.add(operation.id, [](api::Call&) -> api::Answer {
        return std::unexpected(api::not_set_up("this is the API alone", "rampart serve"));
      });
  const auto router =
      TRY(api::Router::make({.description = &description,
                             .handlers = std::move(handlers),
                             .pool = pool.get(),
                             .streams = &streams,
                             .gate = {.origin = "https://rampart.example"},
                             .upload_folder = folder,
                             .log = [](std::string_view what) { fmt::print(stderr, "{}\n", what); }}));
  net::http::Server http(io, {.max_connections = 256}, *router);
  const auto place = TRY(http.listen({.place = "127.0.0.1:0"}));
  auto bench = TRY(api::Bench::open(url, common));
  const auto link = TRY(bench->desk().enrolment.first_start(base::now()));
  fmt::print("{}\n{}\n", place, link ? link->token : std::string());
  std::fflush(stdout);
  io.run();  // until it is killed
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto done = serve(argv[1]);
  if (!done) fmt::print(stderr, "api_fixture: {}\n", done.error().message());
  return done ? 0 : 1;
}
