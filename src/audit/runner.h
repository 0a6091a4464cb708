// Runs the audit of many domains: so many at once, on one thread or several, whatever the provider; reports
// come out in the order in which the domains went in, so that two runs over the same facts give the same bytes.
//
//   Runner runner(options, lanes, domains, output);
//   TRY(runner.run());
//
// A lane is a provider with the thread it belongs to. With one lane everything happens in the caller's thread;
// with several each has a thread of its own, which makes the decisions and, where the format allows, the text
// of the report, while the caller's thread reads the source and writes the output. The source, the output and
// what they touch are never called from another thread.
//
// Memory: at most `in_flight` domains are being asked about, and at most kMaxWindow finished reports wait behind
// a slower one (kMaxTextWindow, compressed, where a report is kept as its text); beyond that no new domain is
// begun until the slow one is done. A dead domain of 30 s then holds nobody up.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "audit/assess.h"
#include "audit/report.h"
#include "audit/summary.h"
#include "facts/driver.h"

namespace rampart::audit {

struct Lane {
  facts::Provider* provider = nullptr;
  // Waits for something to happen and lets it: false when nothing will. Empty for a provider that answers at
  // once. Only ever called by the lane's thread, as the provider is.
  std::function<bool()> wait;
};

// One audited domain, ready for its turn.
struct Finished {
  std::shared_ptr<const Input> input;       // shared with the runs of the decision
  Digest digest;                            // for the summary
  DomainReport report;                      // empty when `text` stands for it
  std::optional<std::string> text;          // made by RunnerOptions::render
  std::shared_ptr<const facts::Book> book;  // all facts that were asked for it; null unless keep_books
};

struct RunnerOptions {
  std::size_t in_flight = 100;  // domains, at least 1, over all lanes
  facts::DriveOptions drive;
  // The text of a report, where it depends on nothing but the report; called by the lanes' threads.
  std::function<std::string(const DomainReport&)> render;
  bool keep_books = false;
  bool keep_reports = false;  // beside their text
  // Whether the source has its next domain at hand; without it, it always has. A list that comes through a pipe
  // may not: then what was read is audited and written meanwhile.
  std::function<bool()> source_ready;
};

class Runner {
 public:
  static constexpr std::size_t kMaxWindow = 4096;       // reports
  static constexpr std::size_t kMaxTextWindow = 32768;  // reports kept as text: about 2 KB each

  // The next domain to audit; nothing at the end.
  using Source = std::function<base::Result<std::optional<Input>>()>;
  using Output = std::function<base::Result<>(Finished&&)>;
  // The decision: assess(), unless a test has another.
  using Decide = std::function<DomainReport(const Input&, facts::Facts&)>;

  // The lanes' providers, and everything behind `options`, must outlive the runner and the answers they owe.
  Runner(RunnerOptions options, std::vector<Lane> lanes, Source source, Output output,
         Decide decide = assess);
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner();

  // Until every domain has been handed to the output, or the source or the output fails; then what is still
  // under way is dropped when its answers come.
  base::Result<> run();
  [[nodiscard]] std::size_t begun() const;
  [[nodiscard]] std::size_t done() const;  // finished, some perhaps still waiting for their turn
  [[nodiscard]] std::size_t written() const;

 private:
  class Worker;
  struct Slot {
    bool ready = false;
    bool packed = false;  // `finished.text` is compressed
    Finished finished;
  };
  struct Job {
    std::size_t number = 0;
    std::shared_ptr<const Input> input;
  };

  base::Result<> run_alone(Worker& worker);
  base::Result<> run_threads();
  base::Result<> refill();
  base::Result<> write_ready();
  std::optional<Job> take();
  void finish(std::size_t number, Finished finished);
  [[nodiscard]] bool can_read() const;
  [[nodiscard]] bool has_room(std::size_t queued) const;
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] base::Error stuck() const;

  RunnerOptions options_;
  Source source_;
  Output output_;
  std::shared_ptr<const Decide> decide_;  // shared with the drives that are under way
  // Shared with the drives that are under way, weakly: a late answer finds no worker.
  std::vector<std::shared_ptr<Worker>> workers_;
  mutable std::mutex mutex_;      // guards all that follows
  std::condition_variable work_;  // a job, or the end of them: for lanes
  std::condition_variable news_;  // the first report is ready, or the queue runs low: for the caller's thread
  std::deque<Job> queue_;         // not begun yet, in order
  std::deque<Slot> window_;       // the domains not yet written, in order; the first is number written_
  std::size_t numbered_ = 0;      // handed to the queue
  std::size_t done_ = 0;
  std::size_t written_ = 0;
  bool exhausted_ = false;             // no more domains will come
  bool abandoned_ = false;             // the run has failed: lanes leave
  std::optional<base::Error> failed_;  // of a lane
};

}  // namespace rampart::audit
