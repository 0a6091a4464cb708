#include "server/guard/scan_message.h"

#include <atomic>
#include <future>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <fmt/ranges.h>

#include "server/setup/live_options.h"

namespace rampart::server {

using base::ErrorKind;
using base::Result;

namespace {

// Our own.
constexpr std::size_t kMostAtOnce = 4;           // each may hold a message of kMaxMail
constexpr std::chrono::milliseconds kLook{100};  // at whether it ends
constexpr std::chrono::seconds kPatience{60};    // beyond what any question of it may take

}  // namespace

void scan_message(const ScanMeans& means, const ScanRequest& request, std::string bytes,
                  const std::function<void(Result<std::string>)>& done) {
  auto mail = parse_mail(std::move(bytes), "the body");
  if (!mail) return done(std::unexpected(mail.error()));
  const auto made = ScanJob::make(*std::move(mail), request, *means.rules());
  if (!made) return done(std::unexpected(made.error()));
  const auto& job = *made;
  const auto now = base::now();
  job->set_sender(means.correspondents.recall(job->author(), job->recipients(), now));
  const auto judge = [&means, job, now, done,
                      awaited = std::make_shared<int>(means.clamd != nullptr ? 2 : 1)] {
    if (--*awaited > 0) return;
    facts::drive<guard::Verdict>(
        [job, now](facts::Facts& facts) { return job->run(facts, now); }, means.provider, means.drive,
        [&means, job, now, done](facts::Driven<guard::Verdict> driven) {
          const auth::ReportOptions options{.color = false,
                                            .width = 80,
                                            .version = RAMPART_VERSION,
                                            .source = means.source,
                                            .notes = {},
                                            .now = now};
          done(
              guard::verdict_json(job->report(driven.decision, means.ring, means.authserv_id, now), options));
        });
  };
  if (means.clamd != nullptr && job->is_from_outside())
    means.clamd->scan(std::string(job->bytes()), [job, judge](guard::ClamdAnswer answer) {
      job->set_clamd(std::move(answer));
      judge();
    });
  else if (means.clamd != nullptr)
    judge();
  if (!job->wants_look()) return judge();
  means.inspector.look(job->text(), means.io, guard::kLookPatience, [job, judge](guard::Inspected seen) {
    job->set_inspected(std::move(seen));
    judge();
  });
}

class ScanDesk::Loop {
 public:
  Loop(const base::Config& config, const net::LiveOptions& live, Parts parts)
      : ring_(config), parts_(std::move(parts)), provider_(parts_.provider(io_, live)) {
    if (parts_.clamd) clamd_.emplace(io_, *parts_.clamd, guard::ClamdOptions());
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() { stop(); }

  void stop() {
    stopped_ = true;
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  void start(facts::DriveOptions drive, std::vector<std::string> source) {
    means_.reset(new ScanMeans{.io = io_,
                               .rules = parts_.rules,
                               .correspondents = parts_.correspondents,
                               .inspector = parts_.inspector,
                               .clamd = clamd_ ? &*clamd_ : nullptr,
                               .provider = *provider_,
                               .drive = drive,
                               .ring = ring_,
                               .source = std::move(source),
                               .authserv_id = parts_.authserv_id});
    thread_ = std::thread([this] { io_.run(); });
  }

  Result<std::string> scan(ScanRequest request, std::string bytes) {
    if (under_way_.fetch_add(1) >= kMostAtOnce || stopped_) {
      --under_way_;
      return base::fail(ErrorKind::unavailable, "enough messages are looked at now", {},
                        "try again in a moment");
    }
    const auto promise =
        std::make_shared<std::promise<Result<std::string>>>();  // an answer may come too late
    auto answer = promise->get_future();
    boost::asio::post(io_, [this, promise, request = std::move(request), bytes = std::move(bytes)]() mutable {
      scan_message(*means_, request, std::move(bytes), [this, promise](Result<std::string> verdict) {
        --under_way_;
        promise->set_value(std::move(verdict));
      });
    });
    for (const auto until = std::chrono::steady_clock::now() + kPatience;
         answer.wait_for(kLook) != std::future_status::ready;)
      if (stopped_ || std::chrono::steady_clock::now() >= until)
        return base::fail(ErrorKind::unavailable, "the message was not judged in time");
    return answer.get();
  }

 private:
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  FolderRing ring_;
  Parts parts_;
  std::unique_ptr<facts::Provider> provider_;
  std::optional<guard::Clamd> clamd_;
  std::unique_ptr<ScanMeans> means_;
  std::atomic<std::size_t> under_way_ = 0;
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

ScanDesk::ScanDesk(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
ScanDesk::~ScanDesk() = default;

Result<std::unique_ptr<ScanDesk>> ScanDesk::open(const base::Config& config, Parts parts) {
  auto live = TRY(live_options(config));
  std::vector<std::string> resolvers;
  resolvers.reserve(live.resolvers.size());
  for (const auto& endpoint : live.resolvers) resolvers.push_back(endpoint.text());
  auto loop = std::make_unique<Loop>(config, live, std::move(parts));
  loop->start(drive_options(config), {fmt::format("resolvers: {}", fmt::join(resolvers, ", "))});
  return std::unique_ptr<ScanDesk>(new ScanDesk(std::move(loop)));
}

void ScanDesk::stop() { loop_->stop(); }

Result<std::string> ScanDesk::scan(ScanRequest request, std::string bytes) {
  return loop_->scan(std::move(request), std::move(bytes));
}

}  // namespace rampart::server
