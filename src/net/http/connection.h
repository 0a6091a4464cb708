// What the server knows of one connection, and how an answer that is made elsewhere finds back to it.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/http/channel.h"
#include "net/http/forwarded.h"
#include "net/http/request.h"
#include "net/http/server.h"

namespace rampart::net::http {

inline constexpr std::size_t kRead = std::size_t{16} << 10;  // octets at a time; our own

struct Connection {
  using Clock = std::chrono::steady_clock;
  enum class State : std::uint8_t {
    idle,      // nothing of a request is there
    reading,   // not all of it
    answering  // all that we want of it is there, and its answer is made or written
  };

  Connection(std::unique_ptr<Channel> from, std::shared_ptr<const Listener> at, Client who,
             boost::asio::io_context& io)
      : channel(std::move(from)), listener(std::move(at)), socket(who), wake(io, Clock::time_point::max()) {}

  void limit(std::chrono::milliseconds time) { deadline = Clock::now() + time; }
  void limit_nothing() { deadline = Clock::time_point::max(); }
  // Who asks, by the fields of a request.
  [[nodiscard]] Client client(const Fields& fields) const {
    if (!by_unix || !listener->trust_unix)
      return client_of(fields, socket, listener->trusted, listener->forward_field);
    auto trusted = listener->trusted;
    trusted.push_back({socket.address, socket.address.bits()});
    return client_of(fields, socket, trusted, listener->forward_field);
  }
  void close() {
    channel->close();
    wake.cancel();
  }

  std::unique_ptr<Channel> channel;
  std::shared_ptr<const Listener> listener;  // shared by all that came there
  Client socket;                             // the other end
  boost::asio::steady_timer wake;            // of what waits for an answer, or for a stream
  RequestReader reader;
  State state = State::idle;
  Clock::time_point deadline =
      Clock::time_point::max();  // whatever the client does or leaves undone, it is closed then
  Clock::time_point idle_since;
  std::size_t served = 0;                  // requests
  std::optional<Response> response;        // to the latest
  std::function<Handler::Plan()> planned;  // of the latest, where that was put off
  bool by_unix = false;
  bool counted = false;  // among those of its address
  std::array<char, kRead> buffer;
};

// Whether there is a loop to give an answer to; shared by the server and by all who have an answer to give.
struct Gate {
  std::mutex mutex;
  boost::asio::io_context* io = nullptr;  // by `mutex`; nullptr: the server is gone
};

// One answer, given once; when nobody gives it, a fault is answered.
class Answer {
 public:
  Answer(std::shared_ptr<Gate> gate, const std::shared_ptr<Connection>& connection)
      : gate_(std::move(gate)), connection_(connection), request_(connection->served) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer();

  // From any thread.
  void give(Response response);
  // Instead: what is done is known now.
  void decide(std::function<Handler::Plan()> planned);

 private:
  void hand_over(Response response, std::function<Handler::Plan()> planned);
  static void deliver(const std::weak_ptr<Connection>& to, std::size_t request, Response response,
                      std::function<Handler::Plan()> planned);

  std::shared_ptr<Gate> gate_;
  std::weak_ptr<Connection> connection_;  // may be gone first; looked at on its loop's thread alone
  std::size_t request_;                   // which of the connection's
  std::atomic<bool> given_ = false;
};

}  // namespace rampart::net::http
