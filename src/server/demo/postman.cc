#include "server/demo/postman.h"

#include <array>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <random>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "guard/milter/frames.h"
#include "server/demo/fill.h"

namespace rampart::server::demo {

using base::ErrorKind;
using base::Result;

namespace {

constexpr timeval kPatience{.tv_sec = 20, .tv_usec = 0};

class Socket {
 public:
  explicit Socket(int file) : file_(file) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (file_ >= 0) ::close(file_);
  }
  [[nodiscard]] int get() const { return file_; }

 private:
  int file_;
};

std::unexpected<base::Error> failed(std::string_view what, const std::string& where) {
  return base::fail(ErrorKind::io, fmt::format("{}: {}", what, std::strerror(errno)), where);
}

}  // namespace

Result<char> deliver(const std::string& socket, const Letter& letter) {
  sockaddr_un place{};
  place.sun_family = AF_UNIX;
  if (socket.size() >= sizeof place.sun_path)
    return base::fail(ErrorKind::config, "the path of the socket is too long", socket,
                      "use a shorter folder");
  std::memcpy(place.sun_path, socket.data(), socket.size());
  const Socket file(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (file.get() < 0) return failed("no socket", socket);
  ::setsockopt(file.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(file.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  if (::connect(file.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0)
    return failed("cannot connect", socket);
  auto bytes = frames_of(letter);
  guard::milter::append_frame(bytes, static_cast<char>(guard::milter::Command::quit));
  for (std::string_view rest = bytes; !rest.empty();) {
    const auto sent = ::send(file.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0) return failed("cannot send", socket);
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  guard::milter::FrameReader reader;
  char last = 0;
  std::array<char, 4096> room{};
  for (;;) {
    const auto got = ::recv(file.get(), room.data(), room.size(), 0);
    if (got < 0) return failed("no answer", socket);
    if (got == 0) break;
    reader.feed({room.data(), static_cast<std::size_t>(got)});
    while (const auto frame = TRY(reader.next())) last = frame->command;
  }
  if (last == 0) return base::fail(ErrorKind::unavailable, "the guard answered nothing", socket);
  return last;
}

Postman::Postman(const World& world, std::string socket, std::function<void(const std::string&)> say)
    : letters_(world, std::random_device{}()),
      socket_(std::move(socket)),
      say_(std::move(say)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

void Postman::work(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wait;
  std::minstd_rand random(std::random_device{}());
  const auto pauses = static_cast<unsigned long>((kMostPause - kLeastPause).count());
  while (!stop.stop_requested()) {
    std::unique_lock lock(mutex);
    wait.wait_for(lock, stop, kLeastPause + std::chrono::milliseconds(random() % pauses),
                  [] { return false; });
    if (stop.stop_requested()) return;
    const auto letter = letters_.next(base::now());
    if (!letter) return say_(letter.error().message());
    if (const auto answered = deliver(socket_, *letter); !answered)
      say_(fmt::format("a letter of the demo was not delivered: {}", answered.error().message()));
  }
}

}  // namespace rampart::server::demo
