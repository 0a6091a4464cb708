#include "reports/write/failure_folder.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file.h"

namespace rampart::reports {
namespace {

using net::Handed;
using net::Handing;
using testing::ElementsAre;
using testing::HasSubstr;

class FailureFolderTest : public testing::Test {
 protected:
  FailureFolderTest() : path_(testing::TempDir() + "failures-" + std::to_string(::getpid())) {
    std::filesystem::remove_all(path_);
  }
  ~FailureFolderTest() override { std::filesystem::remove_all(path_); }

  static FailureMail mail(std::string to) {
    return {.to = std::move(to), .message = "To: x\r\n\r\nfailed\r\n"};
  }
  FailuresSent send(Handing handing, base::Time now = kNow, bool unsure_too = false) {
    auto sent = folder_.send(
        [&](const FailureMail& one) {
          handed_.push_back(one.to);
          EXPECT_EQ(one.message, mail("").message);
          return handing;
        },
        now, {.give_up_after = std::chrono::hours(24)}, [] { return false; }, unsure_too);
    EXPECT_TRUE(sent) << sent.error().message();
    return sent.value_or(FailuresSent{});
  }

  static constexpr base::Time kNow{std::chrono::seconds(1'795'000'000)};
  std::string path_;
  FailureFolder folder_{path_};
  std::vector<std::string> handed_;
};

TEST_F(FailureFolderTest, EachIsSentOnce) {
  ASSERT_TRUE(folder_.put(mail("a@bank.example"), kNow));
  ASSERT_TRUE(folder_.put(mail("a@bank.example"), kNow));
  ASSERT_TRUE(folder_.put(mail("b@bank.example"), kNow));
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  EXPECT_EQ(folder_.look()->waiting, 2U);
  EXPECT_EQ(send({.how = Handed::accepted}).sent, 2U);
  EXPECT_EQ(send({.how = Handed::accepted}).sent, 0U);
  EXPECT_EQ(handed_.size(), 2U);
  EXPECT_TRUE(std::filesystem::is_empty(path_)) << "nothing of them is kept";
}

TEST_F(FailureFolderTest, WhatIsNotTakenIsTriedAgainUntilItIsGivenUp) {
  ASSERT_TRUE(folder_.put(mail("a@bank.example"), kNow));
  auto sent = send({.how = Handed::later, .why = "450 busy"});
  EXPECT_EQ(sent.waiting, 1U);
  sent = send({.how = Handed::later, .why = "450 busy\x1b"}, kNow + std::chrono::hours(25));
  EXPECT_EQ(sent.given_up, 1U);
  EXPECT_THAT(sent.lines, ElementsAre(HasSubstr("a@bank.example: given up: 450 busy\\x1b")));
  EXPECT_EQ(folder_.look()->waiting, 0U);
  ASSERT_TRUE(folder_.put(mail("b@bank.example"), kNow));
  sent = send({.how = Handed::refused, .why = "550 nobody"});
  EXPECT_EQ(sent.refused, 1U);
  EXPECT_EQ(sent.waiting, 0U);
}

TEST_F(FailureFolderTest, WhatHasPerhapsArrivedIsNotSentAgainUnasked) {
  ASSERT_TRUE(folder_.put(mail("a@bank.example"), kNow));
  ASSERT_TRUE(folder_.put(mail("b@bank.example"), kNow));
  auto sent = send({.how = Handed::down, .why = "lost", .perhaps = true});
  EXPECT_EQ(sent.down, "lost");
  EXPECT_EQ(sent.unsure, 1U);
  EXPECT_EQ(sent.waiting, 1U) << "the server is down: the other was not tried";
  // A run that is killed leaves the same.
  EXPECT_THROW(
      (void)folder_.send([](const FailureMail&) -> Handing { throw 1; }, kNow, {}, [] { return false; }),
      int);
  sent = send({.how = Handed::accepted});
  EXPECT_EQ(sent.sent, 0U);
  EXPECT_EQ(sent.unsure, 2U);
  sent = send({.how = Handed::accepted}, kNow, true);
  EXPECT_EQ(sent.sent, 2U);
  EXPECT_EQ(sent.unsure, 0U);
}

TEST_F(FailureFolderTest, WhatIsNoneIsSaidAndLeft) {
  ASSERT_TRUE(folder_.put(mail("a@bank.example"), kNow));
  ASSERT_TRUE(base::write_file(path_ + "/0.json", "{}"));
  const auto sent = send({.how = Handed::accepted});
  EXPECT_EQ(sent.sent, 1U);
  EXPECT_EQ(sent.waiting, 1U);
  EXPECT_THAT(sent.lines, ElementsAre(HasSubstr("no failure report")));
}

}  // namespace
}  // namespace rampart::reports
