#include "net/http/server.h"

#include <algorithm>
#include <list>
#include <map>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "base/text.h"
#include "net/http/connection.h"
#include "net/http/door.h"
#include "net/http/security_headers.h"

namespace rampart::net::http {

namespace asio = boost::asio;
using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;
using State = Connection::State;
using Stage = RequestReader::Stage;

namespace {

// All our own.
constexpr std::chrono::milliseconds kAcceptAgain{200};       // when no descriptor is left
constexpr std::chrono::milliseconds kLinger{2'000};          // for what a client that was refused still sends
constexpr std::size_t kMostLingered = std::size_t{1} << 20;  // octets of that
constexpr std::size_t kMostIgnored = std::size_t{16} << 10;  // octets that the client of a stream sends
constexpr int kStreamBuffer =
    64 << 10;  // octets that the kernel holds for a stream, so that a slow reader is soon known
constexpr std::chrono::milliseconds kSweep{250};  // at most between looks at who is late
constexpr std::string_view kHeartbeat = ":\n\n";  // a comment
constexpr unsigned kNetworkOf6 = 64;  // bits: one who has an IPv6 address has all of such a network

std::string stream_head(bool secure) {
  std::string out =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: "
      "no\r\n";
  for (const auto& [name, value] : base_security())
    out.append(name).append(": ").append(value).append("\r\n");
  if (secure) out.append("Strict-Transport-Security: ").append(kStrictTransport).append("\r\n");
  return out + "Connection: close\r\n\r\n";
}

bool is_trusted(const Listener& listener, const base::IpAddress& address) {
  return std::ranges::any_of(listener.trusted, [&](const Network& network) { return network.has(address); });
}

// One of a number, as long as it is there.
class Counted {
 public:
  explicit Counted(std::atomic<std::uint64_t>& of) : of_(of) { of_.fetch_add(1, std::memory_order_relaxed); }
  ~Counted() { of_.fetch_sub(1, std::memory_order_relaxed); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::atomic<std::uint64_t>& of_;
};

}  // namespace

std::vector<std::string> loopback_hosts() { return {"localhost", "127.0.0.1", "::1"}; }

class Server::Loop : public std::enable_shared_from_this<Loop> {
 public:
  Loop(asio::io_context& io, ServerOptions options, Handler& handler)
      : io_(io),
        options_(std::move(options)),
        handler_(handler),
        sweeper_(io),
        room_(io, Connection::Clock::time_point::max()) {
    gate_->io = &io;
  }

  base::Result<std::string> listen(Listener listener) {
    if (listener.handler == nullptr) listener.handler = &handler_;
    const auto shared = std::make_shared<const Listener>(std::move(listener));
    auto opened = TRY(open_doors(io_, shared));
    for (auto& door : opened.doors) {
      doors_.push_back(std::move(door));
      asio::co_spawn(io_, accept(shared_from_this(), doors_.back()), asio::detached);
    }
    return std::move(opened.place);
  }

  void stop(std::function<void()> ended) {
    stopping_ = true;
    ended_ = std::move(ended);
    for (const auto& door : doors_) door->close();
    room_.cancel();
    for (auto* connection : connections_)
      if (connection->state != State::answering) connection->close();
    tell_end();
  }

  // The server goes: nobody is answered any more.
  void end() {
    {
      const std::unique_lock lock(gate_->mutex);
      gate_->io = nullptr;
    }
    stop({});
    for (auto* connection : connections_) connection->close();
  }

  [[nodiscard]] Counts counts() const {
    return {.connections = open_.load(std::memory_order_relaxed),
            .streams = streams_.load(std::memory_order_relaxed),
            .requests = requests_.load(std::memory_order_relaxed),
            .refused = refused_.load(std::memory_order_relaxed)};
  }

 private:
  using Shared = std::shared_ptr<Connection>;  // shared by its coroutines

  // ---- Who comes

  [[nodiscard]] bool is_full() const { return connections_.size() >= options_.max_connections; }

  // Of those who have been answered and say nothing, the one who has for longest makes room.
  bool end_idle() {
    Connection* found = nullptr;
    for (auto* connection : connections_) {
      if (connection->state != State::idle || connection->served == 0 || !connection->channel->is_open())
        continue;
      if (found == nullptr || connection->idle_since < found->idle_since) found = connection;
    }
    if (found != nullptr) found->close();
    return found != nullptr;
  }

  static awaitable<void> accept(std::shared_ptr<Loop> self, std::shared_ptr<Door> door) {
    asio::steady_timer pause(self->io_);
    auto& acceptor = door->acceptor;
    while (acceptor.is_open()) {
      error_code error;
      if (self->is_full()) {
        co_await acceptor.async_wait(asio::socket_base::wait_read, redirect_error(use_awaitable, error));
        if (acceptor.is_open() && self->is_full() && !self->end_idle()) {
          co_await self->room_.async_wait(redirect_error(use_awaitable, error));
          continue;
        }
        if (!acceptor.is_open()) co_return;
      }
      Channel::Socket socket(self->io_);
      Door::Endpoint from;
      co_await acceptor.async_accept(socket, from, redirect_error(use_awaitable, error));
      if (!acceptor.is_open()) co_return;
      if (error) {
        pause.expires_after(kAcceptAgain);
        co_await pause.async_wait(redirect_error(use_awaitable, error));
        continue;
      }
      self->begin(*door, std::move(socket), door->client(from));
    }
  }

  void begin(const Door& door, Channel::Socket socket, const base::IpAddress& from) {
    const auto& listener = *door.listener;
    const bool counted = options_.max_per_address != 0 && !door.is_unix() && !is_trusted(listener, from);
    if (counted && of_address_[key_of(from)] >= options_.max_per_address) {
      count(refused_);
      return;  // it closes
    }
    if (!door.is_unix()) set_no_delay(socket);
    auto channel = listener.tls ? make_tls_channel(std::move(socket), listener.tls->context())
                                : make_clear_channel(std::move(socket));
    const auto connection = std::make_shared<Connection>(std::move(channel), door.listener,
                                                         Client{from, listener.tls != nullptr}, io_);
    connection->by_unix = door.is_unix();
    connection->counted = counted;
    if (counted) ++of_address_[key_of(from)];
    connections_.push_back(connection.get());
    open_.store(connections_.size(), std::memory_order_relaxed);
    sweep_soon();
    asio::co_spawn(io_, serve(shared_from_this(), connection), asio::detached);
  }

  static base::IpAddress key_of(const base::IpAddress& address) {
    return address.is_v6() ? address.masked(kNetworkOf6) : address;
  }

  void forget(const Connection& connection) {
    if (connection.counted) {
      const auto found = of_address_.find(key_of(connection.socket.address));
      if (--found->second == 0) of_address_.erase(found);
    }
    connections_.remove(&const_cast<Connection&>(connection));
    open_.store(connections_.size(), std::memory_order_relaxed);
    room_.cancel();
    if (connections_.empty()) sweeper_.cancel();
    tell_end();
  }

  void tell_end() {
    if (stopping_ && connections_.empty() && ended_) std::exchange(ended_, {})();
  }

  // Ends whoever is late, as long as there is anybody.
  void sweep_soon() {
    if (std::exchange(sweeping_, true)) return;
    sweep();
  }
  void sweep() {
    const auto now = Connection::Clock::now();
    auto next = now + kSweep;
    for (auto* connection : connections_) {
      if (connection->deadline <= now)
        connection->close();
      else
        next = std::min(next, connection->deadline);
    }
    if (connections_.empty()) {
      sweeping_ = false;
      return;
    }
    sweeper_.expires_at(next);
    sweeper_.async_wait([self = shared_from_this()](const error_code&) { self->sweep(); });
  }

  static void count(std::atomic<std::uint64_t>& what) { what.fetch_add(1, std::memory_order_relaxed); }

  void log(const std::exception& fault) const {
    if (options_.log) options_.log(fmt::format("a fault of rampart's own: {}", fault.what()));
  }

  // ---- What one says

  static awaitable<void> serve(std::shared_ptr<Loop> self, Shared connection) {
    try {
      connection->limit(self->options_.head_time);
      if (co_await connection->channel->begin())
        while (!self->stopping_ && co_await self->serve_one(connection)) connection->reader.next();
    } catch (const std::exception& fault) {
      self->log(fault);
    }
    connection->close();
    self->forget(*connection);
  }

  // The next stage of the request; nothing when the client is gone or too slow.
  awaitable<std::optional<base::Result<Stage>>> advance(const Shared& connection) {
    for (;;) {
      auto stage = connection->reader.advance();
      if (!stage || *stage != Stage::more) co_return stage;
      const auto got = co_await connection->channel->read(connection->buffer);
      if (got == 0) co_return std::nullopt;
      if (connection->state == State::idle) {
        connection->state = State::reading;
        connection->limit(options_.head_time);
      }
      connection->reader.feed({connection->buffer.data(), got});
    }
  }

  // False: the connection is over.
  awaitable<bool> serve_one(const Shared& connection) {
    auto& reader = connection->reader;
    connection->state = reader.begun() ? State::reading : State::idle;
    connection->idle_since = Connection::Clock::now();
    connection->deadline =
        connection->idle_since +
        (connection->served == 0 || reader.begun() ? options_.head_time : options_.idle_time);
    auto stage = co_await advance(connection);
    if (!stage) co_return false;
    if (!*stage) co_return co_await refuse_error(connection, stage->error());
    count(requests_);
    ++connection->served;
    auto& head = reader.head();
    const auto& listener = *connection->listener;
    const auto client = connection->client(head.fields);
    head.peer = client.address;
    head.secure = client.secure;
    const bool last = !head.keep_alive || connection->served >= options_.max_requests;
    if (!listener.hosts.empty() && std::ranges::find(listener.hosts, head.host) == listener.hosts.end()) {
      count(refused_);
      co_return co_await refuse(
          connection, error_response(421, "this is no host of this server", base::excerpt(head.host, 80)));
    }
    auto plan = ask(listener, head);
    if (plan.later) {
      auto decided = co_await wait_for_plan(connection, plan);
      if (!decided) co_return false;
      plan = *std::move(decided);
    }
    if (plan.refusal) {
      if (last || head.length.value_or(0) != 0) co_return co_await refuse(connection, *plan.refusal);
      connection->state = State::answering;
      co_return co_await send(connection, *plan.refusal, false);
    }
    if (!co_await take_body(connection, plan)) co_return false;
    if (plan.stream) co_return co_await stream(connection, *plan.stream);
    const auto response = co_await answer(connection, plan);
    if (!response) co_return false;
    const bool over = last || stopping_;
    if (!co_await send(connection, *response, over)) co_return false;
    if (over) connection->channel->finish();
    co_return !over;
  }

  Handler::Plan ask(const Listener& listener, const Head& head) {
    try {
      return listener.handler->plan(head);
    } catch (const std::exception& fault) {
      log(fault);
      return {.refusal = error_response(500, "a fault of rampart's own"), .body = 0, .answer = {}};
    }
  }

  // What was put off, once it is decided; nothing when the client is gone before.
  awaitable<std::optional<Handler::Plan>> wait_for_plan(const Shared& connection, const Handler::Plan& plan) {
    connection->state = State::answering;
    connection->limit_nothing();
    connection->response.reset();
    connection->planned = {};
    connection->wake.expires_at(Connection::Clock::time_point::max());
    const auto fault = [] {
      return Handler::Plan{
          .refusal = error_response(500, "a fault of rampart's own"), .body = 0, .answer = {}};
    };
    try {
      plan.later([to = std::make_shared<Answer>(gate_, connection)](std::function<Handler::Plan()> planned) {
        to->decide(std::move(planned));
      });
    } catch (const std::exception& error) {
      log(error);
      co_return fault();
    }
    error_code ignored;
    while (!connection->planned && !connection->response && connection->channel->is_open())
      co_await connection->wake.async_wait(redirect_error(use_awaitable, ignored));
    if (!connection->channel->is_open()) co_return std::nullopt;
    if (!connection->planned) co_return fault();  // nobody decided
    try {
      auto decided = std::exchange(connection->planned, {})();
      if (decided.later) co_return fault();
      connection->state = State::reading;
      co_return decided;
    } catch (const std::exception& error) {
      log(error);
      co_return fault();
    }
  }

  // False: the connection is over.
  awaitable<bool> take_body(const Shared& connection, const Handler::Plan& plan) {
    auto& reader = connection->reader;
    const auto length = reader.head().length.value_or(0);
    std::optional<base::Spool> spool;
    if (plan.spooled) spool.emplace(plan.spooled->memory, plan.spooled->folder);
    reader.take_body(plan.body, std::move(spool));
    connection->limit(options_.body_time);
    if (reader.head().awaits_word && length != 0 && length <= plan.body &&
        !co_await connection->channel->write("HTTP/1.1 100 Continue\r\n\r\n", {}))
      co_return false;
    const auto stage = co_await advance(connection);
    if (!stage) co_return false;
    if (!*stage) co_return co_await refuse_error(connection, stage->error());
    co_return true;
  }

  awaitable<std::optional<Response>> answer(const Shared& connection, const Handler::Plan& plan) {
    connection->state = State::answering;
    connection->limit_nothing();
    connection->response.reset();
    connection->wake.expires_at(Connection::Clock::time_point::max());
    try {
      Done done = [to = std::make_shared<Answer>(gate_, connection)](Response response) {
        to->give(std::move(response));
      };
      if (plan.spooled)
        plan.spooled->answer(connection->reader.spooled(), std::move(done));
      else
        plan.answer(connection->reader.body(), std::move(done));
    } catch (const std::exception& fault) {
      log(fault);
      connection->response = error_response(500, "a fault of rampart's own");
    }
    error_code ignored;
    while (!connection->response && connection->channel->is_open())
      co_await connection->wake.async_wait(redirect_error(use_awaitable, ignored));
    co_return std::exchange(connection->response, std::nullopt);
  }

  // ---- What he is told

  awaitable<bool> send(const Shared& connection, const Response& response, bool last) {
    const auto& request = connection->reader.head();
    connection->limit(options_.write_time);
    const auto head = format_head(response, {.last = last, .secure = request.secure});
    std::string_view body;
    if (has_body(response) && request.method != "HEAD") body = response.content();
    if (!co_await connection->channel->write(head, body.substr(0, kWriteStep))) co_return false;
    for (auto at = kWriteStep; at < body.size(); at += kWriteStep) {
      connection->limit(options_.write_time);
      if (!co_await connection->channel->write(body.substr(at, kWriteStep), {})) co_return false;
    }
    co_return true;
  }

  awaitable<bool> refuse_error(const Shared& connection, const base::Error& error) {
    count(refused_);
    co_return co_await refuse(connection, error_response(connection->reader.status(), error.what));
  }

  // Says no, and takes for a while what the client still sends: a socket that is closed over unread octets is reset, and the client
  // may lose what it was told.
  awaitable<bool> refuse(const Shared& connection, const Response& response) {
    connection->state = State::answering;
    const bool written = co_await send(connection, response, true);
    connection->state = State::reading;
    if (!written || stopping_) co_return false;
    connection->channel->finish();
    connection->limit(kLinger);
    for (std::size_t taken = 0; taken < kMostLingered;) {
      const auto got = co_await connection->channel->read(connection->buffer);
      if (got == 0) break;
      taken += got;
    }
    co_return false;
  }

  awaitable<bool> stream(const Shared& connection, Stream& source) {
    const Counted counted(streams_);
    connection->state = State::reading;  // nothing waits for its end
    connection->wake.expires_at(Connection::Clock::time_point::max());
    const auto woken = std::make_shared<bool>(false);  // shared with who wakes it
    source.on_wake([weak = std::weak_ptr(connection), woken] {
      *woken = true;
      if (const auto there = weak.lock()) there->wake.cancel();
    });
    connection->channel->limit_sending(kStreamBuffer);
    asio::co_spawn(io_, watch(connection), asio::detached);
    connection->limit(options_.write_time);
    error_code error;
    bool there = co_await connection->channel->write(stream_head(connection->reader.head().secure), {});
    while (there && !stopping_ && connection->channel->is_open()) {
      *woken = false;
      auto piece = source.take();
      if (piece.text.empty() && piece.end) break;
      if (piece.text.empty() && piece.more) {
        co_await asio::post(io_, use_awaitable);  // others have their turn
        continue;
      }
      if (piece.text.empty()) {
        connection->limit_nothing();
        connection->wake.expires_after(options_.heartbeat);
        co_await connection->wake.async_wait(redirect_error(use_awaitable, error));
        if (*woken || stopping_ || !connection->channel->is_open()) continue;
        piece.text = kHeartbeat;
      }
      connection->limit(options_.write_time);
      there = co_await connection->channel->write(piece.text, {}) && !piece.end;
    }
    if (connection->channel->is_open()) connection->channel->finish();
    connection->close();  // ends the watch, too
    co_return false;
  }

  // Closes the connection of a stream when the client is gone. What he sends is nothing to us.
  static awaitable<void> watch(Shared connection) {
    std::array<char, 256> buffer;
    for (std::size_t taken = 0; taken < kMostIgnored;) {
      const auto got = co_await connection->channel->read(buffer);
      if (got == 0) break;
      taken += got;
    }
    connection->close();
  }

  asio::io_context& io_;
  ServerOptions options_;
  Handler& handler_;
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();  // shared with answers
  std::vector<std::shared_ptr<Door>> doors_;               // each shared with its coroutine
  std::list<Connection*> connections_;                     // their coroutines own them
  std::map<base::IpAddress, std::size_t> of_address_;      // connections, where that is limited
  asio::steady_timer sweeper_;
  asio::steady_timer room_;  // cancelled when a connection ends
  bool sweeping_ = false;
  bool stopping_ = false;
  std::function<void()> ended_;
  std::atomic<std::uint64_t> open_ = 0;
  std::atomic<std::uint64_t> streams_ = 0;
  std::atomic<std::uint64_t> requests_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
};

Server::Server(asio::io_context& io, ServerOptions options, Handler& handler)
    : loop_(std::make_shared<Loop>(io, std::move(options), handler)) {}

Server::~Server() { loop_->end(); }

base::Result<std::uint16_t> Server::listen(const base::Endpoint& endpoint) {
  const auto place = TRY(loop_->listen({.place = endpoint.text()}));
  return parse_place(place)->port;
}
base::Result<std::string> Server::listen(Listener listener) { return loop_->listen(std::move(listener)); }
void Server::stop(std::function<void()> ended) { loop_->stop(std::move(ended)); }
Server::Counts Server::counts() const { return loop_->counts(); }

}  // namespace rampart::net::http
