#include "server/guard/mail_desk.h"

#include "base/text.h"
#include "server/guard/guard_settings.h"
#include "server/guard/release_key.h"
#include "server/setup/mail_relay.h"
#include "server/setup/worker_program.h"

namespace rampart::server {

using base::Result;

namespace {

constexpr std::chrono::seconds kReleasePatience{20};  // that the mail server may take

}  // namespace

std::string list_path(const std::string& folder, guard::ListKind kind) {
  return folder + (kind == guard::ListKind::block ? "/lists/block.txt" : "/lists/allow.txt");
}

Result<std::unique_ptr<MailDesk>> MailDesk::open(Options options) {
  std::unique_ptr<MailDesk> out(new MailDesk(std::move(options)));
  out->renderer_ = TRY(guard::render::Renderer::start({.program = worker_program()}));
  auto& parts = out->parts_;
  const auto& given = out->options_;
  parts.domains_of = &api::roster_domains;
  parts.renderer = out->renderer_.get();
  parts.settings = [given]() -> Result<guard::Settings> {
    auto settings = TRY(guard_settings(*given.config()));
    if (given.guard != nullptr) settings.rules = *given.guard->rules();
    return settings;
  };
  if (!given.folder.empty())
    parts.list_here = [folder = given.folder](guard::ListKind kind) {
      return std::optional(list_path(folder, kind));
    };
  const auto settings = TRY(guard_settings(*given.config()));
  if (!settings.quarantine.empty()) out->open_kept();
  if (given.guard == nullptr) return out;
  out->scanner_ = TRY(Scanner::open(given.config(), settings, *given.guard));
  parts.scan = [scanner = out->scanner_.get()](api::ScanOrder order) {
    return scanner->scan(std::move(order));
  };
  return out;
}

void MailDesk::open_kept() {
  parts_.open_quarantine = [config =
                                options_.config](store::Database& database) -> Result<guard::Quarantine> {
    return open_quarantine(TRY(guard_settings(*config())), database);
  };
  // What cannot be released for want of a setting says so when somebody wants to.
  parts_.open_passes = [config = options_.config](store::Database& database,
                                                  guard::Quarantine& quarantine) -> Result<guard::Passes> {
    auto key = TRY(release_key(*config()));
    if (!key)
      return base::fail(base::ErrorKind::config, "what is released needs a key", "guard.release_key_file",
                        "rampart config explain guard.release_key_file");
    return guard::Passes::open(database, quarantine, *std::move(key));
  };
  parts_.hand = [config = options_.config](const std::string& sender,
                                           const std::vector<std::string>& recipients,
                                           const std::string& message) {
    const auto now = config();
    const auto settings = guard_settings(*now);
    auto server =
        mail_relay(*now, "guard.release_", "a release", settings ? settings->authserv_id : std::string());
    if (!server) return net::Handing{.how = net::Handed::down, .why = server.error().message()};
    server->timeout = kReleasePatience;
    return net::smtp_send(*server, sender, recipients, message);
  };
}

}  // namespace rampart::server
