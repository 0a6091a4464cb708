// What is answered where: the console's place (the console's files, the API, health and metrics), and the public one, which has a few routes
// of its own and no sign-in.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "net/http/forwarded.h"
#include "net/http/server.h"
#include "server/console.h"

namespace rampart::server {

struct ConsoleSiteParts {
  net::http::Handler* api = nullptr;  // below /api; nullptr: there is none here
  const Console* console = nullptr;
  std::function<net::http::Response()> health;
  std::function<net::http::Response()> readiness;
  std::function<std::string()> metrics;
  std::vector<net::http::Network> metrics_from;  // for all others it is not there
};

// Lives on the loop's thread.
class ConsoleSite : public net::http::Handler {
 public:
  explicit ConsoleSite(ConsoleSiteParts parts) : parts_(std::move(parts)) {}
  Plan plan(const net::http::Head& head) override;

 private:
  ConsoleSiteParts parts_;
};

struct PublicSiteParts {
  // A link of a digest, from whoever has it; empty: none are answered.
  std::function<void(bool post, const std::string& query, net::http::Done done)> digest_link;
  // POST /reports/tls (RFC 8460 section 5.4); empty: reports are not taken.
  std::function<net::http::Handler::Plan(const net::http::Head&)> tls_report;
};

class PublicSite : public net::http::Handler {
 public:
  explicit PublicSite(PublicSiteParts parts) : parts_(std::move(parts)) {}
  Plan plan(const net::http::Head& head) override;

 private:
  PublicSiteParts parts_;
};

}  // namespace rampart::server
