#include "server/serve/notify.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"

namespace rampart::server {
namespace {

// One at a time, before any thread.
std::string take(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  std::string out = value == nullptr ? "" : value;
  ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe)
  return out;
}

}  // namespace

Manager Manager::of_environment() {
  Manager out(take("NOTIFY_SOCKET"));
  const auto every = base::parse_number(take("WATCHDOG_USEC"));
  const auto process = base::parse_number(take("WATCHDOG_PID"));
  constexpr std::uint64_t kMicroseconds = 1'000;
  constexpr std::uint64_t kLongest = 86'400ULL * 1'000'000;  // a day; our own
  if (every && *every >= kMicroseconds && *every <= kLongest &&
      (!process || *process == static_cast<std::uint64_t>(::getpid())))
    out.watchdog_ = std::chrono::milliseconds(*every / kMicroseconds);
  return out;
}

void Manager::say(const std::string& text) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (socket_.front() == '@') address.sun_path[0] = '\0';
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the API of sockets
  ::sendto(socket, text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
  ::close(socket);
}

void Manager::ready(std::string_view status) const {
  say(fmt::format("READY=1\nSTATUS={}\nMAINPID={}", base::printable(status), ::getpid()));
}

void Manager::reloading() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  say(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1'000'000LL + now.tv_nsec / 1'000));
}

void Manager::stopping() const { say("STOPPING=1"); }
void Manager::status(std::string_view text) const { say(fmt::format("STATUS={}", base::printable(text))); }
void Manager::alive() const { say("WATCHDOG=1"); }

}  // namespace rampart::server
