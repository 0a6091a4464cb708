// The API as a part of a server: what its handlers share, its threads, and who follows events.
#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>

#include "accounts/common.h"
#include "base/swapped.h"
#include "server/api/handlers.h"
#include "server/api/hub.h"
#include "server/api/jobs.h"
#include "server/api/pool.h"
#include "server/api/router.h"
#include "server/api/routes/domain_parts.h"
#include "server/api/routes/mail_parts.h"
#include "server/api/streams.h"
#include "server/guard/guard_service.h"
#include "server/guard/scan_message.h"
#include "server/serve/helpers.h"
#include "server/serve/log.h"
#include "server/serve/mail_news.h"
#include "server/serve/stage.h"
#include "server/settings.h"

namespace rampart::server {

struct ApiPartOptions {
  const base::Swapped<base::Config>* config = nullptr;  // the one in effect
  store::Url store;
  GuardService* guard = nullptr;  // nullptr: it is another process's
  Helpers* helpers = nullptr;
  std::function<std::vector<api::PartHealth>()> health;
  const Stage* stage = nullptr;  // of a demonstration
  base::Time started{};
};

// What `io` is the loop of: the HTTP server's. Made, stopped and destroyed while nobody runs it, or on its thread.
class ApiPart {
 public:
  // Makes every slice's tables. `log` outlives it. Errors: of the store, of keys, or a description that does not fit its handlers.
  static base::Result<std::unique_ptr<ApiPart>> open(boost::asio::io_context& io,
                                                     const ServerSettings& settings, ApiPartOptions options,
                                                     Log& log);
  ~ApiPart();
  ApiPart(const ApiPart&) = delete;
  ApiPart& operator=(const ApiPart&) = delete;

  net::http::Handler& handler() { return *router_; }
  [[nodiscard]] const accounts::Common& common() const { return *common_; }
  // Who follows is told; from any thread, and never waits.
  api::Hub& hub() { return hub_; }
  void tell_mail(const guard::ToldEvent& event) { mail_news_->tell(event); }
  // What is over (sessions, links, jobs) goes, and the log's head is signed where an hour has gone; with a database of the caller's thread.
  base::Result<> sweep(store::Database& database, base::Time now);
  // Streams end. On the loop's thread.
  void stop();
  // Before the guard's close().
  void stop_scans() {
    if (scans_) scans_->stop();
  }

  struct Counts {
    std::uint64_t streams = 0;
    api::Jobs::Counts jobs;
    std::size_t waiting = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  ApiPart() = default;
  // Each resource's, in plain code (api_handlers.cc).
  void add_handlers(api::Handlers& handlers, const ServerSettings& settings, const ApiPartOptions& options);
  [[nodiscard]] std::unique_ptr<api::MailParts> mail_parts(const ApiPartOptions& options) const;

  // Later members use earlier ones.
  std::unique_ptr<accounts::Common> common_;
  std::optional<api::Description> description_;
  api::Hub hub_;
  std::unique_ptr<MailNews> mail_news_;
  std::unique_ptr<api::Jobs> jobs_;
  std::unique_ptr<api::Pool> pool_;
  std::unique_ptr<api::Streams> streams_;
  std::unique_ptr<api::Parts> parts_;
  std::shared_ptr<const base::Config> held_config_;  // shared with the server; of the next one
  std::unique_ptr<ScanDesk> scans_;                  // null: the guard is another process's
  std::unique_ptr<api::AuditParts> audits_;
  std::unique_ptr<api::MailParts> mail_;
  std::unique_ptr<api::Router> router_;
};

}  // namespace rampart::server
