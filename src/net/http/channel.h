// The two ends of a connection that a client made: octets in and out, in clear or through TLS, over TCP or a unix socket. One loop's
// thread; what is awaited here ends with nothing when close() was called or the client is gone.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <openssl/types.h>

namespace rampart::net::http {

class Channel {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  virtual ~Channel() = default;

  // What comes before the first octet. False: the client does not get in.
  virtual boost::asio::awaitable<bool> begin() = 0;
  // At least one octet, or 0: none will come.
  virtual boost::asio::awaitable<std::size_t> read(std::span<char> room) = 0;
  // Sends `first` and then `second`, at once where there is room. One write at a time, beside a read.
  virtual boost::asio::awaitable<bool> write(std::string_view first, std::string_view second) = 0;
  // Says that nothing more will be sent.
  virtual void finish() = 0;

  void close();
  [[nodiscard]] bool is_open() const { return socket_.is_open(); }
  // Octets that the system holds of what is sent.
  void limit_sending(int octets);

 protected:
  explicit Channel(Socket socket) : socket_(std::move(socket)) {}
  Socket socket_;
};

std::unique_ptr<Channel> make_clear_channel(Channel::Socket socket);
std::unique_ptr<Channel> make_tls_channel(Channel::Socket socket, SSL_CTX* context);

}  // namespace rampart::net::http
