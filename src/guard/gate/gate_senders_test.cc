// Whom messages make known, and what is told of it.
#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "base/json.h"
#include "guard/gate/gate_test.h"

namespace rampart::guard {
namespace {

class WhoWritesToWhomTest : public GateTest {
 protected:
  WhoWritesToWhomTest() {
    EXPECT_TRUE(correspondents_.load(database_, kNow));
    now_ = kNow + kMemoryAge;
  }
  // What is known of it to a@else.example, beside what messages ask.
  Acquaintance known(std::string_view author) {
    const std::vector<std::string> to{"a@else.example"};
    return correspondents_.recall(author, to, now_).recipients.at(0);
  }
  // A user of ours writes to somebody.
  void write_to(const std::string& address, std::string_view from = "<a@else.example>",
                std::string_view fields = "") {
    others_ = {address};
    pass("198.51.100.9", from, Mode::enforce, fields, kUser);
    others_.clear();
  }
  const std::string kUser = "M" + milter::texts({"{auth_type}", "PLAIN", "{auth_authen}", "a", "i", "4F00"});
};

TEST_F(WhoWritesToWhomTest, TheFirstMessageIsNewAndTheSecondIsNot) {
  pass("192.0.2.1", "<news@bank.example>");
  ASSERT_TRUE(events_.back().sender);
  EXPECT_EQ(events_.back().sender->anybody.known, Known::never);
  EXPECT_EQ(events_.back().sender->recipients.at(0).known, Known::never);
  EXPECT_TRUE(events_.back().sender->proven);
  pass("192.0.2.1", "<News@bank.example>");
  EXPECT_EQ(events_.back().sender->recipients.at(0).known, Known::yes);
  EXPECT_EQ(events_.back().sender->recipients.at(0).messages, 1);
  const auto json = *base::parse_json(event_json(events_.back()), "event");
  const auto& sender = json.at("sender");
  EXPECT_EQ(sender.at("known"), true);
  EXPECT_EQ(sender.at("why"), "");
  EXPECT_EQ(std::string(sender.at("first").as_string()), base::format_time(now_));
  EXPECT_EQ(sender.at("messages"), 1);
  EXPECT_TRUE(sender.at("replied").is_null());
  EXPECT_EQ(sender.at("recipients").at(0).at("address"), "a@else.example");
}

TEST_F(WhoWritesToWhomTest, AForgerMakesNobodyKnown) {
  for (const auto mode : {Mode::enforce, Mode::monitor}) {
    pass("198.51.100.9", "<news@bank.example>", mode);
    pass("198.51.100.9", "<news@shop.example>", mode);
  }
  zone_.txt("open.example", "v=spf1 -all").txt("_dmarc.open.example", "v=DMARC1; p=none");
  pass("198.51.100.9", "<news@open.example>");
  EXPECT_EQ(events_.back().answered, Action::accept);
  for (const auto* author : {"news@bank.example", "news@shop.example", "news@open.example"})
    EXPECT_EQ(known(author).known, Known::never) << author;
  pass("192.0.2.1", "<news@bank.example>");
  now_ += std::chrono::hours(1);
  const auto before = known("news@bank.example");
  EXPECT_EQ(pass("198.51.100.9", "<news@bank.example>").verdict, Verb::reject)
      << "a known name excuses nothing";
  EXPECT_EQ(events_.back().sender->recipients.at(0).known, Known::yes) << "the name is";
  EXPECT_FALSE(events_.back().sender->proven);
  EXPECT_EQ(known("news@bank.example"), before) << "and grows no older by it";
}

TEST_F(WhoWritesToWhomTest, AMonitorLearnsToo) {
  pass("192.0.2.1", "<news@bank.example>", Mode::monitor);
  EXPECT_EQ(known("news@bank.example").messages, 1);
}

TEST_F(WhoWritesToWhomTest, WhomUsersWriteToIsKnown) {
  write_to("news@bank.example");
  EXPECT_FALSE(events_.back().sender) << "of our own nothing is asked";
  EXPECT_TRUE(base::parse_json(event_json(events_.back()), "event")->at("sender").is_null());
  EXPECT_EQ(known("news@bank.example").replied, now_);
  EXPECT_EQ(known("a@else.example").known, Known::never) << "in one domain nobody is new";
  pass("192.0.2.1", "<news@bank.example>");
  const auto& one = events_.back().sender->recipients.at(0);
  EXPECT_EQ(one.known, Known::yes);
  EXPECT_EQ(one.messages, 0);
  EXPECT_EQ(one.replied, now_);
}

TEST_F(WhoWritesToWhomTest, WhatNoPersonWroteMakesNobodyKnown) {
  const auto field = [](std::string_view name, std::string_view value) {
    return milter::frame(Command::header, milter::texts({std::string(name), " " + std::string(value)}));
  };
  write_to("news@bank.example", "<a@else.example>", field("Auto-Submitted", "auto-replied (vacation)"));
  write_to("news@bank.example", "<a@else.example>", field("Precedence", "Auto_reply"));
  write_to("news@bank.example", "<a@else.example>",
           field("Content-Type", "Multipart/Report; report-type=disposition-notification; boundary=b"));
  author_ = "<a@else.example>";
  write_to("news@bank.example", "<>");
  author_.clear();
  EXPECT_EQ(known("news@bank.example").known, Known::never);
  write_to("news@bank.example", "<a@else.example>", field("Auto-Submitted", "no"));
  EXPECT_EQ(known("news@bank.example").known, Known::yes);
}

TEST_F(WhoWritesToWhomTest, WhoeverAUserWroteToIsNeverNew) {
  for (std::size_t i = 0; i < kMostCorrespondents + 5; ++i)
    others_.push_back(std::to_string(i) + "@far.example");
  const auto last = others_.back();
  pass("198.51.100.9", "<a@else.example>", Mode::enforce, "", kUser);
  EXPECT_EQ(known(last).replied, now_);
}

TEST_F(WhoWritesToWhomTest, WhoWritesInAnothersNameMakesNobodyKnown) {
  rules_.signing.owners =
      std::make_shared<const Owners>(*Owners::parse("a  else@else.example\n", "senders.txt"));
  write_to("news@bank.example");
  EXPECT_EQ(events_.back().causes.back().code, "author-not-owned");
  EXPECT_EQ(known("news@bank.example").known, Known::never);
}

TEST_F(WhoWritesToWhomTest, WhatAGatewayHandsOnForStrangersMakesNobodyKnown) {
  rules_.roles.gateway = {
      .networks = {*parse_network("198.51.100.9")}, .field = {}, .value = {}, .domains = {}};
  others_ = {"news@bank.example"};
  const auto ours = milter::frame(
      Command::header, milter::texts({"Authentication-Results", " guard.else.example; dmarc=pass"}));
  pass("198.51.100.9", "<a@else.example>", Mode::enforce, ours);
  EXPECT_EQ(events_.back().role, "gateway");
  EXPECT_EQ(known("news@bank.example").known, Known::never);
  pass("198.51.100.9", "<a@else.example>");
  EXPECT_EQ(known("news@bank.example").known, Known::yes);
}

TEST_F(WhoWritesToWhomTest, ABounceIsNotRemembered) {
  zone_.txt("mail.bank.example", "v=spf1 ip4:192.0.2.1 -all");
  author_ = "<news@bank.example>";
  pass("192.0.2.1", "<>");
  EXPECT_TRUE(events_.back().sender->proven) << "by HELO";
  EXPECT_EQ(events_.back().answered, Action::accept);
  EXPECT_EQ(correspondents_.size(), 0U);
}

TEST_F(WhoWritesToWhomTest, WhoIsBlockedIsNotMadeKnown) {
  rules_.enforcement = {*parse_enforcement("to=nowhere.example")};
  auto lists = std::make_shared<Lists>();
  lists->block.push_back(read_list("block.txt", "bank.example\n"));
  rules_.local.lists = lists;
  pass("192.0.2.1", "<news@bank.example>");
  EXPECT_EQ(events_.back().asked, Action::quarantine);
  EXPECT_EQ(events_.back().answered, Action::accept) << "not enforced";
  EXPECT_TRUE(events_.back().sender->proven);
  EXPECT_EQ(correspondents_.size(), 0U);
}

TEST_F(WhoWritesToWhomTest, AListsMailMakesItsAuthorKnown) {
  pass("192.0.2.1", "<news@bank.example>", Mode::enforce,
       milter::frame(Command::header, milter::texts({"List-Id", " <l.lists.example>"})));
  EXPECT_EQ(known("news@bank.example").messages, 1);
}

}  // namespace
}  // namespace rampart::guard
