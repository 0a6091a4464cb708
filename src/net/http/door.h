// Where a server listens: sockets that are bound and listen, of one Listener. Internal to the server.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include "base/ip.h"
#include "base/result.h"
#include "net/http/server.h"

namespace rampart::net::http {

// Listener::place, read.
struct Place {
  std::vector<base::IpAddress> addresses;  // of "localhost" both
  std::uint16_t port = 0;
  std::string path;  // of a unix socket; then there are no addresses
};
// Errors are of kind config.
base::Result<Place> parse_place(std::string_view text);

struct Door {
  using Protocol = boost::asio::generic::stream_protocol;
  using Endpoint = Protocol::endpoint;

  explicit Door(boost::asio::io_context& io) : acceptor(io) {}
  [[nodiscard]] bool is_unix() const { return !path.empty(); }
  // Of who connected from there, an IPv4 address as such; of a unix socket 127.0.0.1.
  [[nodiscard]] base::IpAddress client(const Endpoint& from) const;
  // Nobody is accepted any more, and the file of a unix socket is gone.
  void close();

  boost::asio::basic_socket_acceptor<Protocol> acceptor;
  std::shared_ptr<const Listener> listener;  // shared with what came in there
  std::string path;                          // of a unix socket
};

struct Opened {
  std::vector<std::shared_ptr<Door>> doors;
  std::string place;  // with the port that the system chose
};
// Errors are of kind config, or io where the system refuses.
base::Result<Opened> open_doors(boost::asio::io_context& io, const std::shared_ptr<const Listener>& listener);

void set_no_delay(boost::asio::generic::stream_protocol::socket& socket);

}  // namespace rampart::net::http
