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

#include <boost/asio/io_context.hpp>

#include "base/ip.h"
#include "base/result.h"
#include "net/http/request.h"

namespace rampart::net::http {

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
  // Accepts nobody new, and ends what waits for a request. On the loop's thread.
  void stop();

 private:
  class Loop;
  std::shared_ptr<Loop> loop_;  // shared with the coroutines of its connections
};

}  // namespace rampart::net::http
