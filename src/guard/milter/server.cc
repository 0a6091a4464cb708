#include "guard/milter/server.h"

#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/ip.h"

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
constexpr std::chrono::milliseconds kAcceptAgain{200};  // when no descriptor is left

// What a message brings with it. An MTA sends it when it has the whole of it, and what goes before whenever a client pleases: who only
// begins messages takes nobody's place.
bool is_content(Command command) {
  return command == Command::header || command == Command::end_of_headers || command == Command::body ||
         command == Command::end_of_body;
}

// Who connected, without the port.
std::string client_of(const Protocol::socket& socket) {
  error_code error;
  const auto end = socket.remote_endpoint(error);
  std::optional<base::IpAddress> ip;
  if (!error && end.size() >= sizeof(sockaddr_in) && end.data()->sa_family == AF_INET) {
    sockaddr_in from{};
    std::memcpy(&from, end.data(), sizeof from);
    ip = base::IpAddress::v4(ntohl(from.sin_addr.s_addr));
  } else if (!error && end.size() >= sizeof(sockaddr_in6) && end.data()->sa_family == AF_INET6) {
    sockaddr_in6 from{};
    std::memcpy(&from, end.data(), sizeof from);
    ip = base::IpAddress::v6(from.sin6_addr.s6_addr);
  }
  return ip ? ip->text() : "a program of this machine";
}

}  // namespace

class Server::Loop : public std::enable_shared_from_this<Loop> {
 public:
  Loop(asio::io_context& io, ServerOptions options, Admission& admission, Decider& decider)
      : io_(io), options_(std::move(options)), admission_(admission), decider_(decider) {}

  base::Result<> serve(const Listener& listener, std::string place) {
    const auto door = std::make_shared<Door>(io_, std::move(place));
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
  // Where an MTA comes in; shared with the connections that were made there.
  struct Door {
    Door(asio::io_context& io, std::string place) : acceptor(io), place(std::move(place)) {}
    Acceptor acceptor;
    std::string place;
    bool shut = false;
  };

  struct Connection {
    Connection(Protocol::socket socket, SessionOptions options, Admission& admission)
        : socket(std::move(socket)), session(std::move(options)), place(admission) {}
    Protocol::socket socket;
    FrameReader reader;
    Session session;
    Admission::Place place;
    bool begun = false;     // a message is under way
    bool refused = false;   // there was no place for it
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
    auto options = self->options_.session;
    options.place = door->place;
    const auto connection =
        std::make_unique<Connection>(std::move(socket), std::move(options), self->admission_);
    co_await self->converse(*connection, *door);
    --self->connections_;
  }

  awaitable<void> converse(Connection& connection, const Door& door) {
    error_code error;
    connection.socket.non_blocking(true, error);
    while (!error) {
      co_await connection.socket.async_wait(Protocol::socket::wait_read,
                                            redirect_error(use_awaitable, error));
      if (error) co_return;
      const auto got = connection.socket.read_some(asio::buffer(buffer_), error);
      if (error == asio::error::would_block) {
        error.clear();
        continue;
      }
      if (error) co_return;
      connection.reader.feed({buffer_.data(), got});
      if (!co_await take_frames(connection, door)) co_return;
      if (!co_await flush(connection)) co_return;
      const bool answered = std::exchange(connection.answered, false);
      if ((stopping_ || (door.shut && answered)) && !connection.begun) co_return;
    }
  }

  // False: the connection is over.
  awaitable<bool> take_frames(Connection& connection, const Door& door) {
    for (;;) {
      const auto frame = connection.reader.next();
      if (!frame) {
        decider_.trouble(fmt::format("{} was asked by {}: {}", door.place, client_of(connection.socket),
                                     frame.error().message()));
        co_return false;
      }
      if (!*frame) co_return true;
      const auto command = static_cast<Command>((*frame)->command);
      if (command == Command::mail) {
        connection.begun = true;
        connection.refused = false;
      }
      if (is_content(command) && !connection.refused) connection.refused = !co_await admit(connection.place);
      auto turn = connection.session.take(**frame);
      if (!turn) {
        decider_.trouble(turn.error().message());
        co_await flush(connection);
        co_return false;
      }
      if (connection.refused) connection.session.skip_content("there was no room for it");
      connection.out += turn->reply;
      if (turn->kind == Turn::Kind::closed) co_return false;
      if (turn->kind == Turn::Kind::dropped) end_message(connection);
      if (turn->kind == Turn::Kind::decide) {
        if (!co_await answer(connection)) co_return false;
        connection.answered = true;
      }
    }
  }

  static void end_message(Connection& connection) {
    connection.begun = false;
    connection.place.leave();
  }

  awaitable<bool> admit(Admission::Place& place) {
    if (place.held()) co_return true;
    // The timer outlives a wake that comes late.
    const auto timer = std::make_shared<asio::steady_timer>(io_, options_.most_wait);
    const auto wake = [timer, &io = io_] {
      asio::post(io, [timer] { timer->expires_at(asio::steady_timer::time_point::min()); });
    };
    if (place.enter(wake)) co_return true;
    if (!decider_.may_wait()) co_return place.settle();
    error_code error;
    co_await timer->async_wait(redirect_error(use_awaitable, error));
    co_return place.settle();
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
    end_message(connection);
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
  std::vector<char> buffer_ = std::vector<char>(kRead);  // of whoever reads: nobody waits between
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

base::Result<> Server::serve(const Listener& listener, std::string place) {
  return loop_->serve(listener, std::move(place));
}
void Server::leave(const std::string& place) { loop_->leave(place); }
void Server::stop() { loop_->stop(); }
std::size_t Server::connections() const { return loop_->connections(); }

}  // namespace rampart::guard::milter
