// The API as an HTTP handler: finds the operation, asks the gate whether it may be done, checks what was sent, has a thread of the pool
// answer it.
//
//   Router router(TRY(Router::make({.description = description, .handlers = handlers, .pool = pool, .streams = streams, …})));
//   if (Router::is_ours(head.path)) return router.plan(head);
//
// Lives on the loop's thread. What needs the store happens on the pool; the loop's thread only matches paths and limits.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/http/server.h"
#include "server/api/description.h"
#include "server/api/gate.h"
#include "server/api/handlers.h"
#include "server/api/pool.h"
#include "server/api/streams.h"

namespace rampart::server::api {

struct RouterParts {
  const Description* description = nullptr;
  Handlers handlers;
  Pool* pool = nullptr;
  Streams* streams = nullptr;  // nullptr: nobody can follow events (503)
  GateOptions gate = {};
  std::function<base::Time()> clock = base::now;
  ReadBacklog backlog = {};   // empty: whoever comes again is told that events are lost
  std::string upload_folder;  // where bodies go that are not held in memory
  // A fault of ours, for the log: what, and where. Any thread.
  std::function<void(std::string_view what)> log = [](std::string_view) {};
};

class Router : public net::http::Handler {
 public:
  // Refused (kind internal) where an operation has no handler, or a handler no operation. All that `parts` points to outlives it.
  static base::Result<std::unique_ptr<Router>> make(RouterParts parts);

  ~Router() override;
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // Below /api/v1.
  static bool is_ours(std::string_view path);
  Plan plan(const net::http::Head& head) override;

 private:
  struct Route;
  struct Work;
  explicit Router(RouterParts parts);
  struct Match {
    const Route* route = nullptr;
    std::vector<std::string> allowed = {};  // methods of that path, where `route` is none
    std::multimap<std::string, std::string, std::less<>> values = {};
  };
  [[nodiscard]] Match match(const net::http::Head& head) const;
  [[nodiscard]] std::optional<Problem> refuse(const net::http::Head& head, const Operation& operation) const;
  Plan plan_known(const net::http::Head& head, Match found);
  Plan plan_answer(std::shared_ptr<Work> work);
  Plan plan_large(std::shared_ptr<Work> work);
  Plan plan_stream(std::shared_ptr<Work> work);
  void run(const std::shared_ptr<Work>& work, net::http::Done done);
  static net::http::Response too_busy(const Work& work);
  // On a thread of the pool:
  std::optional<Problem> pass(Work& work, Bench& bench);
  net::http::Response answer(Work& work, Bench& bench);
  std::optional<Problem> take_body(Work& work, Call::Parts& made) const;
  [[nodiscard]] Streams::Begin begin_stream(const Work& work, Bench& bench) const;
  void log_fault(const Work& work, const Problem& problem) const;

  RouterParts parts_;
  std::vector<Route> routes_;
};

}  // namespace rampart::server::api
