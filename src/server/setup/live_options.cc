#include "server/setup/live_options.h"

#include <algorithm>
#include <cstdlib>

#include "net/resolvers.h"

namespace rampart::server {

base::Result<net::LiveOptions> live_options(const base::Config& config) {
  net::LiveOptions options;
  for (const auto& text : config.list("dns.resolvers"))
    options.resolvers.push_back(
        *base::parse_endpoint(text, net::kDnsPort));  // the setting's check has passed it
  if (options.resolvers.empty()) options.resolvers = TRY(net::system_resolvers());
  options.trust_ad = config.boolean("dns.trust_ad");
  options.authoritative = config.boolean("dns.authoritative");
  options.timeout = config.duration("dns.timeout");
  options.tries = static_cast<std::size_t>(config.integer("dns.tries"));
  options.cap.most = static_cast<std::size_t>(config.integer("dns.max_outstanding"));
  options.probes.allow_private = config.boolean("probe.allow_private");
  // Whoever lets probes into private networks has name servers there, too.
  options.zone_servers.allow_private = options.probes.allow_private;
  const auto& probes = config.list("audit.probe");
  const auto wanted = [&](std::string_view kind) { return std::ranges::find(probes, kind) != probes.end(); };
  if (wanted("https")) {
    options.probes.https = net::HttpsOptions{.timeout = config.duration("probe.timeout")};
    // OpenSSL, and so the SMTP probe, heeds it by itself; libcurl leaves it to its callers.
    if (const char* roots = std::getenv("SSL_CERT_FILE"); roots != nullptr)
      options.probes.https->ca_file = roots;
  }
  if (wanted("smtp")) options.probes.smtp = net::SmtpOptions{.timeout = config.duration("probe.timeout")};
  return options;
}

void share_live_options(net::LiveOptions& options, std::size_t providers) {
  const auto share = [&](std::size_t of) { return std::max<std::size_t>(1, of / providers); };
  options.cap.most = share(options.cap.most);
  options.cache_entries = share(options.cache_entries);
  options.cap.initial = std::min(share(options.cap.initial), options.cap.most);
  options.cap.least = std::min(share(options.cap.least), options.cap.most);
}

}  // namespace rampart::server
