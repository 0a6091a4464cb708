// A milter that takes all that a mail server sends and accepts each message: what a milter costs before it does anything, for
// `./dev bench guard`. It asks for no replies before the end of the message, as the guard does; one thread.
//
// usage: null_milter SOCKET-PATH
// It stands before programs on the same machine alone, so it trusts them: a frame that is too long ends the connection.
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

constexpr std::uint32_t kVersion = 6;
constexpr std::uint32_t kNoReplies =
    0x80 | 0x1000 | 0x2000 | 0x4000 | 0x8000 | 0x10000 | 0x20000 | 0x40000 | 0x80000;  // SMFIP_NR_*
constexpr std::uint32_t kLeadingSpace = 0x100000;                                      // SMFIP_HDR_LEADSPC
constexpr std::size_t kMaxFrame = 1 << 20;

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return ntohl(number);
}

void append(std::string& out, std::uint32_t number) {
  number = htonl(number);
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

struct Connection {
  std::string in;
};

// False: the connection ends.
bool answer(int fd, Connection& from) {
  std::string out;
  std::size_t at = 0;
  while (from.in.size() - at >= 5) {
    const auto length = number_at(from.in, at);
    if (length == 0 || length > kMaxFrame) return false;
    if (from.in.size() - at - 4 < length) break;
    const char command = from.in[at + 4];
    if (command == 'O' && length >= 13) {
      const auto offered = number_at(from.in, at + 13);
      append(out, 13);
      out += 'O';
      append(out, kVersion);
      append(out, 0);
      append(out, offered & (kNoReplies | kLeadingSpace));
    } else if (command == 'E') {
      append(out, 1);
      out += 'c';
    } else if (command == 'Q') {
      return false;
    }
    at += 4 + length;
  }
  from.in.erase(0, at);
  return out.empty() || ::send(fd, out.data(), out.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(out.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: null_milter SOCKET-PATH\n", stderr);
    return 2;
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (std::strlen(argv[1]) >= sizeof address.sun_path) {
    std::fputs("error: the path is too long for a socket\n", stderr);
    return 2;
  }
  std::strcpy(address.sun_path, argv[1]);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 4096) != 0) {
    std::perror(argv[1]);
    return 1;
  }
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event wanted{.events = EPOLLIN, .data = {.fd = listener}};
  ::epoll_ctl(poll, EPOLL_CTL_ADD, listener, &wanted);
  std::unordered_map<int, Connection> connections;
  std::array<epoll_event, 256> ready{};
  std::array<char, 65536> buffer{};
  for (;;) {
    const int count = ::epoll_wait(poll, ready.data(), static_cast<int>(ready.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int fd = ready[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener) {
        const int came = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (came < 0) continue;
        wanted = {.events = EPOLLIN, .data = {.fd = came}};
        ::epoll_ctl(poll, EPOLL_CTL_ADD, came, &wanted);
        connections[came];
        continue;
      }
      const auto read = ::recv(fd, buffer.data(), buffer.size(), 0);
      auto& from = connections[fd];
      if (read > 0) from.in.append(buffer.data(), static_cast<std::size_t>(read));
      if (read <= 0 || !answer(fd, from)) {
        connections.erase(fd);
        ::close(fd);
      }
    }
  }
}
