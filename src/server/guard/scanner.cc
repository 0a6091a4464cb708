#include "server/guard/scanner.h"

#include <future>

#include <boost/asio/post.hpp>
#include <fmt/ranges.h>

#include "facts/driver.h"
#include "guard/inspect/seen/inspector.h"
#include "server/guard/scan_job.h"
#include "server/setup/live_options.h"

namespace rampart::server {

using base::ErrorKind;
using base::Result;

// One that somebody waits for. Shared by him and by what goes on when he has given up.
struct Scanner::Asked {
  std::shared_ptr<ScanJob> job;
  base::Time now{};
  int awaited = 0;  // who has not said yet what he saw
  std::promise<std::string> done;
};

Scanner::Scanner(std::shared_ptr<const base::Config> config, net::LiveOptions live,
                 const guard::Settings& settings, GuardService& guard)
    : config_(std::move(config)),
      guard_(guard),
      authserv_id_(settings.authserv_id),
      drive_(drive_options(*config_)),
      busy_(boost::asio::make_work_guard(io_)),
      provider_(io_, std::move(live)),
      ring_(*config_) {
  if (settings.clamd) clamd_.emplace(io_, *settings.clamd, guard::ClamdOptions());
}

Result<std::unique_ptr<Scanner>> Scanner::open(std::shared_ptr<const base::Config> config,
                                               const guard::Settings& settings, GuardService& guard) {
  auto live = TRY(live_options(*config));
  std::vector<std::string> resolvers;
  resolvers.reserve(live.resolvers.size());
  for (const auto& endpoint : live.resolvers) resolvers.push_back(endpoint.text());
  std::unique_ptr<Scanner> out(new Scanner(std::move(config), std::move(live), settings, guard));
  out->source_ = {fmt::format("resolvers: {}", fmt::join(resolvers, ", "))};
  out->thread_ = std::thread([&io = out->io_] { io.run(); });
  return out;
}

Scanner::~Scanner() {
  io_.stop();
  if (thread_.joinable()) thread_.join();
}

Result<std::string> Scanner::scan(api::ScanOrder order) {
  const auto asked = std::make_shared<Asked>();
  auto mail = TRY(parse_mail(std::move(order.bytes), "the body"));
  const ScanRequest request{.envelope = {.ip = order.ip, .helo = order.helo, .mail_from = order.mail_from},
                            .recipients = std::move(order.recipients),
                            .authenticated = order.authenticated,
                            .user = order.user};
  asked->job = TRY(ScanJob::make(std::move(mail), request, *guard_.rules()));
  asked->now = base::now();
  auto answer = asked->done.get_future();
  {
    const std::scoped_lock lock(mutex_);
    if (scans_ >= kMostApiScans)
      return base::fail(ErrorKind::unavailable, "enough messages are looked at now", {},
                        "try again in a second");
    ++scans_;
  }
  boost::asio::post(io_, [this, asked] { begin(asked); });
  const bool came =
      answer.wait_for(drive_.time_limit + guard::kLookPatience + kScanPatience) == std::future_status::ready;
  {
    const std::scoped_lock lock(mutex_);
    --scans_;
  }
  if (!came) return base::fail(ErrorKind::unavailable, "the message was not judged in time");
  return answer.get();
}

void Scanner::begin(const std::shared_ptr<Asked>& asked) {
  const auto& job = asked->job;
  job->set_sender(guard_.correspondents().recall(job->author(), job->recipients(), asked->now));
  const bool asks_clamd = clamd_ && job->is_from_outside();
  const bool looks = job->wants_look();
  asked->awaited = 1 + (asks_clamd ? 1 : 0) + (looks ? 1 : 0);
  if (asks_clamd)
    clamd_->scan(std::string(job->bytes()), [this, asked](guard::ClamdAnswer answer) {
      asked->job->set_clamd(std::move(answer));
      judge(asked);
    });
  if (looks)
    guard_.inspector().look(job->text(), io_, guard::kLookPatience, [this, asked](guard::Inspected seen) {
      asked->job->set_inspected(std::move(seen));
      judge(asked);
    });
  judge(asked);
}

// Once all have said what they saw.
void Scanner::judge(const std::shared_ptr<Asked>& asked) {
  if (--asked->awaited > 0) return;
  facts::drive<guard::Verdict>(
      [asked](facts::Facts& facts) { return asked->job->run(facts, asked->now); }, provider_, drive_,
      [this, asked](facts::Driven<guard::Verdict> driven) {
        const auth::ReportOptions options{.color = false,
                                          .width = 80,
                                          .version = RAMPART_VERSION,
                                          .source = source_,
                                          .notes = {},
                                          .now = asked->now};
        asked->done.set_value(guard::verdict_json(
            asked->job->report(driven.decision, ring_, authserv_id_, asked->now), options));
      });
}

}  // namespace rampart::server
