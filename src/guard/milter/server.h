// Milter connections of one loop: bytes in and out, one coroutine each. What is decided, a Decider says.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "base/result.h"
#include "guard/milter/admission.h"
#include "guard/milter/listener.h"
#include "guard/milter/session.h"

namespace rampart::guard::milter {

// Lives on the loop's thread.
class Decider {
 public:
  virtual ~Decider() = default;
  // The message of the session is whole, and stays as it is until `done` is called: once, on the same thread, now or later.
  virtual void decide(Session& session, std::function<void(Answer)> done) = 0;
  // Whether a message may wait for a place (ServerOptions::most_wait).
  virtual bool may_wait() { return true; }
  // There was no room for it in time.
  virtual Answer overloaded() = 0;
  // A connection that is closed because of what came over it, or an answer that did not reach the MTA: for the log.
  virtual void trouble(const std::string& what) = 0;
};

struct ServerOptions {
  SessionOptions session;
  std::chrono::milliseconds most_wait{5000};   // for a place; our own, far below an MTA's 30 s for a command
  std::chrono::milliseconds progress{10'000};  // between signs of life while a decision takes long
  std::size_t max_connections = 10'000;        // of a loop; further ones wait in the kernel's queue
};

class Server {
 public:
  // All must outlive it; `io` is run by one thread.
  Server(boost::asio::io_context& io, ServerOptions options, Admission& admission, Decider& decider);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // May be called for several; what has connected is served while `io` runs. `place` is what their sessions say of where that was, and
  // names it to leave(). On the loop's thread, or before that runs.
  base::Result<> serve(const Listener& listener, std::string place);
  // Accepts nobody more there; connections that were made there end behind their next answer. On the loop's thread.
  void leave(const std::string& place);

  // Accepts nobody new; connections end when their message is answered. On the loop's thread.
  void stop();
  [[nodiscard]] std::size_t connections() const;

 private:
  class Loop;
  std::shared_ptr<Loop> loop_;
};

}  // namespace rampart::guard::milter
