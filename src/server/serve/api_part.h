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
#include "server/api/streams.h"
#include "server/guard/guard_service.h"
#include "server/serve/log.h"
#include "server/settings.h"

namespace rampart::server {

struct ApiPartOptions {
  const base::Swapped<base::Config>* config = nullptr;  // the one in effect
  store::Url store;
  GuardService* guard = nullptr;  // nullptr: it is another process's
  std::function<std::vector<api::PartHealth>()> health;
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
  void tell_mail(const guard::ToldEvent& event);
  // What is over (sessions, links, jobs) goes, and the log's head is signed where an hour has gone; with a database of the caller's thread.
  base::Result<> sweep(store::Database& database, base::Time now);
  // Streams end. On the loop's thread.
  void stop();

  struct Counts {
    std::uint64_t streams = 0;
    api::Jobs::Counts jobs;
    std::size_t waiting = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  ApiPart() = default;

  // Later members use earlier ones.
  std::unique_ptr<accounts::Common> common_;
  std::optional<api::Description> description_;
  api::Hub hub_;
  std::unique_ptr<api::Jobs> jobs_;
  std::unique_ptr<api::Pool> pool_;
  std::unique_ptr<api::Streams> streams_;
  std::unique_ptr<api::Parts> parts_;
  std::unique_ptr<api::Router> router_;
};

}  // namespace rampart::server
