#include "guard/milter/listener.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/ip.h"
#include "base/text.h"
#include "guard/milter/frames.h"

namespace rampart::guard::milter {
namespace {

using base::ErrorKind;
using base::Result;

constexpr int kBacklog = 1024;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

std::unexpected<base::Error> io_error(std::string_view what, const std::string& where, int code) {
  const char* hint = "";
  if (code == EADDRINUSE) hint = "another program listens there: stop it, or choose another address";
  if (code == EACCES || code == EPERM)
    hint = "let the user who runs this write there, or choose another address";
  if (code == EADDRNOTAVAIL) hint = "name an address of this machine, such as 127.0.0.1";
  if (code == ENOENT) hint = "make the folder first";
  return base::fail(ErrorKind::io, fmt::format("cannot {}: {}", what, std::generic_category().message(code)),
                    where, hint);
}

Result<Address> address_of(const ListenAddress& listen) {
  Address out;
  if (!listen.path.empty()) {
    sockaddr_un to{};
    if (listen.path.size() >= sizeof to.sun_path)
      return base::fail(ErrorKind::config,
                        fmt::format("a socket's path has at most {} octets", sizeof to.sun_path - 1),
                        listen.path);
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, listen.path.data(), listen.path.size());
    std::memcpy(&out.storage, &to, sizeof to);
    out.size = sizeof to;
    return out;
  }
  const auto endpoint = base::parse_endpoint(listen.endpoint, 0);
  const auto bytes = endpoint->address.bytes();
  if (endpoint->address.is_v4()) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(endpoint->port);
    std::memcpy(&to.sin_addr, bytes.data(), bytes.size());
    std::memcpy(&out.storage, &to, sizeof to);
    out.size = sizeof to;
  } else {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(endpoint->port);
    std::memcpy(&to.sin6_addr, bytes.data(), bytes.size());
    std::memcpy(&out.storage, &to, sizeof to);
    out.size = sizeof to;
  }
  return out;
}

// A socket that nobody listens at any more.
Result<> clear_path(const std::string& path, const Address& address) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return {};
  if (!S_ISSOCK(status.st_mode))
    return base::fail(ErrorKind::io, "is there already, and is no socket", base::printable(path),
                      "choose another path");
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool alive = ::connect(probe, address.get(), address.size) == 0;
  ::close(probe);
  if (alive) return io_error("listen", base::printable(path), EADDRINUSE);
  if (::unlink(path.c_str()) != 0) return io_error("take the old socket away", base::printable(path), errno);
  return {};
}

std::string bound_text(int file, const ListenAddress& listen) {
  if (!listen.path.empty()) return listen.text();
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (::getsockname(file, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return listen.text();
  auto endpoint = *base::parse_endpoint(listen.endpoint, 0);
  endpoint.port = ntohs(bound.ss_family == AF_INET ? reinterpret_cast<const sockaddr_in&>(bound).sin_port
                                                   : reinterpret_cast<const sockaddr_in6&>(bound).sin6_port);
  return "inet:" + endpoint.text();
}

}  // namespace

std::string ListenAddress::text() const { return path.empty() ? "inet:" + endpoint : "unix:" + path; }

Result<ListenAddress> parse_listen(std::string_view text) {
  const auto wrong = [&](std::string_view what) {
    return base::fail(ErrorKind::config, fmt::format("\"{}\" {}", base::printable(text), what), {},
                      "write inet:127.0.0.1:8891, or unix:/run/rampart/guard.sock");
  };
  if (text.starts_with("unix:")) {
    text.remove_prefix(5);
    if (!text.starts_with('/')) return wrong("is no whole path");
    return ListenAddress{.path = std::string(text), .endpoint = {}};
  }
  if (text.starts_with("inet:")) text.remove_prefix(5);
  // Port 0, of tests, is the system's choice.
  const bool any_port = text.ends_with(":0");
  const auto endpoint = base::parse_endpoint(any_port ? text.substr(0, text.size() - 2) : text, 0);
  if (!endpoint || (endpoint->port == 0 && !any_port)) return wrong("is no address with a port");
  return ListenAddress{.path = {}, .endpoint = any_port ? endpoint->address.text() : endpoint->text()};
}

Result<> ask_milter(const ListenAddress& listen, std::chrono::seconds patience) {
  constexpr std::size_t kMostRead = 1'000;  // octets; our answer has some 150
  const auto fail = [&](std::string what, std::string hint = {}) {
    return base::fail(ErrorKind::unavailable, std::move(what), listen.text(), std::move(hint));
  };
  const auto address = TRY(address_of(listen));
  const int file = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (file < 0) return io_error("make a socket", listen.text(), errno);
  struct Closer {
    int file;
    ~Closer() { ::close(file); }
  } const closer{file};
  const timeval time{.tv_sec = patience.count(), .tv_usec = 0};
  ::setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  ::setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
  if (::connect(file, address.get(), address.size) != 0)
    return fail(fmt::format("nobody answers: {}", std::generic_category().message(errno)));
  std::string payload;
  append_u32(payload, kVersion);
  append_u32(payload, action::kAddHeaders | action::kChangeHeaders | action::kDeleteRecipients);
  append_u32(payload, 0);
  std::string offer;
  append_frame(offer, static_cast<char>(Command::negotiate), payload);
  if (::send(file, offer.data(), offer.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(offer.size()))
    return fail("it took no offer");
  FrameReader reader;
  std::size_t got = 0;
  while (got < kMostRead) {
    std::array<char, kMostRead> buffer;
    const auto size = ::recv(file, buffer.data(), buffer.size(), 0);
    if (size <= 0) break;
    got += static_cast<std::size_t>(size);
    reader.feed({buffer.data(), static_cast<std::size_t>(size)});
    const auto frame = reader.next();
    if (!frame) break;
    if (*frame && (*frame)->command == static_cast<char>(Reply::negotiate)) return {};
    if (*frame) break;
  }
  return fail("who answers there is no milter");
}

Result<Listener> Listener::open(const ListenAddress& listen, unsigned mode) {
  const auto address = TRY(address_of(listen));
  if (!listen.path.empty()) TRY(clear_path(listen.path, address));
  const int family = address.storage.ss_family;
  const int file = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (file < 0) return io_error("make a socket", listen.text(), errno);
  Listener out(file, family, listen.text(), {});
  const int on = 1;
  if (family != AF_UNIX) ::setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(file, address.get(), address.size) != 0) return io_error("listen", listen.text(), errno);
  out.path_ = listen.path;
  if (!listen.path.empty() && ::chmod(listen.path.c_str(), mode) != 0)
    return io_error("set who may connect", listen.text(), errno);
  if (::listen(file, kBacklog) != 0) return io_error("listen", listen.text(), errno);
  out.address_ = bound_text(file, listen);
  return out;
}

Listener::~Listener() {
  if (file_ >= 0) ::close(file_);
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<int> Listener::descriptor() const {
  const int copy = ::dup(file_);
  if (copy < 0) return io_error("listen", address_, errno);
  return copy;
}

}  // namespace rampart::guard::milter
