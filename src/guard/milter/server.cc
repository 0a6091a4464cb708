#include "guard/milter/server.h"

#include <array>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace rampart::guard::milter {

namespace asio = boost::asio;
using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;
using Protocol = asio::generic::stream_protocol;
using Acceptor = asio::basic_socket_acceptor<Protocol>;

namespace {

constexpr std::size_t kRead = std::size_t{64} << 10;    // octets at a time
constexpr std::chrono::milliseconds kAskAgain{20};      // for a place
constexpr std::chrono::milliseconds kAcceptAgain{200};  // when no descriptor is left

}  // namespace

class Server::Loop : public std::enable_shared_from_this<Loop> {
 public:
  Loop(asio::io_context& io, ServerOptions options, Admission& admission, Decider& decider)
      : io_(io), options_(std::move(options)), admission_(admission), decider_(decider) {}

  base::Result<> serve(const Listener& listener) {
    const auto door = std::make_shared<Door>(io_, listener.text());
    error_code error;
    door->acceptor.assign(Protocol(listener.family(), 0), TRY(listener.descriptor()), error);
    if (error)
      return base::fail(base::ErrorKind::io, fmt::format("cannot listen: {}", error.message()),
                        listener.text());
    doors_.push_back(door);
    asio::co_spawn(io_, accept(shared_from_this(), door), asio::detached);
    return {};
  }

  void leave(const std::string& place) {
    error_code ignored;
    for (const auto& door : doors_) {
      if (door->place != place) continue;
      door->shut = true;
      door->acceptor.close(ignored);
    }
    std::erase_if(doors_, [](const auto& door) { return door->shut; });
  }

  void stop() {
    stopping_ = true;
    error_code ignored;
    for (const auto& door : doors_) door->acceptor.close(ignored);
    doors_.clear();
  }

  [[nodiscard]] std::size_t connections() const { return connections_; }

 private:
  // A place of Admission, given back whatever happens.
  struct Place {
    explicit Place(Admission& admission) : admission(admission) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { leave(); }
    bool enter() { return held = held || admission.enter(); }
    void leave() {
      if (std::exchange(held, false)) admission.leave();
    }
    Admission& admission;
    bool held = false;
  };

  // Where an MTA comes in; shared with the connections that were made there.
  struct Door {
    Door(asio::io_context& io, std::string place) : acceptor(io), place(std::move(place)) {}
    Acceptor acceptor;
    std::string place;
    bool shut = false;
  };

  struct Connection {
    Connection(Protocol::socket socket, const SessionOptions& options, Admission& admission)
        : socket(std::move(socket)), session(options), place(admission) {}
    Protocol::socket socket;
    FrameReader reader;
    Session session;
    Place place;
    bool refused = false;   // of the message under way: there was no place for it
    bool answered = false;  // a message was, of what was read last
    std::string out;
  };

  static awaitable<void> accept(std::shared_ptr<Loop> self, std::shared_ptr<Door> door) {
    auto& acceptor = door->acceptor;
    asio::steady_timer pause(self->io_);
    while (acceptor.is_open()) {
      error_code error;
      Protocol::socket socket(self->io_);
      if (self->connections_ < self->options_.max_connections)
        co_await acceptor.async_accept(socket, redirect_error(use_awaitable, error));
      if (!acceptor.is_open()) co_return;
      if (error || !socket.is_open()) {  // no descriptor is left, or there are enough connections
        pause.expires_after(kAcceptAgain);
        co_await pause.async_wait(redirect_error(use_awaitable, error));
        continue;
      }
      // Otherwise the kernel waits for more to send, and the MTA for what is sent. A unix socket knows no such option.
      const int on = 1;
      ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      ++self->connections_;
      asio::co_spawn(self->io_, serve(self, door, std::move(socket)), asio::detached);
    }
  }

  static awaitable<void> serve(std::shared_ptr<Loop> self, std::shared_ptr<Door> door,
                               Protocol::socket socket) {
    const auto connection =
        std::make_unique<Connection>(std::move(socket), self->options_.session, self->admission_);
    co_await self->converse(*connection, *door);
    --self->connections_;
  }

  awaitable<void> converse(Connection& connection, const Door& door) {
    std::vector<char> buffer(kRead);
    for (;;) {
      error_code error;
      const auto got = co_await connection.socket.async_read_some(asio::buffer(buffer),
                                                                  redirect_error(use_awaitable, error));
      if (error) co_return;
      connection.reader.feed({buffer.data(), got});
      if (!co_await take_frames(connection)) co_return;
      if (!co_await flush(connection)) co_return;
      const bool answered = std::exchange(connection.answered, false);
      if ((stopping_ || (door.shut && answered)) && !connection.place.held) co_return;
    }
  }

  // False: the connection is over.
  awaitable<bool> take_frames(Connection& connection) {
    for (;;) {
      const auto frame = connection.reader.next();
      if (!frame) {
        decider_.trouble(frame.error().message());
        co_return false;
      }
      if (!*frame) co_return true;
      if ((*frame)->command == static_cast<char>(Command::mail))
        connection.refused = !co_await admit(connection.place);
      auto turn = connection.session.take(**frame);
      if (!turn) {
        decider_.trouble(turn.error().message());
        co_await flush(connection);
        co_return false;
      }
      if (connection.refused) connection.session.skip_content("there was no room for it");
      connection.out += turn->reply;
      if (turn->kind == Turn::Kind::closed) co_return false;
      if (turn->kind == Turn::Kind::dropped) connection.place.leave();
      if (turn->kind == Turn::Kind::decide) {
        if (!co_await answer(connection)) co_return false;
        connection.answered = true;
      }
    }
  }

  awaitable<bool> admit(Place& place) {
    if (place.enter()) co_return true;
    if (!decider_.may_wait()) co_return false;
    const auto until = std::chrono::steady_clock::now() + options_.most_wait;
    asio::steady_timer pause(io_);
    while (std::chrono::steady_clock::now() < until) {
      error_code error;
      pause.expires_after(kAskAgain);
      co_await pause.async_wait(redirect_error(use_awaitable, error));
      if (place.enter()) co_return true;
    }
    co_return false;
  }

  awaitable<bool> answer(Connection& connection) {
    Answer answer;
    if (connection.refused) {
      answer = decider_.overloaded();
    } else {
      if (!co_await flush(connection)) co_return false;
      auto decided = co_await decide(connection);
      if (!decided) co_return false;
      answer = *std::move(decided);
    }
    connection.place.leave();
    auto bytes = connection.session.answer(answer);
    if (!bytes) {
      decider_.trouble(bytes.error().message());
      bytes = connection.session.answer(
          {.verdict = Answer::Verdict::tempfail, .reply = {}, .removed = {}, .added = {}, .not_for = {}});
      if (!bytes) co_return false;
    }
    connection.out += *bytes;  // changes and verdict leave together
    if (co_await flush(connection)) co_return true;
    decider_.trouble("the MTA was gone before it had the answer");
    co_return false;
  }

  // Nothing: the MTA went away meanwhile.
  awaitable<std::optional<Answer>> decide(Connection& connection) {
    struct Wait {
      explicit Wait(asio::io_context& io) : timer(io) {}
      asio::steady_timer timer;
      std::optional<Answer> answer;
    };
    const auto wait = std::make_shared<Wait>(io_);  // the decision may outlive the connection
    decider_.decide(connection.session, [wait](Answer answer) {
      wait->answer = std::move(answer);
      wait->timer.cancel();
    });
    bool there = true;
    while (!wait->answer) {
      error_code error;
      wait->timer.expires_after(options_.progress);
      co_await wait->timer.async_wait(redirect_error(use_awaitable, error));
      if (wait->answer || !there) continue;
      connection.out += Session::progress();
      there = co_await flush(connection);
    }
    if (!there) decider_.trouble("the MTA went away while its message was looked at");
    co_return there ? std::move(wait->answer) : std::nullopt;
  }

  static awaitable<bool> flush(Connection& connection) {
    if (connection.out.empty()) co_return true;
    error_code error;
    co_await asio::async_write(connection.socket, asio::buffer(connection.out),
                               redirect_error(use_awaitable, error));
    connection.out.clear();
    co_return !error;
  }

  asio::io_context& io_;
  ServerOptions options_;
  Admission& admission_;
  Decider& decider_;
  std::vector<std::shared_ptr<Door>> doors_;  // shared with their coroutines
  std::size_t connections_ = 0;
  bool stopping_ = false;
};

Server::Server(asio::io_context& io, ServerOptions options, Admission& admission, Decider& decider)
    : loop_(std::make_shared<Loop>(io, std::move(options), admission, decider)) {}

Server::~Server() { loop_->stop(); }

base::Result<> Server::serve(const Listener& listener) { return loop_->serve(listener); }
void Server::leave(const std::string& place) { loop_->leave(place); }
void Server::stop() { loop_->stop(); }
std::size_t Server::connections() const { return loop_->connections(); }

}  // namespace rampart::guard::milter
