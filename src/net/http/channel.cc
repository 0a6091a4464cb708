#include "net/http/channel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace rampart::net::http {

namespace asio = boost::asio;
using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using boost::system::error_code;

namespace {

constexpr std::size_t kRecord = std::size_t{16}
                                << 10;  // octets of a TLS record at most (RFC 8446 section 5.1)

class ClearChannel : public Channel {
 public:
  explicit ClearChannel(Socket socket) : Channel(std::move(socket)) {}

  awaitable<bool> begin() override { co_return true; }

  awaitable<std::size_t> read(std::span<char> room) override {
    error_code error;
    co_return co_await socket_.async_read_some(asio::buffer(room.data(), room.size()),
                                               redirect_error(use_awaitable, error));
  }

  awaitable<bool> write(std::string_view first, std::string_view second) override {
    while (!first.empty() || !second.empty()) {
      std::array<iovec, 2> parts{{{const_cast<char*>(first.data()), first.size()},
                                  {const_cast<char*>(second.data()), second.size()}}};
      msghdr message{};
      message.msg_iov = parts.data();
      message.msg_iovlen = parts.size();
      const auto sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0) {
        if (errno == EINTR) continue;
        if (errno != EAGAIN) co_return false;
        error_code error;
        co_await socket_.async_wait(asio::socket_base::wait_write, redirect_error(use_awaitable, error));
        if (error) co_return false;
        continue;
      }
      const auto of_first = std::min(static_cast<std::size_t>(sent), first.size());
      first.remove_prefix(of_first);
      second.remove_prefix(static_cast<std::size_t>(sent) - of_first);
    }
    co_return true;
  }

  void finish() override {
    error_code ignored;
    socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  }
};

// A BIO over the socket that never waits, and that raises no SIGPIPE as OpenSSL's own does.
int put(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  auto& socket = *static_cast<Channel::Socket*>(BIO_get_data(bio));
  const auto sent =
      ::send(socket.native_handle(), data, static_cast<std::size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int get(BIO* bio, char* room, int size) {
  BIO_clear_retry_flags(bio);
  auto& socket = *static_cast<Channel::Socket*>(BIO_get_data(bio));
  const auto got = ::recv(socket.native_handle(), room, static_cast<std::size_t>(size), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  return static_cast<int>(got);
}

long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP ? 1 : 0;
}

struct FreeMethod {
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};

const BIO_METHOD* socket_method() {
  static const auto kMethod = [] {
    std::unique_ptr<BIO_METHOD, FreeMethod> out(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket of the loop"));
    BIO_meth_set_write(out.get(), put);
    BIO_meth_set_read(out.get(), get);
    BIO_meth_set_ctrl(out.get(), control);
    return out;
  }();
  return kMethod.get();
}

class TlsChannel : public Channel {
 public:
  TlsChannel(Socket socket, SSL_CTX* context) : Channel(std::move(socket)), tls_(SSL_new(context)) {
    BIO* bio = tls_ ? BIO_new(socket_method()) : nullptr;
    if (bio == nullptr) {
      tls_.reset();
      return;
    }
    BIO_set_data(bio, &socket_);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls_.get(), bio, bio);
    SSL_set_accept_state(tls_.get());
  }

  awaitable<bool> begin() override {
    if (!tls_) co_return false;
    for (;;) {
      ERR_clear_error();
      const int status = SSL_do_handshake(tls_.get());
      if (status == 1) co_return true;
      if (!co_await wait(SSL_get_error(tls_.get(), status))) co_return false;
    }
  }

  awaitable<std::size_t> read(std::span<char> room) override {
    for (;;) {
      ERR_clear_error();
      const int got = SSL_read(tls_.get(), room.data(), static_cast<int>(std::min(room.size(), kRecord)));
      if (got > 0) co_return static_cast<std::size_t>(got);
      if (!co_await wait(SSL_get_error(tls_.get(), got))) co_return 0;
    }
  }

  awaitable<bool> write(std::string_view first, std::string_view second) override {
    // Of few octets one record is made.
    std::string joined;
    if (!first.empty() && !second.empty() && first.size() + second.size() <= kRecord) {
      joined.reserve(first.size() + second.size());
      joined.append(first).append(second);
      first = joined;
      second = {};
    }
    for (auto part : {first, second}) {
      while (!part.empty()) {
        ERR_clear_error();
        const int sent = SSL_write(tls_.get(), part.data(), static_cast<int>(std::min(part.size(), kRecord)));
        if (sent > 0)
          part.remove_prefix(static_cast<std::size_t>(sent));
        else if (!co_await wait(SSL_get_error(tls_.get(), sent)))
          co_return false;
      }
    }
    co_return true;
  }

  void finish() override {
    error_code ignored;
    if (tls_ && SSL_is_init_finished(tls_.get())) {
      ERR_clear_error();
      (void)SSL_shutdown(tls_.get());
    }
    socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  }

 private:
  struct FreeTls {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };

  // For what OpenSSL waits; false where it waits for nothing any more.
  awaitable<bool> wait(int why) {
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) co_return false;
    error_code error;
    co_await socket_.async_wait(
        why == SSL_ERROR_WANT_READ ? asio::socket_base::wait_read : asio::socket_base::wait_write,
        redirect_error(use_awaitable, error));
    co_return !error && socket_.is_open();
  }

  std::unique_ptr<SSL, FreeTls> tls_;
};

}  // namespace

void Channel::close() {
  error_code ignored;
  socket_.close(ignored);
}

void Channel::limit_sending(int octets) {
  error_code ignored;
  socket_.set_option(asio::socket_base::send_buffer_size(octets), ignored);
}

std::unique_ptr<Channel> make_clear_channel(Channel::Socket socket) {
  return std::make_unique<ClearChannel>(std::move(socket));
}

std::unique_ptr<Channel> make_tls_channel(Channel::Socket socket, SSL_CTX* context) {
  return std::make_unique<TlsChannel>(std::move(socket), context);
}

}  // namespace rampart::net::http
