// Workers that look at messages' content for loops that must not wait: each a process (base/worker.h) with a thread that speaks to it.
//
//   auto inspector = TRY(Inspector::start(2));      // before any thread is started
//   inspector->look(bytes, io, kContentPatience, [](Content content) { … });
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/result.h"
#include "guard/inspect/content/content.h"

namespace rampart::guard {

inline constexpr std::chrono::seconds kContentPatience{8};  // a worker's time, and some in the queue; our own
inline constexpr std::size_t kMaxContentJobs = 500;         // that wait; further ones are a fault

class Inspector {
 public:
  // Errors are of kind io.
  static base::Result<std::unique_ptr<Inspector>> start(std::size_t workers);
  ~Inspector();  // what waits is not answered any more; before every `io`
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  // On the thread of `io`, where `done` is called, too: once, never within look(). What takes longer than `patience` is a fault.
  void look(std::string_view message, boost::asio::io_context& io, std::chrono::seconds patience,
            std::function<void(Content)> done);

 private:
  // Shared by the loop's timer and the thread that speaks to the worker; but for `message` the loop's alone.
  struct Job {
    Job(boost::asio::io_context& io, std::string_view message, std::function<void(Content)> done)
        : io(io), timer(io), message(message), done(std::move(done)) {}
    void answer(Content content) {
      timer.cancel();
      if (const auto call = std::exchange(done, nullptr)) call(std::move(content));
    }
    boost::asio::io_context& io;
    boost::asio::steady_timer timer;
    std::string message;  // a copy: whoever asked may have given up
    std::function<void(Content)> done;
  };

  explicit Inspector(std::vector<base::Worker> workers) : workers_(std::move(workers)) {}
  void work(base::Worker& worker);
  static Content ask(base::Worker& worker, std::string_view message);

  std::vector<base::Worker> workers_;
  std::mutex mutex_;
  std::condition_variable there_;
  std::deque<std::shared_ptr<Job>> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;  // begun with the first job, so that start() is before any thread
};

}  // namespace rampart::guard
