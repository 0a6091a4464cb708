#include "server/api/jobs.h"

#include <semaphore>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "server/api/hub.h"
#include "store/store_test.h"

namespace rampart::server::api {
namespace {

using namespace std::chrono_literals;

constexpr base::Time kNow{std::chrono::seconds(1'795'852'800)};

class JobsTest : public testing::Test {
 protected:
  store::TemporaryFolder folder_;
  store::Url url_ = *store::parse_url((folder_.path() / "rampart.db").string());
  Hub hub_;
  store::Database database_ = *store::Database::open(url_);

  std::unique_ptr<Jobs> open(JobLimits limits = {.threads = 1}) {
    return *Jobs::open(url_, &hub_, limits, kNow);
  }
  static NewJob wanted(std::string account = "me", std::string about = "3 domains") {
    return {.kind = "audit",
            .about = std::move(about),
            .of = 3,
            .by = {.account = account, .name = account + "@cert.example", .scope = {}}};
  }
  // Until it has ended, or ten seconds have gone.
  Job wait(Jobs& jobs, const std::string& id) {
    for (int i = 0; i < 1'000; ++i) {
      const auto job = *jobs.find(database_, id);
      if (job && job->state != JobState::queued && job->state != JobState::running) return *job;
      std::this_thread::sleep_for(10ms);
    }
    ADD_FAILURE() << "the job did not end";
    return {};
  }
};

TEST_F(JobsTest, RunsTellsAndKeepsItsResult) {
  const auto jobs = open();
  const auto job = *jobs->start(
      database_, wanted(),
      [](JobRun& run) -> base::Result<std::string> {
        run.progress(2, 3);
        run.progress(3, 3);
        return R"({"audited":3,"unknown":0})";
      },
      kNow);
  EXPECT_EQ(job.state, JobState::queued);
  const auto ended = wait(*jobs, job.id);
  EXPECT_EQ(ended.state, JobState::done);
  EXPECT_EQ(ended.done, 3U);
  const auto json = boost::json::parse(job_json(ended));
  EXPECT_EQ(json.at("result").at("audited"), 3);
  EXPECT_TRUE(json.at("problem").is_null());
  EXPECT_EQ(json.at("progress").at("of"), 3);
  const auto told = hub_.read(0, 100);
  ASSERT_GE(told.events.size(), 3U);  // queued, running, done
  EXPECT_EQ(told.events.back()->topic, Topic::job);
  EXPECT_NE(told.events.back()->json.find("\"done\""), std::string::npos);
  EXPECT_EQ(told.events.back()->audience.account, "me");
}

TEST_F(JobsTest, FailsWithItsReason) {
  const auto jobs = open();
  const auto failed = *jobs->start(
      database_, wanted(),
      [](JobRun&) -> base::Result<std::string> {
        return base::fail(base::ErrorKind::unavailable, "no server answers", "bank.example");
      },
      kNow);
  const auto thrown = *jobs->start(
      database_, wanted(), [](JobRun&) -> base::Result<std::string> { throw std::runtime_error("x"); }, kNow);
  const auto json = boost::json::parse(job_json(wait(*jobs, failed.id)));
  EXPECT_EQ(json.at("state"), "failed");
  EXPECT_EQ(json.at("problem").at("type"), "/problems/unavailable");
  EXPECT_EQ(json.at("problem").at("detail"), "no server answers");
  EXPECT_EQ(wait(*jobs, thrown.id).state, JobState::failed);
}

TEST_F(JobsTest, IsCancelledWhereItWaitsAndWhereItRuns) {
  const auto jobs = open();
  std::binary_semaphore runs(0);
  const auto first = *jobs->start(
      database_, wanted(),
      [&](JobRun& run) -> base::Result<std::string> {
        runs.release();
        while (!run.cancelled()) std::this_thread::sleep_for(1ms);
        return run.stopped();
      },
      kNow);
  const auto second =
      *jobs->start(database_, wanted(), [](JobRun&) -> base::Result<std::string> { return "{}"; }, kNow);
  runs.acquire();
  EXPECT_EQ(jobs->counts().running, 1U);
  EXPECT_EQ(jobs->counts().queued, 1U);
  EXPECT_TRUE(*jobs->cancel(database_, second.id, kNow));
  EXPECT_EQ(wait(*jobs, second.id).state, JobState::cancelled);
  EXPECT_TRUE(*jobs->cancel(database_, first.id, kNow));
  EXPECT_EQ(wait(*jobs, first.id).state, JobState::cancelled);
  EXPECT_FALSE(*jobs->cancel(database_, first.id, kNow));
  EXPECT_FALSE(*jobs->cancel(database_, "nobody", kNow));
}

TEST_F(JobsTest, WhatTheProcessLeftIsFailedAtTheNextStart) {
  std::string running;
  std::string waiting;
  {
    const auto jobs = open();
    std::binary_semaphore runs(0);
    running = jobs->start(
                      database_, wanted(),
                      [&](JobRun& run) -> base::Result<std::string> {
                        runs.release();
                        while (!run.cancelled()) std::this_thread::sleep_for(1ms);
                        return run.stopped();
                      },
                      kNow)
                  ->id;
    waiting =
        jobs->start(database_, wanted(), [](JobRun&) -> base::Result<std::string> { return "{}"; }, kNow)->id;
    runs.acquire();
  }
  const auto jobs = open();
  for (const auto& id : {running, waiting}) {
    const auto job = **jobs->find(database_, id);
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_NE(job.problem.find("the process ended while it ran"), std::string::npos);
  }
}

TEST_F(JobsTest, AreLimitedAndListedByPages) {
  const auto jobs = open({.threads = 0, .waiting = 5, .of_account = 4});
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(jobs->start(database_, wanted(), {}, kNow + std::chrono::seconds(i / 2)));
  EXPECT_EQ(jobs->start(database_, wanted(), {}, kNow).error().kind, base::ErrorKind::usage);
  ASSERT_TRUE(jobs->start(database_, wanted("you"), {}, kNow));
  EXPECT_EQ(jobs->start(database_, wanted("them"), {}, kNow).error().kind, base::ErrorKind::unavailable);
  std::vector<std::string> seen;
  std::optional<std::string> before;
  for (int page = 0; page < 5; ++page) {
    const auto some = *jobs->list(database_, {.account = "me", .before = before, .most = 3});
    if (some.empty()) break;
    for (const auto& one : some) seen.push_back(one.id);
    before = Jobs::key_of(some.back());
  }
  EXPECT_EQ(seen.size(), 4U);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 4U);
  EXPECT_EQ(jobs->list(database_, {})->size(), 5U);
  EXPECT_EQ(jobs->list(database_, {.kind = "export"})->size(), 0U);
  EXPECT_FALSE(jobs->list(database_, {.before = "nonsense"}));
}

}  // namespace
}  // namespace rampart::server::api
