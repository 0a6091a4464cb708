#include "cli/watch_setup.h"

#include <cstdlib>
#include <filesystem>

#include <fmt/ranges.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "mail/compose.h"
#include "net/resolvers.h"

namespace rampart::cli {
namespace {

using audit::watch::SinkKind;
using base::ErrorKind;
using base::Result;

constexpr std::uint16_t kSubmission = 587;         // RFC 6409
constexpr std::uint16_t kSubmissionOverTls = 465;  // RFC 8314

// libcurl does not heed it by itself, and OpenSSL does.
std::string authorities() {
  const char* file = std::getenv("SSL_CERT_FILE");  // NOLINT(concurrency-mt-unsafe): one thread sets up
  return file == nullptr ? "" : file;
}

std::unexpected<base::Error> lacks(std::string_view sink, std::string_view key) {
  return base::fail(ErrorKind::config, fmt::format("the sink {} needs {}", sink, key), std::string(key),
                    "rampart config explain " + std::string(key));
}

Result<std::unique_ptr<audit::watch::Sink>> make_webhook(const base::Config& config) {
  audit::watch::WebhookOptions options;
  options.target.url = config.text("watch.webhook_url");
  if (options.target.url.empty()) return lacks("webhook", "watch.webhook_url");
  options.target.allow_private = config.boolean("watch.webhook_private");
  options.target.ca_file = authorities();
  if (const auto& file = config.text("watch.webhook_secret_file"); !file.empty())
    options.secret = TRY(audit::watch::read_secret(file));
  return audit::watch::webhook_sink(std::move(options));
}

Result<std::unique_ptr<audit::watch::Sink>> make_mail(const base::Config& config) {
  audit::watch::MailOptions options;
  auto& server = options.server;
  const auto& tls = config.text("watch.mail_tls");
  using Tls = net::SmtpServer::Tls;
  server.tls = tls == "none" ? Tls::none : tls == "implicit" ? Tls::implicit : Tls::starttls;
  if (config.text("watch.mail_server").empty()) return lacks("mail", "watch.mail_server");
  const auto place = TRY(net::parse_host_port(
      config.text("watch.mail_server"), server.tls == Tls::implicit ? kSubmissionOverTls : kSubmission));
  server.host = place.host;
  server.port = place.port;
  options.from = TRY(mail::parse_address(config.text("watch.mail_from")));
  server.user = config.text("watch.mail_user");
  if (const auto& file = config.text("watch.mail_password_file"); !file.empty())
    server.password = TRY(audit::watch::read_secret(file));
  if (!server.user.empty() && server.password.empty()) return lacks("mail", "watch.mail_password_file");
  server.hello = config.text("watch.mail_hello");
  if (server.hello.empty()) server.hello = options.from.substr(options.from.rfind('@') + 1);
  server.ca_file = authorities();
  return audit::watch::mail_sink(std::move(options));
}

Result<std::unique_ptr<audit::watch::Sink>> make_sink(SinkKind kind, const base::Config& config,
                                                      Session& session) {
  const auto print = [&session](std::string_view text) { return session.print(text); };
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

Result<audit::watch::Sinks> make_sinks(const base::Config& config, Session& session,
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
        sent && !dry_run.empty() ? audit::watch::folder_sink(dry_run) : TRY(make_sink(kind, config, session));
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

}  // namespace rampart::cli
