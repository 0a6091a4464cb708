// The parts of a server that run on threads of their own, each with how it is: what ends although nobody stopped it is begun again, after a
// while that grows.
//
//   Parts parts([&](const std::string& part, const base::Error& error) { log.error(part, error); });
//   parts.add("audits", [&](Part& part) -> base::Result<> { … while (!part.stopped()) …; part.fine(); … });
//   parts.start();
//   parts.stop(std::chrono::seconds(20));      // asks all to end, and waits so long; the names of those that did not
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace rampart::server {

struct Health {
  enum class State : std::uint8_t {
    starting,
    fine,
    degraded,  // it works, but not all of it
    failed,    // it does not, and is begun again
    stopped,
  };
  State state = State::starting;
  std::string why = {};  // of degraded and failed; a clause, printable
  base::Time since{};
};
std::string_view to_string(Health::State state);

// One of them, as it sees itself. `stopped()` and the health may be asked and said by any thread.
class Part {
 public:
  explicit Part(std::string name) : name_(std::move(name)), health_{.since = base::now()} {}
  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] bool stopped() const { return stop_.load(std::memory_order_relaxed); }
  // Waits so long, or until it is stopped or woken. False when it is stopped.
  bool wait(std::chrono::milliseconds time);
  void wake();

  void fine() { set(Health::State::fine, {}); }
  void degraded(std::string why) { set(Health::State::degraded, std::move(why)); }
  [[nodiscard]] Health health() const;
  // Since the start.
  struct Counts {
    std::uint64_t runs = 0;      // of periodic work
    std::uint64_t failures = 0;  // of that, or of the part itself
  };
  [[nodiscard]] Counts counts() const { return {.runs = runs_, .failures = failures_}; }

 private:
  friend class Parts;
  void set(Health::State state, std::string why);
  void stop();

  const std::string name_;
  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> runs_ = 0;
  std::atomic<std::uint64_t> failures_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Under the mutex.
  Health health_;
  bool woken_ = false;
  bool ended_ = true;
};

class Parts {
 public:
  // Returns when the part is stopped; earlier, with an error or without, it is begun again.
  using Run = std::function<base::Result<>(Part&)>;
  // What is done again and again. An error makes the part degraded, and the next time is as far away as ever.
  using Work = std::function<base::Result<>(Part&)>;
  struct Rhythm {
    std::chrono::milliseconds first{};
    std::chrono::milliseconds every{};
  };

  // `trouble` is told, on the part's thread, of each error that is another than the one before.
  using Trouble = std::function<void(const std::string& part, const base::Error& error)>;
  explicit Parts(Trouble trouble) : trouble_(std::move(trouble)) {}
  ~Parts();  // stops what is left, and waits for it
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  // Before start().
  Part& add(std::string name, Run run);
  Part& add_periodic(std::string name, Rhythm rhythm, Work work);
  // A part that is not run here, whose health others say: the HTTP server.
  Part& add_named(std::string name);

  void start();
  // The names of those that have not ended by then; they are left to the destructor.
  std::vector<std::string> stop(std::chrono::milliseconds patience);
  [[nodiscard]] const std::vector<std::unique_ptr<Part>>& all() const { return parts_; }

 private:
  void look_after(Part& part, const Run& run);

  Trouble trouble_;
  std::vector<std::unique_ptr<Part>> parts_;
  std::vector<std::pair<Part*, Run>> runs_;
  std::vector<std::thread> threads_;
};

}  // namespace rampart::server
