#include "base/worker.h"

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace rampart::base {
namespace {

using testing::HasSubstr;

// What the request names.
std::string misbehave(std::string_view request) {
  if (request == "die") ::_exit(7);
  if (request == "crash") ::raise(SIGSEGV);
  if (request == "hang") {
    for (volatile int i = 0;; i = i + 1) {
    }
  }
  if (request == "flood") return std::string(3U << 20U, 'x');
  if (request == "open") {
    const int file = ::open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    return file < 0 && errno == EPERM ? "refused" : "opened";
  }
  if (request == "fork") return ::fork() < 0 ? "refused" : "made";
  if (request == "inherited") return ::read(0, nullptr, 0) < 0 && errno == EBADF ? "closed" : "open";
  if (request == "socket") return ::socket(AF_INET, SOCK_STREAM, 0) < 0 ? "refused" : "made";
  if (request == "exec") return ::execl("/bin/true", "true", nullptr) < 0 ? "refused" : "ran";
  return "<" + std::string(request) + ">";
}

class WorkerTest : public testing::Test {
 protected:
  Worker::Reply call(std::string_view request) { return worker_.call(request).value(); }

  Worker worker_ = Worker::start(&misbehave, {.time = std::chrono::seconds(2),
                                              .cpu = std::chrono::seconds(1),
                                              .max_reply = std::size_t{2} << 20U})
                       .value();
};

TEST_F(WorkerTest, OneCallAfterAnother) {
  EXPECT_EQ(call("a").bytes, "<a>");
  EXPECT_EQ(call("").bytes, "<>");
  EXPECT_EQ(call(std::string(1U << 20U, 'b')).bytes.size(), (1U << 20U) + 2);
}

TEST_F(WorkerTest, WhatKillsItsProcessKillsNothingElse) {
  EXPECT_EQ(call("die").fault, "its process gave up");
  EXPECT_EQ(call("die").bytes, "");
  EXPECT_NE(call("crash").fault, "");
  EXPECT_NE(call("hang").fault, "");
  EXPECT_EQ(call("flood").fault, "it became too large");
  EXPECT_EQ(call("a").bytes, "<a>");
}

TEST_F(WorkerTest, ItReachesNothing) {
  EXPECT_EQ(call("open").bytes, "refused");
  EXPECT_EQ(call("fork").bytes, "refused");
  EXPECT_EQ(call("inherited").bytes, "closed");
  EXPECT_THAT(call("socket").fault, HasSubstr("signal"));
  EXPECT_THAT(call("exec").fault, HasSubstr("signal"));
}

TEST_F(WorkerTest, MovesWithItsProcess) {
  auto other = std::move(worker_);
  EXPECT_EQ(other.call("a").value().bytes, "<a>");
  worker_ = std::move(other);
  EXPECT_EQ(call("b").bytes, "<b>");
}

// What begins with "own" needs a process of its own.
std::optional<std::string> misbehave_in_company(std::string_view request) {
  if (request.starts_with("own")) return std::nullopt;
  if (request == "process") return std::to_string(::getpid());
  return misbehave(request);
}

std::string process(std::string_view /*request*/) { return std::to_string(::getpid()); }

class CompanyTest : public testing::Test {
 protected:
  static constexpr WorkerLimits kLimits{.time = std::chrono::seconds(2),
                                        .cpu = std::chrono::seconds(1),
                                        .max_reply = std::size_t{2} << 20U,
                                        .max_in_company = std::size_t{1} << 20U,
                                        .company = 3};
  Worker::Reply call(std::string_view request) { return worker_.call(request).value(); }

  Worker worker_ = Worker::start(&process, kLimits, &misbehave_in_company).value();
};

TEST_F(CompanyTest, AFewCallsShareAProcess) {
  const auto first = call("process").bytes;
  EXPECT_EQ(call("process").bytes, first);
  EXPECT_EQ(call("a").bytes, "<a>");
  const auto next = call("process").bytes;
  EXPECT_NE(next, first);
  EXPECT_EQ(call("process").bytes, next);
}

TEST_F(CompanyTest, WhatNeedsAProcessOfItsOwnHasOne) {
  const auto shared = call("process").bytes;
  EXPECT_NE(call("own").bytes, shared);
  EXPECT_EQ(call("process").bytes, shared);
  EXPECT_NE(worker_.call("process", {}, true).value().bytes, shared);
  EXPECT_NE(call(std::string((1U << 20U) + 1, 'x')).bytes.front(), '<');  // too large for company
  EXPECT_EQ(call("").bytes, "<>");
}

TEST_F(CompanyTest, WhatEndsTheProcessIsSaid) {
  EXPECT_EQ(call("die").fault, "its process gave up");
  EXPECT_NE(call("crash").fault, "");
  EXPECT_NE(call("hang").fault, "");
  EXPECT_EQ(call("flood").fault, "it became too large");
  EXPECT_EQ(call("a").bytes, "<a>");
}

TEST_F(CompanyTest, ItReachesNothing) {
  EXPECT_EQ(call("open").bytes, "refused");
  EXPECT_EQ(call("fork").bytes, "refused");
  EXPECT_EQ(call("inherited").bytes, "closed");
  EXPECT_THAT(call("socket").fault, HasSubstr("signal"));
}

}  // namespace
}  // namespace rampart::base
