#include "net/zone_transfer.h"

#include <array>
#include <random>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "base/text.h"

namespace rampart::net {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using State = dns::TransferReader::State;

constexpr std::chrono::milliseconds kHeedStop{200};

class Transfer {
 public:
  Transfer(const dns::Name& zone, const Endpoint& server, const TransferOptions& options,
           const dns::TransferReader::Sink& sink)
      : server_(server),
        options_(options),
        sink_(sink),
        id_(static_cast<std::uint16_t>(std::random_device{}())),
        reader_(zone, id_, options.limits),
        query_(dns::build_transfer_query(id_, zone)),
        socket_(io_),
        silence_(io_) {}

  TransferOutcome run() {
    asio::co_spawn(io_, converse(), asio::detached);
    const auto until = std::chrono::steady_clock::now() + options_.timeout;
    while (!over_) {
      if (!stopped_ && options_.stop && options_.stop()) give_up("interrupted");
      if (!stopped_ && std::chrono::steady_clock::now() >= until)
        give_up(fmt::format("not done within {} seconds", options_.timeout.count() / 1000));
      io_.run_one_for(kHeedStop);
    }
    io_.run_for(std::chrono::milliseconds(0));  // what was cancelled ends
    return std::move(outcome_);
  }

 private:
  void give_up(std::string why) {
    stopped_ = true;
    outcome_.why = std::move(why);
    error_code ignored;
    silence_.cancel();
    socket_.close(ignored);
  }

  void expect_something() {
    silence_.expires_after(options_.silence);
    silence_.async_wait([this](const error_code& error) {
      if (error || over_ || stopped_) return;
      give_up(fmt::format("no message within {} seconds", options_.silence.count() / 1000));
    });
  }

  awaitable<void> converse() {
    error_code error;
    co_await exchange(error);
    outcome_.records = reader_.records();
    if (error && outcome_.why.empty()) {
      outcome_.why =
          error == asio::error::eof ? "the server closed the connection" : base::printable(error.message());
    }
    over_ = true;
    silence_.cancel();
    error_code ignored;
    socket_.close(ignored);
  }

  awaitable<void> exchange(error_code& error) {
    expect_something();
    const tcp::endpoint where(asio::ip::make_address(server_.address.text()), server_.port);
    co_await socket_.async_connect(where, redirect_error(use_awaitable, error));
    if (error) co_return;
    std::string framed{static_cast<char>(query_.size() >> 8), static_cast<char>(query_.size())};
    framed += query_;
    co_await asio::async_write(socket_, asio::buffer(framed), redirect_error(use_awaitable, error));
    std::string message;
    while (!error) {
      expect_something();
      std::array<unsigned char, 2> length{};
      co_await asio::async_read(socket_, asio::buffer(length), redirect_error(use_awaitable, error));
      if (error) co_return;
      message.resize(static_cast<std::size_t>(length[0]) << 8 | length[1]);
      co_await asio::async_read(socket_, asio::buffer(message), redirect_error(use_awaitable, error));
      if (error) co_return;
      outcome_.state = reader_.feed(message, sink_);
      if (outcome_.state == State::more) {
        outcome_.state = State::broken;  // until the end has come
        continue;
      }
      outcome_.why = reader_.why();
      co_return;
    }
  }

  Endpoint server_;
  const TransferOptions& options_;
  const dns::TransferReader::Sink& sink_;
  std::uint16_t id_;
  dns::TransferReader reader_;
  std::string query_;
  asio::io_context io_{1};
  tcp::socket socket_;
  asio::steady_timer silence_;
  TransferOutcome outcome_;
  bool stopped_ = false;
  bool over_ = false;
};

}  // namespace

TransferOutcome transfer_zone(const dns::Name& zone, const Endpoint& server, const TransferOptions& options,
                              const dns::TransferReader::Sink& sink) {
  return Transfer(zone, server, options, sink).run();
}

}  // namespace rampart::net
