// An HTTP/1.1 server of one loop: what is answered, a handler says. Bounded in connections, time and memory.
//
//   http::Server server(io, {}, handler);
//   const auto port = TRY(server.listen(*base::parse_endpoint("127.0.0.1:8892", 0)));     // of this machine alone
//   const auto place = TRY(server.listen({.place = "[::]:443", .allow_public = true, .tls = tls, .hosts = {"mail.example"}}));
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/ip.h"
#include "base/result.h"
#include "base/spool.h"
#include "net/http/forwarded.h"
#include "net/http/request.h"
#include "net/http/tls.h"

namespace rampart::net::http {

// What is sent to one client for as long as he stays, and ends when he or the handler says so: server-sent events (WHATWG HTML, section
// 9.2). Lives on the loop's thread.
class Stream {
 public:
  struct Piece {
    std::string text;
    bool more = false;  // there is more at once, even if there is no text yet
    bool end = false;   // the connection is closed behind it
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

// Called once with what is answered, from any thread and at any time: when the client, or the server, is gone, nothing happens. When all
// copies of one are gone without a call, the client is told that there is a fault (500).
using Done = std::function<void(Response)>;

// Lives on the loop's thread.
class Handler {
 public:
  // A body that may be larger than what one wants to hold: its first octets are in memory, the rest is in a file without a name.
  struct SpooledBody {
    std::size_t memory = std::size_t{256} << 10;  // octets
    std::string folder;                           // where the file is made
    std::function<void(base::Spool body, Done done)> answer;
  };

  // What is done with a request, once its head is there.
  struct Plan {
    std::optional<Response> refusal;  // nothing of its body is read, and the connection ends
    std::uint64_t body = 0;           // otherwise: octets that it may have
    // Called once with the body, on the loop's thread, unless the client is gone before; `done` then once, now or later. What a plan holds
    // (a place among those who may be served) is given back, on that thread, when it is destroyed.
    std::function<void(std::string body, Done done)> answer;
    // Instead of an answer; the connection ends with it.
    std::unique_ptr<Stream> stream = {};
    // Instead of `answer`: of an upload.
    std::optional<SpooledBody> spooled = {};
    // Instead of all others: what is done has to be found out first (who asks, before a large body is read or a stream begins). Called once, on
    // the loop's thread; `decide` then once, now or later, from any thread, with what makes the plan, which is called on the loop's thread and
    // must not put off again.
    std::function<void(std::function<void(std::function<Plan()>)> decide)> later = {};
  };
  virtual ~Handler() = default;
  virtual Plan plan(const Head& head) = 0;
};

inline constexpr std::size_t kWriteStep = std::size_t{256} << 10;  // octets; our own

// All our own.
struct ServerOptions {
  std::size_t max_connections =
      64;  // of all listeners; whoever comes then takes the place of one who is idle, or waits in the system's queue
  std::size_t max_per_address = 0;  // of them of one address, but for trusted proxies; 0: no limit of its own
  std::chrono::milliseconds head_time{
      10'000};  // from its first octet to its last; and for the first octet of a connection, and TLS
  std::chrono::milliseconds idle_time{10'000};   // between requests
  std::chrono::milliseconds body_time{60'000};   // for all of a body
  std::chrono::milliseconds write_time{30'000};  // for each kWriteStep of a response
  std::size_t max_requests = 1'000;              // of a connection
  std::chrono::milliseconds heartbeat{15'000};   // between signs of life of a stream that has nothing to say
  std::function<void(const std::string&)> log = {};  // faults of our own
};

// Where is listened, and who may come there.
struct Listener {
  // ADDRESS:PORT, as "192.0.2.1:443", "[::]:443"; "localhost:PORT", which is 127.0.0.1 and ::1; "unix:/PATH", whose folder says who may
  // connect. Port 0 leaves the choice to the system.
  std::string place;
  bool allow_public = false;            // an address that is not of this machine alone
  Handler* handler = nullptr;           // nullptr: the server's
  std::shared_ptr<ServerTls> tls = {};  // null: in clear; shared by the listeners that use the same files
  std::vector<std::string> hosts =
      {};  // those that Host may name, as Head::host has them; empty: any. Others get 421.
  std::vector<Network> trusted = {};  // proxies
  bool trust_unix = false;            // of a unix socket: whoever connects is a trusted proxy
  ForwardField forward_field = ForwardField::x_forwarded;  // what trusted proxies write
};

// "localhost", "127.0.0.1", "::1": for Listener::hosts. A page elsewhere cannot reach what listens there by a name of its own that it has
// resolve to 127.0.0.1.
std::vector<std::string> loopback_hosts();

class Server {
 public:
  // All must outlive it; `io` is run by one thread.
  Server(boost::asio::io_context& io, ServerOptions options, Handler& handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The port, which port 0 leaves to the system. Only of a loopback address. Errors are of kind config or io.
  base::Result<std::uint16_t> listen(const base::Endpoint& endpoint);
  // The place, with the port that the system chose for 0. Errors are of kind config or io. May be called several times.
  base::Result<std::string> listen(Listener listener);
  // Accepts nobody new, and ends streams, what waits for a request and what has not sent all of one. What is answered is written; `ended` is
  // called, once, when nothing of that is left. On the loop's thread.
  void stop(std::function<void()> ended = {});

  // From any thread.
  struct Counts {
    std::uint64_t connections = 0;  // of now
    std::uint64_t streams = 0;      // of now
    std::uint64_t requests = 0;     // whose head was read, since the start
    std::uint64_t refused =
        0;  // connections that were over a limit, and requests that were malformed or for another host
  };
  [[nodiscard]] Counts counts() const;

 private:
  class Loop;
  std::shared_ptr<Loop> loop_;  // shared with the coroutines of its connections
};

}  // namespace rampart::net::http
