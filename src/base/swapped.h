// A value that one thread puts in another's place while others read it: whoever took it keeps what he took.
//
//   Swapped<Rules> rules{first};
//   const auto now = rules.load();     // held as long as `now` is
//   rules = std::make_shared<const Rules>(second);
//
// In place of std::atomic<std::shared_ptr>, whose load in libstdc++ 12 gives its lock back without release order: ThreadSanitizer
// shows the race with the next store.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace rampart::base {

template <class T>
class Swapped {
 public:
  Swapped() = default;
  explicit Swapped(std::shared_ptr<const T> value) : value_(std::move(value)) {}
  Swapped(const Swapped&) = delete;
  Swapped& operator=(const Swapped&) = delete;

  [[nodiscard]] std::shared_ptr<const T> load() const {
    const std::scoped_lock lock(mutex_);
    return value_;
  }
  // What was there before is freed outside of the lock.
  Swapped& operator=(std::shared_ptr<const T> value) {
    {
      const std::scoped_lock lock(mutex_);
      value_.swap(value);
    }
    return *this;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace rampart::base
