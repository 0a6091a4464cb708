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
    try {
      while (turn()) {
      }
    } catch (const std::exception& fault) {
      fail({.kind = base::ErrorKind::internal, .what = fault.what(), .where = {}, .hint = {}});
    }
  }

 private:
  // False at the end.
  bool turn() {
    begin_some();
    if (idle()) {
      std::unique_lock lock(runner_.mutex_);
      const auto over = [&] { return runner_.abandoned_ || (runner_.queue_.empty() && runner_.exhausted_); };
      runner_.work_.wait(lock, [&] { return over() || !runner_.queue_.empty(); });
      return !over();
    }
    if (!wait()) return fail(runner_.stuck()), false;
    const std::lock_guard lock(runner_.mutex_);
    return !runner_.abandoned_;
  }

  void fail(base::Error error) {
    const std::lock_guard lock(runner_.mutex_);
    if (!runner_.failed_) runner_.failed_ = std::move(error);
    runner_.news_.notify_one();
  }

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
    }
    if (!finished.text || runner_.options_.keep_reports) finished.report = std::move(report);
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
  options_.in_flight = std::max<std::size_t>(options_.in_flight, 1);
  if (lanes.size() > options_.in_flight) lanes.resize(options_.in_flight);
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const auto share = options_.in_flight / lanes.size() + (i < options_.in_flight % lanes.size() ? 1 : 0);
    workers_.push_back(std::make_shared<Worker>(*this, std::move(lanes[i]), share));
  }
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
    const auto has_news = [&] {
      return failed_ || (!window_.empty() && window_.front().ready) ||
             (has_room(options_.in_flight / 2) && can_read());
    };
    // The time limit is for a list that comes through a pipe, which notifies nobody.
    news_.wait_for(lock, std::chrono::milliseconds(100), has_news);
    if (failed_) return std::unexpected(*failed_);
  }
}

bool Runner::can_read() const { return !options_.source_ready || options_.source_ready(); }

// Under the mutex: whether the queue, when it holds no more than `queued`, may take a further domain.
bool Runner::has_room(std::size_t queued) const {
  const auto most = options_.render && !options_.keep_books ? kMaxTextWindow : kMaxWindow;
  return !exhausted_ && queue_.size() <= queued && window_.size() < most;
}

// Reads ahead as many domains as are audited at a time, once half of them are taken.
base::Result<> Runner::refill() {
  for (auto low = options_.in_flight / 2;; low = options_.in_flight - 1) {
    bool idle = false;
    {
      const std::lock_guard lock(mutex_);
      if (!has_room(low)) return {};
      idle = window_.empty();
    }
    if (!idle && !can_read()) return {};  // with nothing else to do, it may as well wait for the source
    auto input = TRY(source_());          // outside the mutex: it reads a file
    const std::lock_guard lock(mutex_);
    if (!input) {
      exhausted_ = true;
      work_.notify_all();
      return {};
    }
    queue_.push_back({numbered_++, std::make_shared<const Input>(std::move(*input))});
    window_.emplace_back();
    work_.notify_one();
  }
}

std::optional<Runner::Job> Runner::take() {
  const std::lock_guard lock(mutex_);
  if (queue_.empty() || abandoned_) return std::nullopt;
  auto job = std::move(queue_.front());
  queue_.pop_front();
  if (has_room(options_.in_flight / 2)) news_.notify_one();
  return job;
}

void Runner::finish(std::size_t number, Finished finished) {
  const auto ahead = [&] { return number - written_; };
  std::unique_lock lock(mutex_);
  bool pack = finished.text && ahead() > kPackBeyond;
  if (pack) {
    lock.unlock();
    auto packed = base::compress(*finished.text);
    pack = packed.has_value();
    if (pack) finished.text = std::move(*packed);
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
