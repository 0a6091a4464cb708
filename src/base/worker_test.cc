#include "base/worker.h"

#include <cerrno>
#include <cstdlib>
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

}  // namespace
}  // namespace rampart::base
