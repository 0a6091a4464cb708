#include "guard/inspect/content/inspector.h"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

namespace rampart::guard {

namespace {

Content unknown(std::string why) { return {.urls = {}, .hashes = {}, .fault = std::move(why)}; }

}  // namespace

base::Result<std::unique_ptr<Inspector>> Inspector::start(std::size_t workers) {
  prepare_content();
  std::vector<base::Worker> made;
  made.reserve(workers);
  for (std::size_t i = 0; i < workers; ++i)
    made.push_back(TRY(base::Worker::start(&look_at_content, kContentLimits)));
  return std::unique_ptr<Inspector>(new Inspector(std::move(made)));
}

Inspector::~Inspector() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  there_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Inspector::look(std::string_view message, boost::asio::io_context& io, std::chrono::seconds patience,
                     std::function<void(Content)> done) {
  const auto job = std::make_shared<Job>(io, message, std::move(done));
  job->timer.expires_after(patience);
  job->timer.async_wait([job, patience](const boost::system::error_code& cancelled) {
    if (!cancelled) job->answer(unknown(fmt::format("it took longer than {} s", patience.count())));
  });
  {
    const std::scoped_lock lock(mutex_);
    if (jobs_.size() >= kMaxContentJobs)
      return boost::asio::post(io, [job] { job->answer(unknown("too many messages wait for it")); });
    jobs_.push_back(job);
    if (threads_.empty())
      for (auto& worker : workers_) threads_.emplace_back([this, &worker] { work(worker); });
  }
  there_.notify_one();
}

Content Inspector::ask(base::Worker& worker, std::string_view message) {
  if (message.size() > kMaxContentBytes)
    return unknown(fmt::format("it is larger than {} octets", kMaxContentBytes));
  const auto reply = worker.call(message);
  return reply ? content_of(*reply) : unknown(reply.error().what);
}

void Inspector::work(base::Worker& worker) {
  for (;;) {
    std::shared_ptr<Job> job;
    {
      std::unique_lock lock(mutex_);
      there_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    auto content = ask(worker, job->message);
    auto& io = job->io;
    boost::asio::post(io, [job = std::move(job), content = std::move(content)]() mutable {
      job->answer(std::move(content));
    });
  }
}

}  // namespace rampart::guard
