#include "server/api/pool.h"

namespace rampart::server::api {

base::Result<std::unique_ptr<Pool>> Pool::open(PoolOptions options) {
  auto pool = std::unique_ptr<Pool>(new Pool(std::move(options)));
  for (std::size_t i = 0; i < pool->options_.threads; ++i)
    pool->benches_.push_back(TRY(Bench::open(pool->options_.url, *pool->options_.common)));
  for (auto& bench : pool->benches_)
    pool->threads_.emplace_back([&pool = *pool, &bench = *bench] { pool.work(bench); });
  return pool;
}

Pool::~Pool() {
  std::deque<Task> dropped;  // destroyed without the lock: what they hold may post
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    dropped.swap(queue_);
  }
  wake_.notify_all();
  idle_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool Pool::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_ || queue_.size() >= options_.waiting) return false;
    queue_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

std::size_t Pool::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Pool::drain() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return busy_ == 0 && queue_.empty(); });
}

void Pool::work(Bench& bench) {
  while (true) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
      if (ending_) return;
      task = std::move(queue_.front());
      queue_.pop_front();
      ++busy_;
    }
    task(bench);
    task = {};  // what it holds goes before anybody who waits for it does
    {
      const std::lock_guard lock(mutex_);
      --busy_;
    }
    idle_.notify_all();
  }
}

}  // namespace rampart::server::api
