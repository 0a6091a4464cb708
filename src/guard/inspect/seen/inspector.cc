#include "guard/inspect/seen/inspector.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "crypto/digest.h"

namespace rampart::guard {

constexpr std::size_t kSuspectTurn = 8;  // one in so many, of a worker that takes suspects; our own

namespace {

// Of rampart-worker.
std::vector<std::string> words_of(const std::string& rules) {
  std::vector<std::string> out{"look"};
  if (!rules.empty()) out.push_back(rules);
  return out;
}

}  // namespace

struct Inspector::Job {
  Job(boost::asio::io_context& loop, Text&& text, std::function<void(Inspected)> callback)
      : io(loop), timer(loop), header(std::move(text.header)), body(text.body), done(std::move(callback)) {}
  void answer(Inspected seen) {
    timer.cancel();
    if (const auto call = std::exchange(done, nullptr)) call(std::move(seen));
    is_answered = true;
  }
  [[nodiscard]] std::size_t size() const { return header.size() + body.size(); }
  [[nodiscard]] std::string hash() const {
    crypto::Hasher hasher;
    hasher.update(header);
    hasher.update(body);
    return hasher.finish();
  }

  boost::asio::io_context& io;
  boost::asio::steady_timer timer;
  std::string header;
  std::string body;  // a copy: whoever asked may have given up
  std::function<void(Inspected)> done;
  std::atomic<bool> is_answered = false;
  bool is_suspect = false;  // it ended a process
};

Inspector::Inspector(InspectorOptions options, std::vector<base::Worker> workers)
    : options_(std::move(options)), workers_(std::move(workers)) {}

base::Result<std::unique_ptr<Inspector>> Inspector::start(InspectorOptions options) {
  if (options.program.empty()) {
    prepare_to_look();
    if (!options.rules.empty()) TRY(load_rules(options.rules));
  }
  std::vector<base::Worker> made;
  made.reserve(options.workers);
  for (std::size_t i = 0; i < options.workers; ++i)
    made.push_back(TRY(options.program.empty()
                           ? base::Worker::start(options.function, options.limits, options.company)
                           : base::Worker::start(options.program, words_of(options.rules))));
  return std::unique_ptr<Inspector>(new Inspector(std::move(options), std::move(made)));
}

Inspector::~Inspector() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  there_.notify_all();
  for (auto& thread : threads_) thread.join();
}

Inspector::Counts Inspector::counts() const {
  const std::scoped_lock lock(mutex_);
  auto out = counts_;
  out.waiting = jobs_.size() + suspects_.size();
  return out;
}

void Inspector::look(Text text, boost::asio::io_context& io, std::chrono::milliseconds patience,
                     std::function<void(Inspected)> done) {
  const auto job = std::make_shared<Job>(io, std::move(text), std::move(done));
  const auto refuse = [&](std::string why, Extent extent) {
    boost::asio::post(io, [job, why = std::move(why), extent] { job->answer(not_inspected(why, extent)); });
  };
  if (job->size() > options_.most)
    return refuse(fmt::format("it is larger than {} bytes", options_.most), Extent::nothing);
  {
    const std::scoped_lock lock(mutex_);
    // Few are, so that hashing is for bad days.
    if (killers_.size() != 0 && killers_.knows(job->hash(), options_.now())) {
      ++counts_.known;
      return refuse("it ended the process that looked at it, each time", Extent::killed);
    }
    if (jobs_.size() + suspects_.size() >= kMaxLookJobs || bytes_ + job->size() > kMaxLookWaiting) {
      ++counts_.late;
      return refuse("too many messages wait to be looked at", Extent::late);
    }
    jobs_.push_back(job);
    bytes_ += job->size();
    if (threads_.empty()) {
      threads_.reserve(workers_.size());
      for (std::size_t i = 0; i < workers_.size(); ++i)
        threads_.emplace_back([this, i] { work(workers_[i], 2 * i < workers_.size()); });
    }
  }
  job->timer.expires_after(patience);
  job->timer.async_wait([this, job, patience](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    {
      const std::scoped_lock lock(mutex_);
      ++counts_.late;
    }
    job->answer(not_inspected(fmt::format("it took longer than {} ms", patience.count()), Extent::late));
  });
  there_.notify_one();
}

void Inspector::finish(std::shared_ptr<Job> job, Inspected seen) {
  auto& io = job->io;
  boost::asio::post(
      io, [job = std::move(job), seen = std::move(seen)]() mutable { job->answer(std::move(seen)); });
}

std::shared_ptr<Inspector::Job> Inspector::next(bool takes_suspects) {
  std::unique_lock lock(mutex_);
  there_.wait(lock, [&] { return stopping_ || !jobs_.empty() || (takes_suspects && !suspects_.empty()); });
  if (stopping_) return nullptr;
  // Behind all others, but not for ever behind new ones.
  const bool is_turn = takes_suspects && !suspects_.empty() && (jobs_.empty() || ++turn_ % kSuspectTurn == 0);
  auto& from = is_turn ? suspects_ : jobs_;
  auto out = std::move(from.front());
  from.pop_front();
  bytes_ -= out->size();
  return out;
}

void Inspector::put_off(const std::shared_ptr<Job>& job) {
  job->is_suspect = true;
  bytes_ += job->size();
  suspects_.push_back(job);
}

bool Inspector::is_known(const std::shared_ptr<Job>& job) {
  {
    const std::scoped_lock lock(mutex_);
    if (suspected_.empty() && killers_.size() == 0) return false;
  }
  const auto hash = job->hash();
  {
    const std::scoped_lock lock(mutex_);
    if (!job->is_suspect && suspected_.contains(hash)) {
      put_off(job);
      return true;
    }
    if (!killers_.knows(hash, options_.now())) return false;
    ++counts_.known;
  }
  finish(job, not_inspected("it ended the process that looked at it, each time", Extent::killed));
  return true;
}

// Whoever asked may have given up on one that kills; that it does is worth knowing all the same, for when it comes again.
void Inspector::do_one(base::Worker& worker, std::shared_ptr<Job> job) {
  if ((job->is_answered && !job->is_suspect) || is_known(job)) return;
  // One that ended a process that others shared may have had nothing to do with it.
  const auto reply = worker.call(job->header, job->body, job->is_suspect);
  if (!reply) return finish(std::move(job), not_inspected(reply.error().what, Extent::late));
  const auto hash = reply->is_killed() || job->is_suspect ? job->hash() : std::string();
  {
    const std::scoped_lock lock(mutex_);
    if (!reply->is_killed()) {
      ++counts_.looked;
      if (job->is_suspect) suspected_.erase(hash);
    } else if (job->is_suspect) {
      ++counts_.killed;
      suspected_.erase(hash);
      killers_.note(hash, options_.now());
    } else {
      ++counts_.tried_again;
      suspected_.insert(hash);
      put_off(job);
      return there_.notify_all();
    }
  }
  if (reply->is_killed())
    finish(std::move(job),
           not_inspected(fmt::format("it ended the process that looked at it, twice: {}", reply->fault),
                         Extent::killed));
  else if (!reply->fault.empty())
    finish(std::move(job), not_inspected(reply->fault, Extent::late));
  else
    finish(std::move(job), read_inspected(reply->bytes));
}

void Inspector::use_rules(std::string folder) {
  const std::scoped_lock lock(mutex_);
  options_.rules = std::move(folder);
  ++generation_;
}

void Inspector::renew(base::Worker& worker, std::size_t& generation) {
  std::vector<std::string> words;
  {
    const std::scoped_lock lock(mutex_);
    if (generation == generation_) return;
    generation = generation_;
    words = words_of(options_.rules);
  }
  // What cannot be started is as it was, and is started again when it is needed.
  if (auto fresh = base::Worker::start(options_.program, std::move(words))) worker = *std::move(fresh);
}

void Inspector::work(base::Worker& worker, bool takes_suspects) {
  std::size_t generation = 0;
  while (auto job = next(takes_suspects)) {
    if (!options_.program.empty()) renew(worker, generation);
    do_one(worker, std::move(job));
  }
}

}  // namespace rampart::guard
