#include "audit/runner.h"

#include <algorithm>
#include <thread>

#include "base/compress.h"

namespace rampart::audit {
namespace {

// A report that waits behind so many others waits long: its text is compressed.
constexpr std::size_t kPackBeyond = 512;

}  // namespace

// One lane at work: the drives it has begun.
class Runner::Worker : public std::enable_shared_from_this<Worker> {
 public:
  Worker(Runner& runner, Lane lane, std::size_t most)
      : runner_(runner), lane_(std::move(lane)), most_(most) {}

  // Begins what there is room for.
  void begin_some() {
    while (in_flight_ < most_) {
      auto job = runner_.take();
      if (!job) return;
      begin(std::move(*job));
    }
  }
  [[nodiscard]] bool idle() const { return in_flight_ == 0; }
  bool wait() { return lane_.wait && lane_.wait(); }

  // The lane's thread.
  void run() {
    for (;;) {
      begin_some();
      if (idle()) {
        std::unique_lock lock(runner_.mutex_);
        runner_.work_.wait(
            lock, [&] { return runner_.abandoned_ || !runner_.queue_.empty() || runner_.exhausted_; });
        if (runner_.abandoned_ || (runner_.queue_.empty() && runner_.exhausted_)) return;
        continue;
      }
      const bool waited = wait();
      const std::lock_guard lock(runner_.mutex_);
      if (!waited) runner_.stuck_ = true;
      if (!waited) runner_.news_.notify_one();
      if (!waited || runner_.abandoned_) return;
    }
  }

 private:
  void begin(Job job) {
    ++in_flight_;
    auto drive = runner_.options_.drive;
    drive.only_used = false;  // a replay must meet the same questions on the way, not only at the end
    const auto& input = job.input;
    facts::drive<DomainReport>(
        [decide = runner_.decide_, input](facts::Facts& facts) { return (*decide)(*input, facts); },
        *lane_.provider, drive,
        [self = weak_from_this(), job](facts::Driven<DomainReport> driven) {
          if (const auto worker = self.lock()) worker->finish(job, std::move(driven));
        });
  }

  void finish(const Job& job, facts::Driven<DomainReport> driven) {
    --in_flight_;
    auto& report = driven.decision;
    report.questions = driven.book->size();
    Finished finished{.input = job.input, .digest = digest_of(report), .report = {}, .text = {}, .book = {}};
    if (const auto& render = runner_.options_.render) {
      finished.text = render(report);
    } else {
      finished.report = std::move(report);
    }
    if (runner_.options_.keep_books) finished.book = std::move(driven.book);
    runner_.finish(job.number, std::move(finished));
  }

  Runner& runner_;
  Lane lane_;
  std::size_t most_;  // domains in flight
  std::size_t in_flight_ = 0;
};

Runner::Runner(RunnerOptions options, std::vector<Lane> lanes, Source source, Output output, Decide decide)
    : options_(std::move(options)),
      source_(std::move(source)),
      output_(std::move(output)),
      decide_(std::make_shared<const Decide>(std::move(decide))) {
  const auto share = std::max<std::size_t>(1, (options_.in_flight + lanes.size() - 1) / lanes.size());
  for (auto& lane : lanes) workers_.push_back(std::make_shared<Worker>(*this, std::move(lane), share));
}

Runner::~Runner() = default;

base::Result<> Runner::run() { return workers_.size() == 1 ? run_alone(*workers_.front()) : run_threads(); }

base::Result<> Runner::run_alone(Worker& worker) {
  for (;;) {
    TRY(refill());
    worker.begin_some();
    TRY(write_ready());
    if (is_over()) return {};
    if (worker.idle()) continue;
    if (!worker.wait()) return std::unexpected(stuck());
  }
}

base::Result<> Runner::run_threads() {
  std::vector<std::jthread> threads;
  // However this ends, the lanes leave before the threads are joined.
  struct Leave {
    Runner& runner;
    ~Leave() {
      const std::lock_guard lock(runner.mutex_);
      runner.abandoned_ = true;
      runner.work_.notify_all();
    }
  };
  const Leave leave{*this};
  threads.reserve(workers_.size());
  for (const auto& worker : workers_) threads.emplace_back([worker] { worker->run(); });
  for (;;) {
    TRY(refill());
    TRY(write_ready());
    if (is_over()) return {};
    std::unique_lock lock(mutex_);
    if (stuck_) {
      lock.unlock();
      return std::unexpected(stuck());
    }
    // The time limit is for stop(), which may come from a signal and notifies nobody.
    news_.wait_for(lock, std::chrono::milliseconds(100),
                   [&] { return stuck_ || (!window_.empty() && window_.front().ready) || has_room(); });
  }
}

bool Runner::has_room() const {  // under the mutex
  const auto most = options_.render && !options_.keep_books ? kMaxTextWindow : kMaxWindow;
  return !exhausted_ && queue_.size() <= options_.in_flight / 2 && window_.size() < most;
}

// Reads domains until twice as many wait as lanes would take at once.
base::Result<> Runner::refill() {
  if (stopped_) drop_queue();
  {
    const std::lock_guard lock(mutex_);
    if (!has_room()) return {};
  }
  const auto most = options_.render && !options_.keep_books ? kMaxTextWindow : kMaxWindow;
  for (bool more = true; more;) {
    auto input = TRY(source_());  // outside the mutex: it may read a file
    const std::lock_guard lock(mutex_);
    if (input) {
      queue_.push_back({numbered_++, std::make_shared<const Input>(std::move(*input))});
      window_.emplace_back();
      more = queue_.size() < options_.in_flight && window_.size() < most;
    } else {
      exhausted_ = true;
      more = false;
    }
  }
  work_.notify_all();
  return {};
}

// What was not begun is not begun any more: its places are the last of the window.
void Runner::drop_queue() {
  const std::lock_guard lock(mutex_);
  window_.resize(window_.size() - queue_.size());
  numbered_ -= queue_.size();
  queue_.clear();
  exhausted_ = true;
  work_.notify_all();
}

std::optional<Runner::Job> Runner::take() {
  if (stopped_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (queue_.empty() || abandoned_) return std::nullopt;
  auto job = std::move(queue_.front());
  queue_.pop_front();
  if (has_room()) news_.notify_one();
  return job;
}

void Runner::finish(std::size_t number, Finished finished) {
  const auto ahead = [&] { return number - written_; };
  std::unique_lock lock(mutex_);
  const bool pack = finished.text && ahead() > kPackBeyond;
  if (pack) {
    lock.unlock();
    finished.text = base::compress(*finished.text);
    lock.lock();
  }
  auto& slot = window_[ahead()];
  slot.ready = true;
  slot.packed = pack;
  slot.finished = std::move(finished);
  ++done_;
  if (ahead() == 0) news_.notify_one();
}

base::Result<> Runner::write_ready() {
  for (;;) {
    Slot slot;
    {
      const std::lock_guard lock(mutex_);
      if (window_.empty() || !window_.front().ready) return {};
      slot = std::move(window_.front());
      window_.pop_front();
      ++written_;
    }
    if (slot.packed) slot.finished.text = TRY(base::decompress(*slot.finished.text));
    TRY(output_(std::move(slot.finished)));
  }
}

bool Runner::is_over() const {
  const std::lock_guard lock(mutex_);
  return exhausted_ && window_.empty();
}

base::Error Runner::stuck() const {
  return {.kind = base::ErrorKind::internal,
          .what = fmt::format("{} domains stayed without an answer", begun() - done()),
          .where = {},
          .hint = {}};
}

std::size_t Runner::begun() const {
  const std::lock_guard lock(mutex_);
  return numbered_ - queue_.size();
}
std::size_t Runner::done() const {
  const std::lock_guard lock(mutex_);
  return done_;
}
std::size_t Runner::written() const {
  const std::lock_guard lock(mutex_);
  return written_;
}

}  // namespace rampart::audit
