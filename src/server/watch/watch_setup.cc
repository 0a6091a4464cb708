#include "server/watch/watch_setup.h"

#include <filesystem>

#include <fmt/ranges.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "mail/compose.h"
#include "net/resolvers.h"
#include "server/setup/mail_relay.h"

namespace rampart::server {
namespace {

using audit::watch::SinkKind;
using base::ErrorKind;
using base::Result;

std::unexpected<base::Error> lacks(std::string_view sink, std::string_view key) {
  return base::fail(ErrorKind::config, fmt::format("the sink {} needs {}", sink, key), std::string(key),
                    "rampart config explain " + std::string(key));
}

Result<std::unique_ptr<audit::watch::Sink>> make_webhook(const base::Config& config) {
  audit::watch::WebhookOptions options;
  options.target.url = config.text("watch.webhook_url");
  if (options.target.url.empty()) return lacks("webhook", "watch.webhook_url");
  options.target.allow_private = config.boolean("watch.webhook_private");
  options.target.ca_file = certificate_authorities();
  if (const auto& file = config.text("watch.webhook_secret_file"); !file.empty())
    options.secret = TRY(audit::watch::read_secret(file));
  return audit::watch::webhook_sink(std::move(options));
}

Result<std::unique_ptr<audit::watch::Sink>> make_mail(const base::Config& config) {
  audit::watch::MailOptions options;
  if (config.text("watch.mail_server").empty()) return lacks("mail", "watch.mail_server");
  options.from = TRY(mail::parse_address(config.text("watch.mail_from")));
  options.server = TRY(mail_relay(config, "watch.mail_", "the sink mail", options.from));
  return audit::watch::mail_sink(std::move(options));
}

Result<std::unique_ptr<audit::watch::Sink>> make_sink(SinkKind kind, const base::Config& config,
                                                      const Host& host) {
  const auto print = [&host](std::string_view text) { return host.print(text); };
  switch (kind) {
    case SinkKind::terminal:
      return audit::watch::print_sink(kind, print);
    case SinkKind::json:
      if (config.text("watch.json_file") == "-") return audit::watch::print_sink(kind, print);
      return audit::watch::json_file_sink(config.text("watch.json_file"));
    case SinkKind::webhook:
      return make_webhook(config);
    case SinkKind::mail:
      break;
  }
  return make_mail(config);
}

}  // namespace

Result<audit::watch::Sinks> make_sinks(const base::Config& config, const Host& host,
                                       const std::string& dry_run) {
  audit::watch::Sinks out;
  if (!dry_run.empty()) {
    std::error_code error;
    if (!std::filesystem::is_directory(dry_run, error))
      return base::fail(ErrorKind::usage, "there is no such folder", dry_run,
                        "make it, or name another: --dry-run DIR");
  }
  for (const auto& name : config.list("watch.sinks")) {
    const auto kind = *audit::watch::parse_sink(name);  // the setting's choices have passed it
    const bool sent = kind == SinkKind::mail || kind == SinkKind::webhook;
    if (kind == SinkKind::mail && config.text("watch.mail_from").empty())
      return lacks("mail", "watch.mail_from");
    if (kind == SinkKind::mail && config.list("watch.mail_to").empty()) return lacks("mail", "watch.mail_to");
    out[kind] =
        sent && !dry_run.empty() ? audit::watch::folder_sink(dry_run) : TRY(make_sink(kind, config, host));
  }
  if (out.empty())
    return base::fail(ErrorKind::config, "there is no sink, so nobody would be told", "watch.sinks",
                      "name one: --sink terminal");
  if (out.contains(SinkKind::terminal) && out.contains(SinkKind::json) &&
      config.text("watch.json_file") == "-")
    return base::fail(ErrorKind::config, "terminal and json would both write to standard output",
                      "watch.json_file", "name a file for the one, or leave out the other");
  return out;
}

Result<audit::watch::WatchOptions> make_watch_options(const base::Config& config) {
  const auto seconds = [&](std::string_view key) {
    return std::chrono::ceil<std::chrono::seconds>(config.duration(key));
  };
  audit::watch::WatchOptions out;
  out.every = seconds("watch.every");
  out.alerts.confirm_after = seconds("watch.confirm_after");
  out.alerts.unknown_looks = static_cast<unsigned>(config.integer("watch.unknown_looks"));
  out.retry_after = seconds("watch.retry_after");
  out.digest_period = seconds("watch.digest");
  out.language = *audit::watch::parse_language(config.text("watch.language"));
  for (const auto& address : config.list("watch.mail_to"))
    out.operators.push_back(TRY(mail::parse_address(address)));
  if (!config.text("watch.mail_from").empty())
    out.from = TRY(mail::parse_address(config.text("watch.mail_from")));
  out.mails_per_hour = static_cast<std::size_t>(config.integer("watch.mails_per_hour"));
  out.mail_to_contacts = config.boolean("watch.mail_contacts");
  return out;
}

std::string circumstances(const base::Config& config, std::span<const std::string> selectors) {
  const auto text =
      fmt::format("rampart {} selectors {} probe {} block lists {} level {} ad {} authoritative {}",
                  RAMPART_VERSION, fmt::join(selectors, ","), fmt::join(config.list("audit.probe"), ","),
                  fmt::join(config.list("audit.block_lists"), ","), config.text("watch.level"),
                  config.boolean("dns.trust_ad"), config.boolean("dns.authoritative"));
  return base::hex(crypto::sha256(text)).substr(0, 16);
}

Result<base::Config> second_config(const base::Config& config) {
  auto out = config;
  std::vector<std::string> resolvers = config.list("watch.second_resolvers");
  if (resolvers.empty()) {
    auto usual = config.list("dns.resolvers");
    if (usual.empty()) {
      for (const auto& resolver : TRY(net::system_resolvers())) usual.push_back(resolver.text());
    }
    resolvers.assign(usual.begin() + (usual.size() > 1 ? 1 : 0), usual.end());
    if (usual.size() == 1) TRY(out.override_with("dns.authoritative", std::vector<std::string>{"true"}));
  }
  TRY(out.override_with("dns.resolvers", resolvers));
  return out;
}

}  // namespace rampart::server
