// How many questions may be under way to one server.
//
// A burst of replies overflows the receive buffer (with 3,000 questions under way, a sixth of the replies
// were lost on loopback), and a far server needs many at once to be fast. So the cap starts low, doubles for
// every second in which it was used and hardly anything was lost, and is halved in a second that lost much.
//
// Lost means: no reply to a try, though a later try of the same question was answered. A name that nobody
// answers says nothing about the way to the resolver.
#pragma once

#include <chrono>
#include <cstddef>

namespace rampart::net {

struct CapOptions {
  std::size_t initial = 100;
  std::size_t least = 32;
  std::size_t most = 2000;
};

class AdaptiveCap {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit AdaptiveCap(const CapOptions& options = {}) : options_(options), limit_(options.initial) {}

  [[nodiscard]] bool has_room() const { return used_ < limit_; }
  [[nodiscard]] std::size_t limit() const { return limit_; }
  [[nodiscard]] std::size_t used() const { return used_; }

  void take();  // a try is sent
  void give();  // a reply came, or its time is up
  void answered() { ++answered_; }
  void lost() { ++lost_; }
  // Once in a while; adapts when a second has passed since it last did.
  void tick(Time now);

 private:
  CapOptions options_;
  std::size_t limit_;
  std::size_t used_ = 0;
  std::size_t peak_ = 0;  // of the current second, as are the next two
  std::size_t answered_ = 0;
  std::size_t lost_ = 0;
  Time since_{};
};

}  // namespace rampart::net
