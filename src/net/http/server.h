// A small HTTP/1.1 server of one loop, for loopback: what is answered, a handler says. Bounded in connections, time and memory.
//
//   http::Server server(io, {}, handler);
//   const auto port = TRY(server.listen(*base::parse_endpoint("127.0.0.1:8892", 0)));
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "base/ip.h"
#include "base/result.h"
#include "net/http/request.h"

namespace rampart::net::http {

// What is sent to one client for as long as he stays, and never ends by itself: server-sent events (WHATWG HTML, section 9.2). Lives on the
// loop's thread.
class Stream {
 public:
  struct Piece {
    std::string text;
    bool more = false;  // there is more at once, even if there is no text yet
  };
  virtual ~Stream() = default;
  // What there is to send now; asked again when that is written, and, after an empty piece, when wake() was called.
  virtual Piece take() = 0;

  void wake() {
    if (on_wake_) on_wake_();
  }
  void on_wake(std::function<void()> what) { on_wake_ = std::move(what); }

 private:
  std::function<void()> on_wake_;
};

// Lives on the loop's thread.
class Handler {
 public:
  // What is done with a request, once its head is there.
  struct Plan {
    std::optional<Response> refusal;  // nothing of its body is read, and the connection ends
    std::uint64_t body = 0;           // otherwise: octets that it may have
    // Called once with the body, unless the client is gone before; `done` then once, now or later. What a plan holds (a place among
    // those who may be served) is given back when it is destroyed.
    std::function<void(std::string body, std::function<void(Response)> done)> answer;
    // Instead of an answer; the connection ends with it.
    std::unique_ptr<Stream> stream = {};
  };
  virtual ~Handler() = default;
  virtual Plan plan(const Head& head) = 0;
};

// All our own.
struct ServerOptions {
  std::size_t max_connections = 64;
  std::chrono::milliseconds head_time{10'000};   // from its first octet to its last, and as long before it
  std::chrono::milliseconds body_time{60'000};   // the same for the body
  std::chrono::milliseconds write_time{30'000};  // for a response
  std::size_t max_requests = 1'000;              // of a connection
  std::chrono::milliseconds heartbeat{15'000};   // between signs of life of a stream that has nothing to say
};

class Server {
 public:
  // All must outlive it; `io` is run by one thread.
  Server(boost::asio::io_context& io, ServerOptions options, Handler& handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The port, which port 0 leaves to the system. Only of a loopback address: there is no TLS here. Errors are of kind config or io.
  base::Result<std::uint16_t> listen(const base::Endpoint& endpoint);
  // Accepts nobody new, and ends streams, what waits for a request and what has not sent all of one. What is answered is written; `ended` is
  // called, once, when nothing of that is left. On the loop's thread.
  void stop(std::function<void()> ended = {});

 private:
  class Loop;
  std::shared_ptr<Loop> loop_;  // shared with the coroutines of its connections
};

}  // namespace rampart::net::http
