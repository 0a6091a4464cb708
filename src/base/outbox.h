// Things that are handed to a thread of its own, so that whoever hands them over never waits for where they go. What does not fit
// is lost, and counted.
//
//   Outbox<std::string> lines(1 << 20, [&](std::span<const std::string> some, std::size_t lost, std::stop_token) { return write(some); });
//   lines.push(line, line.size());
//   const auto left = lines.close(std::chrono::seconds(5));
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <stop_token>
#include <thread>
#include <vector>

namespace rampart::base {

template <class T>
class Outbox {
 public:
  // Runs on the outbox's thread: things in the order in which they were handed over, and how many were lost since the last call that
  // returned true. False: they could not be delivered; after a pause they are given again. When the token says so it has to return.
  using Deliver = std::function<bool(std::span<const T>, std::size_t lost, const std::stop_token&)>;

  static constexpr std::size_t kBatch = 256;  // given at a time, at most
  static constexpr std::chrono::milliseconds kPause{1000};
  // So long others are waited for once there is one: waking a thread for each costs more than most of what is delivered.
  static constexpr std::chrono::milliseconds kGather{5};

  // Holds things of at most `most` octets together, as push() is told their sizes.
  Outbox(std::size_t most, Deliver deliver)
      : most_(most),
        deliver_(std::move(deliver)),
        thread_([this](const std::stop_token& stop) { work(stop); }) {}
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;
  ~Outbox() { close({}); }

  // From any thread. False: it was lost.
  bool push(T item, std::size_t size) {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      if (closing_ || held_ + size > most_) {
        ++lost_;
        return false;
      }
      held_ += size;
      first = waiting_.empty();
      waiting_.push_back({std::move(item), size});
    }
    if (first) there_.notify_all();  // otherwise it was told, and has not come to it yet
    return true;
  }

  // Takes nothing more, and waits for at most that long until everything is delivered. How many things are lost by that.
  std::size_t close(std::chrono::milliseconds patience) {
    {
      std::unique_lock lock(mutex_);
      closing_ = true;
      there_.notify_all();
      pause_.notify_all();
      done_.wait_for(lock, patience, [&] { return waiting_.empty() && batch_.empty(); });
    }
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    const std::lock_guard lock(mutex_);
    return waiting_.size() + batch_.size();
  }

 private:
  struct Waiting {
    T item;
    std::size_t size;
  };

  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    std::size_t size = 0;  // of the batch
    while (!stop.stop_requested()) {
      there_.wait(lock, stop, [&] { return !waiting_.empty() || !batch_.empty(); });
      if (stop.stop_requested()) return;
      if (batch_.empty() && waiting_.size() < kBatch)
        pause_.wait_for(lock, stop, kGather, [&] { return closing_; });
      while (batch_.size() < kBatch && !waiting_.empty()) {
        size += waiting_.front().size;
        batch_.push_back(std::move(waiting_.front().item));
        waiting_.pop_front();
      }
      const auto lost = lost_;
      lock.unlock();
      const bool delivered = deliver_(batch_, lost, stop);
      lock.lock();
      if (delivered) {
        lost_ -= lost;
        held_ -= size;
        size = 0;
        batch_.clear();
        if (waiting_.empty()) done_.notify_all();
      } else {
        pause_.wait_for(lock, stop, kPause, [] { return false; });  // close() does not hurry what fails
      }
    }
  }

  const std::size_t most_;
  Deliver deliver_;
  std::mutex mutex_;
  std::condition_variable_any there_;
  std::condition_variable_any done_;
  std::condition_variable_any pause_;
  // Under the mutex; `batch_` is the thread's own while it delivers.
  std::deque<Waiting> waiting_;
  std::vector<T> batch_;
  std::size_t held_ = 0;
  std::size_t lost_ = 0;
  bool closing_ = false;
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace rampart::base
