#include "server/setup/mail_relay.h"

#include <cstdlib>

#include <fmt/format.h>

#include "audit/watch/sinks.h"

namespace rampart::server {
namespace {

constexpr std::uint16_t kSubmission = 587;         // RFC 6409
constexpr std::uint16_t kSubmissionOverTls = 465;  // RFC 8314

}  // namespace

std::string certificate_authorities() {
  const char* file = std::getenv("SSL_CERT_FILE");  // NOLINT(concurrency-mt-unsafe): one thread sets up
  return file == nullptr ? "" : file;
}

base::Result<net::SmtpServer> mail_relay(const base::Config& config, const std::string& prefix,
                                         std::string_view what, std::string_view from) {
  using Tls = net::SmtpServer::Tls;
  const auto lacks = [&](const std::string& name) {
    const auto key = prefix + name;
    const auto* setting = config.schema().find(key);
    const bool option = setting != nullptr && !setting->option.empty();
    return base::fail(
        base::ErrorKind::config, fmt::format("is not set, and {} needs it", what), key,
        fmt::format("set it{}: rampart config explain {}",
                    option ? fmt::format(", or give {} {}", setting->option, setting->value_name) : "", key));
  };
  net::SmtpServer server;
  const auto& tls = config.text(prefix + "tls");
  server.tls = tls == "none" ? Tls::none : tls == "implicit" ? Tls::implicit : Tls::starttls;
  if (config.text(prefix + "server").empty()) return lacks("server");
  const auto place = TRY(net::parse_host_port(
      config.text(prefix + "server"), server.tls == Tls::implicit ? kSubmissionOverTls : kSubmission));
  server.host = place.host;
  server.port = place.port;
  server.user = config.text(prefix + "user");
  if (const auto& file = config.text(prefix + "password_file"); !file.empty())
    server.password = TRY(audit::watch::read_secret(file));
  if (!server.user.empty() && server.password.empty()) return lacks("password_file");
  server.hello = config.text(prefix + "hello");
  if (server.hello.empty()) server.hello = from.substr(from.rfind('@') + 1);
  server.ca_file = certificate_authorities();
  return server;
}

}  // namespace rampart::server
