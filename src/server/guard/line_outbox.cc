#include "server/guard/line_outbox.h"

#include <climits>

#include <poll.h>

namespace rampart::server {
namespace {

constexpr std::size_t kHeld = std::size_t{16} << 20;  // octets that wait to be written
constexpr int kPatience = 200;                        // milliseconds, until it is looked whether to stop

// Whether something can be written without waiting: to a pipe as much as PIPE_BUF (POSIX, write).
bool takes(int descriptor) {
  pollfd one{.fd = descriptor, .events = POLLOUT, .revents = 0};
  return ::poll(&one, 1, kPatience) > 0;
}

}  // namespace

LineOutbox::LineOutbox(Stream stream)
    : stream_(std::move(stream)),
      lines_(kHeld, [this](std::span<const std::string> lines, std::size_t lost,
                           const std::stop_token& stop) { return deliver(lines, lost, stop); }) {}

// False: it has to stop, with the line under way not whole.
bool LineOutbox::write(std::string_view text, const std::stop_token& stop) {
  while (at_ < text.size()) {
    if (stop.stop_requested()) return false;
    if (!takes(stream_.descriptor)) continue;
    const auto piece = text.substr(at_, PIPE_BUF);
    if (const auto done = stream_.write(piece); !done) {
      gone_ = true;
      if (stream_.gone) stream_.gone(done.error());
      return true;
    }
    at_ += piece.size();
  }
  at_ = 0;
  return true;
}

bool LineOutbox::deliver(std::span<const std::string> lines, std::size_t lost, const std::stop_token& stop) {
  for (; written_ < lines.size() && !gone_; ++written_) {
    if (!write(lines[written_], stop)) return false;
  }
  written_ = 0;
  if (lost != 0 && !gone_) stream_.lost(lost);
  return true;
}

}  // namespace rampart::server
