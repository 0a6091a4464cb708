// Threads that answer requests, each with its own database and what hangs on it (call.h, Bench).
//
//   auto pool = TRY(Pool::open({.url = url, .common = &common, .threads = 4}));
//   pool->post([](Bench& bench) { … });           // false: too many wait
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "server/api/call.h"

namespace rampart::server::api {

struct PoolOptions {
  store::Url url;
  const accounts::Common* common = nullptr;
  std::size_t threads = 4;
  std::size_t waiting = 256;  // our own: at 5 ms each the last of them waits a third of a second
};

class Pool {
 public:
  using Task = std::function<void(Bench&)>;

  // Opens a database for each thread; errors are of the store.
  static base::Result<std::unique_ptr<Pool>> open(PoolOptions options);
  ~Pool();  // what waits is dropped, what runs is waited for
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // From any thread. False when too many wait already, or it ends. An exception of the task is its own to catch.
  bool post(Task task);
  [[nodiscard]] std::size_t waiting() const;
  // Until nothing waits and nothing runs: whoever goes, and whose tasks refer to him, calls it first. Not from a task.
  void drain();

 private:
  explicit Pool(PoolOptions options) : options_(std::move(options)) {}
  void work(Bench& bench);

  const PoolOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // Under the mutex.
  std::deque<Task> queue_;
  std::size_t busy_ = 0;
  bool ending_ = false;

  std::condition_variable idle_;
  std::vector<std::unique_ptr<Bench>> benches_;
  std::vector<std::thread> threads_;
};

}  // namespace rampart::server::api
