#include "net/http/server.h"

#include <array>
#include <list>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "net/resolvers.h"

namespace rampart::net::http {

namespace asio = boost::asio;
using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using base::ErrorKind;
using boost::system::error_code;

namespace {

constexpr std::size_t kRead = std::size_t{16} << 10;         // octets at a time
constexpr std::chrono::milliseconds kAcceptAgain{200};       // when no descriptor is left, or no place
constexpr std::chrono::milliseconds kLinger{2'000};          // for what a client that was refused still sends
constexpr std::size_t kMostIgnored = std::size_t{16} << 10;  // octets that the client of a stream sends
constexpr int kStreamBuffer =
    64 << 10;  // octets that the kernel holds for a stream, so that a slow reader is soon known
constexpr std::string_view kHeartbeat = ":\n\n";  // a comment
constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: "
    "no\r\n"
    "Connection: close\r\n\r\n";
constexpr std::size_t kMostLingered = std::size_t{1} << 20;

Response of_error(const base::Error& error) {
  return error_response(error.kind == ErrorKind::unavailable ? 413U : 400U, error.what);
}

}  // namespace

class Server::Loop : public std::enable_shared_from_this<Loop> {
 public:
  Loop(asio::io_context& io, ServerOptions options, Handler& handler)
      : io_(io), options_(options), handler_(handler), acceptor_(io) {}

  base::Result<std::uint16_t> listen(const base::Endpoint& endpoint) {
    if (!is_loopback(endpoint.address))
      return base::fail(ErrorKind::config, "is no address of this machine alone", endpoint.text(),
                        "listen at 127.0.0.1 or ::1, and put a proxy with TLS before it");
    error_code error;
    const tcp::endpoint place(asio::ip::make_address(endpoint.address.text()), endpoint.port);
    acceptor_.open(place.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(place, error);
    if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
    if (error)
      return base::fail(ErrorKind::io, fmt::format("cannot listen: {}", error.message()), endpoint.text(),
                        error == asio::error::address_in_use
                            ? "another program listens there: stop it, or choose another port"
                        : error == boost::system::errc::address_not_available
                            ? "name an address of this machine, such as 127.0.0.1"
                            : "");
    asio::co_spawn(io_, accept(shared_from_this()), asio::detached);
    return acceptor_.local_endpoint().port();
  }

  void stop(std::function<void()> ended) {
    stopping_ = true;
    ended_ = std::move(ended);
    error_code ignored;
    acceptor_.close(ignored);
    for (auto* connection : connections_) {
      if (connection->answers) continue;
      connection->socket.close(ignored);
      connection->timer.cancel();
    }
    tell_end();
  }

 private:
  struct Connection {
    Connection(tcp::socket from, asio::io_context& io) : socket(std::move(from)), timer(io) {}
    tcp::socket socket;
    asio::steady_timer timer;
    RequestReader reader;
    bool idle = true;        // between requests
    bool answers = false;    // a request is there, and its answer is made or written
    std::size_t served = 0;  // requests
  };

  // Whatever a client does or leaves undone, its socket closes then.
  static void limit(const std::shared_ptr<Connection>& connection, std::chrono::milliseconds time) {
    connection->timer.expires_after(time);
    connection->timer.async_wait([weak = std::weak_ptr(connection)](const error_code& error) {
      const auto there = error ? nullptr : weak.lock();
      error_code ignored;
      if (there) there->socket.close(ignored);
    });
  }

  static awaitable<void> accept(std::shared_ptr<Loop> self) {
    asio::steady_timer pause(self->io_);
    while (self->acceptor_.is_open()) {
      error_code error;
      tcp::socket socket(self->io_);
      if (self->connections_.size() < self->options_.max_connections)
        co_await self->acceptor_.async_accept(socket, redirect_error(use_awaitable, error));
      if (!self->acceptor_.is_open()) co_return;
      if (error || !socket.is_open()) {
        pause.expires_after(kAcceptAgain);
        co_await pause.async_wait(redirect_error(use_awaitable, error));
        continue;
      }
      socket.set_option(tcp::no_delay(true), error);
      // Shared with its timer, which may come when it is gone.
      const auto connection = std::make_shared<Connection>(std::move(socket), self->io_);
      self->connections_.push_back(connection.get());
      asio::co_spawn(self->io_, serve(self, connection), asio::detached);
    }
  }

  static awaitable<void> serve(std::shared_ptr<Loop> self, std::shared_ptr<Connection> connection) {
    while (!self->stopping_ && co_await self->serve_one(connection)) connection->reader.next();
    connection->timer.cancel();
    self->connections_.remove(connection.get());
    self->tell_end();
  }

  void tell_end() {
    if (stopping_ && connections_.empty() && ended_) std::exchange(ended_, {})();
  }

  // The next stage of the request; nothing when the client is gone or too slow.
  awaitable<std::optional<base::Result<RequestReader::Stage>>> advance(
      const std::shared_ptr<Connection>& connection) {
    std::array<char, kRead> buffer;
    for (;;) {
      auto stage = connection->reader.advance();
      if (!stage || *stage != RequestReader::Stage::more) co_return stage;
      error_code error;
      const auto got = co_await connection->socket.async_read_some(asio::buffer(buffer),
                                                                   redirect_error(use_awaitable, error));
      if (error) co_return std::nullopt;
      if (std::exchange(connection->idle, false)) limit(connection, options_.head_time);
      connection->reader.feed({buffer.data(), got});
    }
  }

  // False: the connection is over.
  awaitable<bool> serve_one(const std::shared_ptr<Connection>& connection) {
    connection->idle = !connection->reader.begun();
    limit(connection, options_.head_time);
    const auto stage = co_await advance(connection);
    if (!stage) co_return false;
    if (!*stage) co_return co_await refuse(connection, of_error(stage->error()), false);
    const bool last = !connection->reader.head().keep_alive || ++connection->served >= options_.max_requests;
    const bool head_only = connection->reader.head().method == "HEAD";
    auto plan = handler_.plan(connection->reader.head());
    if (plan.refusal) co_return co_await refuse(connection, *plan.refusal, head_only);
    limit(connection, options_.body_time);
    if (connection->reader.head().awaits_word && connection->reader.head().length.value_or(0) <= plan.body &&
        !co_await write(connection, "HTTP/1.1 100 Continue\r\n\r\n"))
      co_return false;
    connection->reader.take_body(plan.body);
    const auto body = co_await advance(connection);
    if (!body) co_return false;
    if (!*body) co_return co_await refuse(connection, of_error(body->error()), head_only);
    connection->timer.cancel();
    if (plan.stream) co_return co_await stream(connection, *plan.stream);
    connection->answers = true;
    const auto response = co_await answer(plan, connection->reader.body());
    limit(connection, options_.write_time);
    const bool written = co_await write(connection, format(response, last || stopping_, head_only));
    connection->answers = false;
    co_return written && !last;
  }

  // Until the client is gone, or reads so slowly that a piece is not written in time.
  awaitable<bool> stream(const std::shared_ptr<Connection>& connection, Stream& source) {
    struct Wait {
      explicit Wait(asio::io_context& io) : timer(io) {}
      asio::steady_timer timer;
      bool woken = false;
    };
    const auto wait = std::make_shared<Wait>(io_);  // shared with who wakes it
    source.on_wake([wait] {
      wait->woken = true;
      wait->timer.cancel();
    });
    error_code error;
    connection->socket.set_option(tcp::socket::send_buffer_size(kStreamBuffer), error);
    asio::co_spawn(io_, watch(connection, [wait] { wait->timer.cancel(); }), asio::detached);
    limit(connection, options_.write_time);
    bool there = co_await write(connection, std::string(kStreamHead));
    while (there && !stopping_ && connection->socket.is_open()) {
      wait->woken = false;
      auto piece = source.take();
      if (piece.text.empty() && piece.more) {
        co_await asio::post(io_, use_awaitable);  // others have their turn
        continue;
      }
      if (piece.text.empty()) {
        connection->timer.cancel();
        wait->timer.expires_after(options_.heartbeat);
        co_await wait->timer.async_wait(redirect_error(use_awaitable, error));
        if (wait->woken || stopping_ || !connection->socket.is_open()) continue;
        piece.text = kHeartbeat;
      }
      limit(connection, options_.write_time);
      there = co_await write(connection, std::move(piece.text));
    }
    connection->socket.close(error);  // ends the watch, too
    co_return false;
  }

  // Closes the connection of a stream when the client is gone. What he sends is nothing to us.
  static awaitable<void> watch(std::shared_ptr<Connection> connection, std::function<void()> gone) {
    std::array<char, 256> buffer;
    error_code error;
    for (std::size_t taken = 0; !error && taken < kMostIgnored;)
      taken += co_await connection->socket.async_read_some(asio::buffer(buffer),
                                                           redirect_error(use_awaitable, error));
    connection->socket.close(error);
    gone();
  }

  awaitable<Response> answer(const Handler::Plan& plan, std::string body) {
    struct Wait {
      explicit Wait(asio::io_context& io) : timer(io, asio::steady_timer::time_point::max()) {}
      asio::steady_timer timer;
      std::optional<Response> response;
    };
    const auto wait = std::make_shared<Wait>(io_);  // shared with `done`, which may be called later
    plan.answer(std::move(body), [wait](Response response) {
      wait->response = std::move(response);
      wait->timer.cancel();
    });
    error_code ignored;
    while (!wait->response) co_await wait->timer.async_wait(redirect_error(use_awaitable, ignored));
    co_return *std::move(wait->response);
  }

  // Says no, and takes for a while what the client still sends: a socket that is closed over unread octets is reset, and the client
  // may lose what it was told.
  awaitable<bool> refuse(const std::shared_ptr<Connection>& connection, const Response& response,
                         bool head_only) {
    limit(connection, options_.write_time);
    connection->answers = true;
    const bool written = co_await write(connection, format(response, true, head_only));
    connection->answers = false;
    if (!written || stopping_) co_return false;
    error_code error;
    connection->socket.shutdown(tcp::socket::shutdown_send, error);
    limit(connection, kLinger);
    std::array<char, kRead> buffer;
    for (std::size_t taken = 0; !error && taken < kMostLingered;)
      taken += co_await connection->socket.async_read_some(asio::buffer(buffer),
                                                           redirect_error(use_awaitable, error));
    co_return false;
  }

  static awaitable<bool> write(const std::shared_ptr<Connection>& connection, std::string text) {
    error_code error;
    co_await asio::async_write(connection->socket, asio::buffer(text), redirect_error(use_awaitable, error));
    co_return !error;
  }

  asio::io_context& io_;
  ServerOptions options_;
  Handler& handler_;
  tcp::acceptor acceptor_;
  std::list<Connection*> connections_;
  bool stopping_ = false;
  std::function<void()> ended_;
};

Server::Server(asio::io_context& io, ServerOptions options, Handler& handler)
    : loop_(std::make_shared<Loop>(io, options, handler)) {}

Server::~Server() { loop_->stop({}); }

base::Result<std::uint16_t> Server::listen(const base::Endpoint& endpoint) { return loop_->listen(endpoint); }
void Server::stop(std::function<void()> ended) { loop_->stop(std::move(ended)); }

}  // namespace rampart::net::http
