#include "net/http/door.h"

#include <cstring>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "net/resolvers.h"

namespace rampart::net::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::ErrorKind;
using base::Result;
using boost::system::error_code;

namespace {

constexpr std::string_view kLocalhost = "localhost:";
constexpr std::string_view kUnix = "unix:";
constexpr int kTries = 20;  // of a port that the system chose for one family and that is taken in the other
constexpr ::mode_t kOfGroup = 0660;

std::unexpected<base::Error> io_error(const error_code& error, std::string where) {
  return base::fail(
      ErrorKind::io, fmt::format("cannot listen: {}", error.message()), std::move(where),
      error == asio::error::address_in_use ? "another program listens there: stop it, or choose another port"
      : error == boost::system::errc::address_not_available
          ? "name an address of this machine, such as 127.0.0.1"
      : error == asio::error::access_denied ? "ports below 1024 need the capability CAP_NET_BIND_SERVICE; a "
                                              "socket's file needs a folder that this user may write"
                                            : "");
}

std::unexpected<base::Error> bad_place(std::string_view text) {
  return base::fail(ErrorKind::config, "is no place to listen at", base::excerpt(text, 80),
                    "such as 127.0.0.1:8880, [::]:443, localhost:8880 or unix:/run/rampart/http.sock");
}

error_code open(Door& door, const Door::Endpoint& at, bool both_families) {
  error_code error;
  auto& acceptor = door.acceptor;
  const int family = at.protocol().family();
  acceptor.open(Door::Protocol(family, family == AF_UNIX ? 0 : IPPROTO_TCP), error);
  if (!error && family != AF_UNIX) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && family == AF_INET6) acceptor.set_option(asio::ip::v6_only(!both_families), error);
  if (!error) acceptor.bind(at, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  error_code ignored;
  if (error && acceptor.is_open()) acceptor.close(ignored);
  return error;
}

Door::Endpoint endpoint_of(const base::IpAddress& address, std::uint16_t port) {
  return tcp::endpoint(asio::ip::make_address(address.text()), port);
}

std::uint16_t port_of(const Door& door) {
  const auto at = door.acceptor.local_endpoint();
  sockaddr_storage storage{};
  std::memcpy(&storage, at.data(), std::min(at.size(), sizeof storage));
  return ntohs(storage.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(storage).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(storage).sin_port);
}

// The file of a socket that nobody listens at any more, as a program that was killed leaves it.
void remove_left(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return;
  asio::io_context io;
  asio::local::stream_protocol::socket probe(io);
  error_code error;
  probe.connect(asio::local::stream_protocol::endpoint(path), error);
  if (error == asio::error::connection_refused) (void)::unlink(path.c_str());
}

Result<Opened> open_unix(asio::io_context& io, const std::shared_ptr<const Listener>& listener,
                         const std::string& path) {
  if (path.size() >= sizeof(sockaddr_un{}.sun_path))
    return base::fail(
        ErrorKind::config,
        fmt::format("a socket's path has at most {} octets", sizeof(sockaddr_un{}.sun_path) - 1),
        base::printable(path));
  remove_left(path);
  auto door = std::make_shared<Door>(io);
  door->listener = listener;
  if (const auto error = open(*door, asio::local::stream_protocol::endpoint(path), false); error)
    return io_error(error, listener->place);
  (void)::chmod(path.c_str(), kOfGroup);
  door->path = path;
  return Opened{.doors = {std::move(door)}, .place = listener->place};
}

// At all addresses of a place with one port, or at none. `taken`: a port that the system chose for the first is taken at another.
Result<Opened> open_at(asio::io_context& io, const std::shared_ptr<const Listener>& listener,
                       const Place& place, bool& taken) {
  Opened out;
  auto port = place.port;
  for (const auto& address : place.addresses) {
    auto door = std::make_shared<Door>(io);
    door->listener = listener;
    const bool both = address == *base::IpAddress::parse("::");
    if (const auto error = open(*door, endpoint_of(address, port), both); error) {
      taken = place.port == 0 && !out.doors.empty() && error == asio::error::address_in_use;
      // A machine may have no IPv6 at all.
      const bool absent = error == boost::system::errc::address_not_available ||
                          error == boost::system::errc::address_family_not_supported;
      if (absent && !out.doors.empty()) continue;
      return io_error(error, listener->place);
    }
    port = port_of(*door);
    out.doors.push_back(std::move(door));
  }
  const auto& text = listener->place;
  out.place = fmt::format("{}:{}", std::string_view(text).substr(0, text.rfind(':')), port);
  return out;
}

}  // namespace

Result<Place> parse_place(std::string_view text) {
  Place out;
  if (text.starts_with(kUnix)) {
    out.path = text.substr(kUnix.size());
    if (!out.path.starts_with('/') || out.path.find('\0') != std::string::npos) return bad_place(text);
    return out;
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad_place(text);
  const auto port = base::parse_number(text.substr(colon + 1));
  if (!port || *port > 65535) return bad_place(text);
  out.port = static_cast<std::uint16_t>(*port);
  if (text.starts_with(kLocalhost)) {
    out.addresses = {*base::IpAddress::parse("127.0.0.1"), *base::IpAddress::parse("::1")};
    return colon + 1 == kLocalhost.size() ? Result<Place>(std::move(out)) : bad_place(text);
  }
  auto host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto address = base::IpAddress::parse(host);
  if (!address || address->is_v6() != bracketed) return bad_place(text);
  out.addresses = {*address};
  return out;
}

base::IpAddress Door::client(const Endpoint& from) const {
  sockaddr_storage storage{};
  std::memcpy(&storage, from.data(), std::min(from.size(), sizeof storage));
  if (storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    return *base::IpAddress::from_bytes({reinterpret_cast<const char*>(&v4.sin_addr), 4});
  }
  if (storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    return base::IpAddress::from_bytes({reinterpret_cast<const char*>(&v6.sin6_addr), 16})->unmapped();
  }
  return base::IpAddress::v4(INADDR_LOOPBACK);
}

void Door::close() {
  error_code ignored;
  if (!acceptor.is_open()) return;
  acceptor.close(ignored);
  if (is_unix()) (void)::unlink(path.c_str());
}

Result<Opened> open_doors(asio::io_context& io, const std::shared_ptr<const Listener>& listener) {
  const auto place = TRY(parse_place(listener->place));
  if (!place.path.empty()) return open_unix(io, listener, place.path);
  if (!listener->allow_public)
    for (const auto& address : place.addresses)
      if (!is_loopback(address))
        return base::fail(ErrorKind::config, "is no address of this machine alone", listener->place,
                          "listen at 127.0.0.1 or ::1, and put a proxy with TLS before it");
  bool taken = false;
  auto out = open_at(io, listener, place, taken);
  for (int tries = 1; taken && tries < kTries; ++tries) {
    taken = false;
    out = open_at(io, listener, place, taken);
  }
  return out;
}

void set_no_delay(asio::generic::stream_protocol::socket& socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
}

}  // namespace rampart::net::http
