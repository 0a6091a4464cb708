#include "guard/inspect/clamd/clamd.h"

#include <algorithm>
#include <array>
#include <deque>
#include <list>
#include <optional>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <sys/un.h>

#include "base/ip.h"
#include "base/text.h"
#include "guard/inspect/clamd/reply.h"

namespace rampart::guard {

namespace asio = boost::asio;
using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;
using Protocol = asio::generic::stream_protocol;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10U;  // bytes of one chunk; our own

std::array<char, 4> big_endian(std::size_t number) {
  return {static_cast<char>(number >> 24U), static_cast<char>(number >> 16U), static_cast<char>(number >> 8U),
          static_cast<char>(number)};
}

ClamdAnswer unknown(ClamdWhy why, std::string detail = {}) {
  return {.said = ClamdSaid::unknown, .why = why, .name = {}, .detail = std::move(detail)};
}

struct Job {
  Job(asio::io_context& io, std::string bytes, std::function<void(ClamdAnswer)> done)
      : socket(io), timer(io), bytes(std::move(bytes)), done(std::move(done)) {}
  Protocol::socket socket;
  asio::steady_timer timer;  // its patience
  std::string bytes;
  std::function<void(ClamdAnswer)> done;
};
using JobPtr = std::shared_ptr<Job>;

}  // namespace

base::Result<ClamdAddress> parse_clamd(std::string_view text) {
  const auto wrong = [&](std::string_view what) {
    return base::fail(base::ErrorKind::config, fmt::format("\"{}\" {}", base::printable(text), what), {},
                      "write unix:/run/clamav/clamd.ctl, or inet:127.0.0.1:3310");
  };
  if (text.starts_with("unix:")) {
    const auto path = text.substr(5);
    if (!path.starts_with('/')) return wrong("is no whole path");
    if (path.size() >= sizeof(sockaddr_un::sun_path)) return wrong("is too long for a socket's path");
    return ClamdAddress{.path = std::string(path), .endpoint = {}};
  }
  if (!text.starts_with("inet:")) return wrong("is neither unix:/PATH nor inet:ADDRESS:PORT");
  const auto endpoint = base::parse_endpoint(text.substr(5), 0);
  if (!endpoint || endpoint->port == 0) return wrong("is no address with a port");
  return ClamdAddress{.path = {}, .endpoint = endpoint->text()};
}

class Clamd::Loop : public std::enable_shared_from_this<Loop> {
 public:
  Loop(asio::io_context& io, ClamdAddress address, ClamdOptions options)
      : io_(io), address_(std::move(address)), options_(options) {}

  void scan(std::string bytes, std::function<void(ClamdAnswer)> done) {
    if (bytes.size() > options_.max_bytes) return refuse(std::move(done), ClamdWhy::too_large);
    if (Clock::now() < rests_until_) return refuse(std::move(done), ClamdWhy::resting);
    if (waiting_.size() >= options_.max_waiting) return refuse(std::move(done), ClamdWhy::busy);
    auto job = std::make_shared<Job>(io_, std::move(bytes), std::move(done));
    job->timer.expires_after(options_.patience);
    job->timer.async_wait([weak = weak_from_this(), job](const error_code& cancelled) {
      if (const auto self = weak.lock(); self && !cancelled) self->lose_patience(job);
    });
    waiting_.push_back(std::move(job));
    begin_next();
  }

  void stop() {
    stopped_ = true;
    for (auto* jobs : {&waiting_, &asked_}) {
      for (const auto& job : *jobs) {
        job->done = nullptr;
        close(*job);
      }
    }
    waiting_.clear();
  }

 private:
  static void close(Job& job) {
    error_code ignored;
    job.timer.cancel();
    job.socket.close(ignored);
  }

  void refuse(std::function<void(ClamdAnswer)> done, ClamdWhy why) {
    asio::post(io_, [weak = weak_from_this(), done = std::move(done), why] {
      if (const auto self = weak.lock(); self && !self->stopped_) done(unknown(why));
    });
  }

  void begin_next() {
    while (!stopped_ && asked_.size() < options_.at_once && !waiting_.empty()) {
      auto job = std::move(waiting_.front());
      waiting_.pop_front();
      asked_.push_back(job);
      asio::co_spawn(io_, ask(shared_from_this(), std::move(job)), asio::detached);
    }
  }

  void lose_patience(const JobPtr& job) {
    const bool was_asked = std::erase(waiting_, job) == 0;
    if (was_asked && ++late_ >= options_.late_in_a_row) {
      late_ = 0;
      rests_until_ = Clock::now() + options_.rest;
    }
    answer(job, unknown(ClamdWhy::late));
  }

  // The first answer counts: what comes of a connection that was closed is none.
  static void answer(const JobPtr& job, ClamdAnswer answer) {
    close(*job);
    if (const auto call = std::exchange(job->done, nullptr)) call(std::move(answer));
  }

  static awaitable<void> ask(std::shared_ptr<Loop> self, JobPtr job) {
    auto said = co_await self->converse(*job);
    std::erase(self->asked_, job);
    if (self->stopped_) co_return;
    if (said.why != ClamdWhy::absent && job->done) self->late_ = 0;
    answer(job, std::move(said));
    self->begin_next();
  }

  [[nodiscard]] Protocol::endpoint endpoint() const {
    if (!address_.path.empty()) return asio::local::stream_protocol::endpoint(address_.path);
    const auto where = *base::parse_endpoint(address_.endpoint, 0);
    return asio::ip::tcp::endpoint(asio::ip::make_address(where.address.text()), where.port);
  }

  awaitable<ClamdAnswer> converse(Job& job) {
    error_code error;
    co_await job.socket.async_connect(endpoint(), redirect_error(use_awaitable, error));
    if (error) co_return unknown(ClamdWhy::absent, base::printable(error.message()));
    co_await send(job, error);
    // It may have said no, and closed, before it had everything.
    std::string reply;
    std::array<char, 512> piece;
    while (reply.size() < kMaxClamdReply && reply.find('\0') == std::string::npos) {
      const auto got =
          co_await job.socket.async_read_some(asio::buffer(piece), redirect_error(use_awaitable, error));
      if (got == 0 || error) break;
      reply.append(piece.data(), got);
    }
    // A line that did not come to its end is no answer.
    if (reply.find('\0') == std::string::npos)
      co_return unknown(ClamdWhy::gone,
                        error && error != asio::error::eof ? base::printable(error.message()) : "");
    co_return read_clamd_reply(reply);
  }

  static awaitable<void> send(Job& job, error_code& error) {
    static constexpr std::string_view kCommand("zINSTREAM\0", 10);
    co_await asio::async_write(job.socket, asio::buffer(kCommand), redirect_error(use_awaitable, error));
    std::string_view left = job.bytes;
    while (!error && !left.empty()) {
      const auto piece = left.substr(0, kPiece);
      const auto size = big_endian(piece.size());
      const std::array<asio::const_buffer, 2> both = {asio::buffer(size), asio::buffer(piece)};
      co_await asio::async_write(job.socket, both, redirect_error(use_awaitable, error));
      left.remove_prefix(piece.size());
    }
    const auto end = big_endian(0);
    if (!error)
      co_await asio::async_write(job.socket, asio::buffer(end), redirect_error(use_awaitable, error));
  }

  asio::io_context& io_;
  ClamdAddress address_;
  ClamdOptions options_;
  std::deque<JobPtr> waiting_;
  std::deque<JobPtr> asked_;
  std::size_t late_ = 0;  // in a row
  Clock::time_point rests_until_ = Clock::time_point::min();
  bool stopped_ = false;
};

Clamd::Clamd(asio::io_context& io, ClamdAddress address, ClamdOptions options)
    : loop_(std::make_shared<Loop>(io, std::move(address), options)) {}

Clamd::~Clamd() { loop_->stop(); }

void Clamd::scan(std::string bytes, std::function<void(ClamdAnswer)> done) {
  loop_->scan(std::move(bytes), std::move(done));
}

}  // namespace rampart::guard
