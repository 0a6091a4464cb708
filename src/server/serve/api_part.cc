#include "server/serve/api_part.h"

#include <filesystem>

#include <fmt/format.h>
#include <sys/stat.h>

#include "audit/roster/roster.h"
#include "base/text.h"
#include "server/api/description.h"
#include "server/guard/guard_settings.h"
#include "server/schema.h"
#include "server/serve/oidc_settings.h"
#include "server/serve/slices.h"

namespace rampart::server {

using base::Result;

namespace {

Result<std::unique_ptr<accounts::Common>> open_common(const ServerSettings& settings) {
  accounts::Policy policy{
      .public_url = settings.public_url, .idle = settings.idle, .absolute = settings.absolute};
  auto keys = TRY(accounts::Keys::open(settings.folder + "/accounts"));
  std::optional<accounts::factor::BreachedList> breached;
  if (!settings.breached_passwords.empty())
    breached = TRY(accounts::factor::BreachedList::open(settings.breached_passwords));
  return std::unique_ptr<accounts::Common>(new accounts::Common{
      .policy = std::move(policy), .keys = std::move(keys), .breached = std::move(breached)});
}

Result<std::string> open_uploads(const std::string& folder) {
  auto out = folder + "/uploads";
  std::error_code failed;
  std::filesystem::create_directories(out, failed);
  if (failed || ::chmod(out.c_str(), 0700) != 0)
    return base::fail(base::ErrorKind::io, fmt::format("the folder cannot be made: {}", failed.message()),
                      base::printable(out), "name another: server.folder");
  return out;
}

}  // namespace

Result<std::unique_ptr<ApiPart>> ApiPart::open(boost::asio::io_context& io, const ServerSettings& settings,
                                               ApiPartOptions options, Log& log) {
  std::unique_ptr<ApiPart> out(new ApiPart());
  out->common_ = TRY(open_common(settings));
  out->description_.emplace(TRY(api::Description::built_in()));
  const auto uploads = TRY(open_uploads(settings.folder));
  TRY(make_tables(options.store, *options.config->load(), out->common_.get()));
  out->mail_news_ = TRY(MailNews::open(options.store, out->hub_));
  if (options.guard != nullptr) {
    const auto guard = TRY(guard_settings(*options.config->load()));
    out->held_config_ = options.config->load();
    out->scans_ =
        TRY(ScanDesk::open(*out->held_config_, {.rules = [guard = options.guard] { return guard->rules(); },
                                                .correspondents = options.guard->correspondents(),
                                                .inspector = options.guard->inspector(),
                                                .clamd = guard.clamd,
                                                .authserv_id = guard.authserv_id,
                                                .provider = options.stage != nullptr ? options.stage->provider
                                                                                     : live_provider()}));
  }
  out->jobs_ = TRY(api::Jobs::open(options.store, &out->hub_, {}, base::now()));
  out->pool_ =
      TRY(api::Pool::open({.url = options.store, .common = out->common_.get(), .threads = settings.threads}));
  out->streams_ = std::make_unique<api::Streams>(io, out->hub_, *out->pool_, &base::now);
  out->parts_.reset(new api::Parts{.common = out->common_.get(),
                                   .description = &*out->description_,
                                   .jobs = out->jobs_.get(),
                                   .hub = &out->hub_,
                                   .version = RAMPART_VERSION});
  auto& parts = *out->parts_;
  for (const auto role : settings.roles) parts.roles.emplace_back(to_string(role));
  parts.demo = options.stage != nullptr;
  parts.started = options.started;
  parts.health = std::move(options.health);
  parts.streams = [streams = out->streams_.get()] { return streams->open_now(); };
  parts.config = [config = options.config] { return config->load(); };
  parts.settings = &schema();
  parts.providers = TRY(oidc_clients(*options.config->load()));
  api::Handlers handlers;
  out->add_handlers(handlers, settings, options);
  api::RouterParts router{.description = &*out->description_,
                          .handlers = std::move(handlers),
                          .pool = out->pool_.get(),
                          .streams = out->streams_.get(),
                          .gate = {.origin = TRY(accounts::site_of(settings.public_url)).origin},
                          .upload_folder = uploads};
  router.log = [&log](std::string_view what) { log.say(Log::Level::error, "api", what); };
  out->router_ = TRY(api::Router::make(std::move(router)));
  return out;
}

ApiPart::~ApiPart() = default;

Result<> ApiPart::sweep(store::Database& database, base::Time now) {
  TRY(accounts::Desk::sweep(database, *common_, now));
  return jobs_->sweep(database, now);
}

void ApiPart::stop() { streams_->stop(); }

ApiPart::Counts ApiPart::counts() const {
  return {.streams = streams_->open_now(), .jobs = jobs_->counts(), .waiting = pool_->waiting()};
}

}  // namespace rampart::server
