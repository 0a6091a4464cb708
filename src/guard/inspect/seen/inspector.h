// Looks into messages for loops that must not wait: processes (base/worker.h), each with a thread that speaks to it.
//
//   auto inspector = TRY(Inspector::start({.workers = 8}));      // before any thread is started
//   inspector->look({.header = content_header(header), .body = body}, io, kLookPatience, [](Inspected seen) { … });
//
// A message that ends its process, or takes longer than it may, is tried once more in a fresh one, behind all others; then it is known
// by its hash as one that kills (Extent::killed), and is looked at no more.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "base/result.h"
#include "base/time.h"
#include "base/worker.h"
#include "guard/inspect/seen/inspected.h"
#include "guard/inspect/seen/killers.h"
#include "guard/inspect/seen/look.h"

namespace rampart::guard {

// All our own.
inline constexpr std::chrono::seconds kLookPatience{8};  // a worker's time, and some in the queue
inline constexpr std::size_t kMaxLookJobs = 500;         // that wait; further ones are late
inline constexpr std::size_t kMaxLookWaiting = std::size_t{256} << 20U;  // bytes of them
inline constexpr std::size_t kMaxLookers = 64;                           // workers

struct InspectorOptions {
  std::size_t workers = 2;
  std::size_t most = kMaxLookedAt;  // bytes of a message; a larger one is not looked at
  std::string rules = {};           // a folder of YARA rules (load_rules()); empty: none
  std::string program = {};         // rampart-worker, a process that is small; empty: this one is forked
  base::Worker::Function function = &look;  // without a program; tests give their own
  base::Worker::Company company = nullptr;  // likewise
  base::WorkerLimits limits = kLookLimits;
  std::function<base::Time()> now = &base::now;  // for how long killers are known
};

class Inspector {
 public:
  // Errors are of kind io.
  static base::Result<std::unique_ptr<Inspector>> start(InspectorOptions options);
  ~Inspector();  // what waits is not answered any more; before every `io`
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  struct Text {
    std::string header;     // content_header()
    std::string_view body;  // is copied
  };
  // On the thread of `io`, where `done` is called, too: once, never within look(). What takes longer than `patience` is late.
  void look(Text text, boost::asio::io_context& io, std::chrono::milliseconds patience,
            std::function<void(Inspected)> done);

  // Each worker of a program is started anew with the rules of that folder, before its next message. They are known to be right.
  void use_rules(std::string folder);

  // Since it began.
  struct Counts {
    std::uint64_t looked = 0;
    std::uint64_t tried_again = 0;  // ended their process, once
    std::uint64_t killed = 0;       // and twice
    std::uint64_t known = 0;        // were known as such
    std::uint64_t late = 0;         // nobody looked at in time
    std::size_t waiting = 0;        // now
  };
  [[nodiscard]] Counts counts() const;

 private:
  // Shared by the loop's timer and the thread that speaks to the worker; `timer` and `done` are the loop's alone.
  struct Job;

  explicit Inspector(InspectorOptions options, std::vector<base::Worker> workers);
  void renew(base::Worker& worker, std::size_t& generation);
  void work(base::Worker& worker, bool takes_suspects);
  std::shared_ptr<Job> next(bool takes_suspects);
  void do_one(base::Worker& worker, std::shared_ptr<Job> job);
  // Whether it is dealt with without a process: it is known to kill, or waits as another of its kind does.
  bool is_known(const std::shared_ptr<Job>& job);
  void put_off(const std::shared_ptr<Job>& job);  // under `mutex_`
  static void finish(std::shared_ptr<Job> job, Inspected seen);

  InspectorOptions options_;
  std::vector<base::Worker> workers_;
  mutable std::mutex mutex_;
  // Under `mutex_`.
  std::condition_variable there_;
  std::deque<std::shared_ptr<Job>> jobs_;
  std::deque<std::shared_ptr<Job>> suspects_;         // that ended a process once: when little else waits
  boost::unordered_flat_set<std::string> suspected_;  // hashes of these
  std::size_t turn_ = 0;
  std::size_t bytes_ = 0;  // of all that wait
  Killers killers_;
  Counts counts_;
  bool stopping_ = false;
  std::size_t generation_ = 0;  // of rules

  std::vector<std::thread> threads_;  // begun with the first job, so that start() is before any thread
};

}  // namespace rampart::guard
