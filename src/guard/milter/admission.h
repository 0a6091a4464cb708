// How much is under way at once. Past it a message waits for a little, and is then answered without being looked at: a filter that
// takes everything answers nothing in time.
#pragma once

#include <atomic>
#include <cstddef>

namespace rampart::guard::milter {

// Shared by all loops.
class Admission {
 public:
  explicit Admission(std::size_t most) : most_(most) {}

  // A place, to be given back; false when none is free.
  bool enter() {
    auto now = inside_.load(std::memory_order_relaxed);
    while (now < most_) {
      if (inside_.compare_exchange_weak(now, now + 1, std::memory_order_relaxed)) return true;
    }
    return false;
  }
  void leave() { inside_.fetch_sub(1, std::memory_order_relaxed); }
  [[nodiscard]] std::size_t inside() const { return inside_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t most() const { return most_; }

 private:
  std::size_t most_;
  std::atomic<std::size_t> inside_{0};
};

}  // namespace rampart::guard::milter
