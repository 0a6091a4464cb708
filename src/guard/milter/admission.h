// How much is under way at once. Past it a message waits for a little, and is then answered without being looked at: a filter that
// takes everything answers nothing in time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

namespace rampart::guard::milter {

// Shared by all loops. Who asked first gets a place first: otherwise whoever comes while one is free takes it from those who wait.
class Admission {
 public:
  explicit Admission(std::size_t most) : most_(most) {}

  // A place, or a place in the queue; it is given back with this.
  class Place {
   public:
    explicit Place(Admission& admission) : admission_(admission) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { leave(); }

    // False: there is none. `wake` is called once there is, on the thread of whoever makes room: it must not do more than post.
    bool enter(std::function<void()> wake) { return admission_.enter(*this, std::move(wake)); }
    // Waits no longer. Whether there was a place at the last moment.
    bool settle() { return admission_.settle(*this); }
    void leave() { admission_.leave(*this); }
    [[nodiscard]] bool held() const { return state_ == State::inside; }

   private:
    friend Admission;
    enum class State : std::uint8_t { outside, waiting, given, inside };
    Admission& admission_;
    State state_ = State::outside;  // `waiting` and `given` only under the lock
    std::function<void()> wake_;
  };

  [[nodiscard]] std::size_t inside() const {
    const std::scoped_lock lock(mutex_);
    return inside_;
  }
  [[nodiscard]] std::size_t most() const { return most_; }

 private:
  using State = Place::State;

  bool enter(Place& place, std::function<void()> wake) {
    if (place.held()) return true;
    const std::scoped_lock lock(mutex_);
    if (waiting_.empty() && inside_ < most_) {
      ++inside_;
      place.state_ = State::inside;
      return true;
    }
    place.state_ = State::waiting;
    place.wake_ = std::move(wake);
    waiting_.push_back(&place);
    return false;
  }

  bool settle(Place& place) {
    const std::scoped_lock lock(mutex_);
    if (place.state_ == State::waiting) {
      std::erase(waiting_, &place);
      place.state_ = State::outside;
    } else if (place.state_ == State::given) {
      place.state_ = State::inside;
    }
    return place.held();
  }

  void leave(Place& place) {
    const std::scoped_lock lock(mutex_);
    if (place.state_ == State::waiting) std::erase(waiting_, &place);
    if (place.state_ == State::given || place.state_ == State::inside) {
      if (waiting_.empty()) {
        --inside_;
      } else {  // it goes from one to the next
        auto& next = *waiting_.front();
        waiting_.pop_front();
        next.state_ = State::given;
        next.wake_();
      }
    }
    place.state_ = State::outside;
  }

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::size_t inside_ = 0;
  std::deque<Place*> waiting_;
};

}  // namespace rampart::guard::milter
