// Which resources the API has, and what they need of the rest.
#include "net/outgoing.h"
#include "server/api/routes/overview_mail.h"
#include "server/api/routes/search_more.h"
#include "server/guard/guard_settings.h"
#include "server/guard/release_key.h"
#include "server/serve/api_part.h"
#include "server/setup/mail_relay.h"

namespace rampart::server {

using base::ErrorKind;
using base::Result;

namespace {

using ConfigNow = std::function<std::shared_ptr<const base::Config>()>;

Result<guard::Passes> open_passes(const base::Config& config, store::Database& database,
                                  guard::Quarantine& quarantine) {
  auto key = TRY(release_key(config));
  if (!key)
    return base::fail(ErrorKind::config, "a release needs a key, by which the guard knows it",
                      "guard.release_key_file", "rampart config explain guard.release_key_file");
  return guard::Passes::open(database, quarantine, *std::move(key));
}

net::Handing hand(const base::Config& config, const std::string& sender,
                  const std::vector<std::string>& recipients, const std::string& message) {
  const auto settings = guard_settings(config);
  const auto server = settings ? mail_relay(config, "guard.release_", "a release", settings->authserv_id)
                               : std::unexpected(settings.error());
  if (!server) return {.how = net::Handed::down, .why = server.error().message()};
  return net::smtp_send(*server, sender, recipients, message);
}

// The list that is edited in the console is the first that the guard reads.
std::optional<std::string> first_list(const base::Config& config, guard::ListKind kind) {
  const auto& files = config.list(kind == guard::ListKind::block ? "guard.block_files" : "guard.allow_files");
  if (files.empty()) return std::nullopt;
  return files.front();
}

}  // namespace

std::unique_ptr<api::MailParts> ApiPart::mail_parts(const ApiPartOptions& options) const {
  const ConfigNow now = [config = options.config] { return config->load(); };
  auto out = std::make_unique<api::MailParts>();
  out->domains_of = api::roster_domains;
  out->settings = [now] { return judging_guard_settings(*now()); };
  // What is kept in a folder is so from the start on.
  const auto config = now();
  if (!config->text("guard.quarantine").empty()) {
    out->open_quarantine = [config](store::Database& database) -> Result<guard::Quarantine> {
      return open_quarantine(TRY(guard_settings(*config)), database);
    };
    out->open_passes = [config](store::Database& database, guard::Quarantine& quarantine) {
      return open_passes(*config, database, quarantine);
    };
    if (options.stage != nullptr)
      out->hand = options.stage->hand;
    else if (!config->text("guard.release_server").empty())
      out->hand = [now](const std::string& sender, const std::vector<std::string>& recipients,
                        const std::string& message) { return hand(*now(), sender, recipients, message); };
  }
  out->renderer = options.helpers->renderer.get();
  if (scans_)
    out->scan = [scans = scans_.get()](api::ScanOrder order) {
      return scans->scan({.envelope = {.ip = order.ip, .helo = order.helo, .mail_from = order.mail_from},
                          .recipients = std::move(order.recipients),
                          .authenticated = order.authenticated,
                          .user = std::move(order.user)},
                         std::move(order.bytes));
    };
  out->list_here = [now](guard::ListKind kind) { return first_list(*now(), kind); };
  return out;
}

void ApiPart::add_handlers(api::Handlers& handlers, const ServerSettings& settings,
                           const ApiPartOptions& options) {
  const auto& parts = *parts_;
  for (auto* const add : {api::add_session, api::add_oidc, api::add_enrolment, api::add_account,
                          api::add_accounts, api::add_tokens, api::add_audit_log, api::add_organisations,
                          api::add_jobs, api::add_settings, api::add_system})
    add(handlers, parts);
  mail_ = mail_parts(options);
  audits_ = std::make_unique<api::AuditParts>();
  audits_->rollback_folder = settings.folder + "/rollback";
  tell_of_mail(*audits_, *mail_);
  api::search_mail(*audits_, *mail_);
  api::search_accounts(*audits_);
  if (options.stage != nullptr) audits_->open = options.stage->source;
  audits_->mime_worker = [helpers = options.helpers] { return helpers->take_worker(); };
  for (auto* const add :
       {api::add_overview, api::add_domains, api::add_domain_state, api::add_domain_fix, api::add_publish,
        api::add_audits, api::add_advice, api::add_reports, api::add_senders, api::add_search})
    add(handlers, parts, *audits_);
  for (auto* const add : {api::add_mail, api::add_quarantine, api::add_lists}) add(handlers, *mail_);
}

}  // namespace rampart::server
