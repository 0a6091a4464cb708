#include "guard/memory/correspondents.h"

#include <atomic>
#include <thread>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guard/memory/stored_senders.h"
#include "guard/policy/policy.h"
#include "store/store_test.h"

namespace rampart::guard {
namespace {

using std::chrono::days;
using std::chrono::hours;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr base::Time kNow{std::chrono::seconds(1'795'000'000)};
constexpr auto kLater = kNow + kMemoryAge;
constexpr std::string_view kNews = "news@bank.example";
const std::vector<std::string> kA{"a@else.example"};
const std::vector<std::string> kB{"b@else.example"};

class CorrespondentsTest : public store::OnBothDatabases {
 protected:
  void SetUp() override {
    OnBothDatabases::SetUp();
    if (!IsSkipped()) database_.emplace(open());
  }
  static Acquaintance to(const Correspondents& known, const std::vector<std::string>& recipient,
                         base::Time now = kLater, std::string_view author = kNews) {
    return known.recall(author, recipient, now).recipients.at(0);
  }
  // What another guard says that begins with what this one saved; memory and store have to agree.
  Acquaintance after_restart(const std::vector<std::string>& recipient, base::Time now = kLater,
                             std::string_view author = kNews) {
    Correspondents next;
    EXPECT_TRUE(next.load(*database_, now));
    const auto stored = recall_stored(*database_, author, recipient, now);
    EXPECT_TRUE(stored);
    EXPECT_EQ(stored->recipients.at(0), to(next, recipient, now, author));
    EXPECT_EQ(stored->anybody, next.recall(author, recipient, now).anybody);
    return to(next, recipient, now, author);
  }
  long long rows() {
    long long out = 0;
    EXPECT_TRUE(database_->run(
        [&](soci::session& sql) { sql << "SELECT COUNT(*) FROM guard_correspondent", soci::into(out); }));
    return out;
  }

  std::optional<store::Database> database_;
};

TEST(Correspondent, HasOneFormForEachAddress) {
  EXPECT_EQ(correspondent("News@Bank.EXAMPLE"), "news@bank.example");
  EXPECT_EQ(correspondent("a@gr\xc3\xbcn.example"), "a@xn--grn-ioa.example");
  EXPECT_EQ(correspondent("a@[192.0.2.1]"), "a@[192.0.2.1]");
  for (const auto* none :
       {"", "root", "@bank.example", "a@", "a b@bank.example", "a\n@bank.example", "a@\xff.example"})
    EXPECT_EQ(correspondent(none), "") << none;
  EXPECT_EQ(correspondent(std::string(250, 'a') + "@b.example"), "");
}

TEST(Correspondent, IsASingleAuthorOnly) {
  const auto of = [](std::string_view from) {
    mail::Author author;
    mail::read_addresses(from, author);
    return author_address(author);
  };
  EXPECT_EQ(of("\"The News, today\" <News@Bank.example>"), "news@bank.example");
  EXPECT_EQ(of("a@bank.example, b@bank.example"), "");
  EXPECT_EQ(of("a@bank.example <b@bank.example"), "");
}

TEST_P(CorrespondentsTest, NeverIsSaidOnlyByAMemoryThatIsOldEnough) {
  Correspondents known;
  EXPECT_EQ(to(known, kA).why, NotKnown::no_store);
  ASSERT_TRUE(known.load(*database_, kNow));
  EXPECT_EQ(to(known, kA, kNow + hours(1)).why, NotKnown::too_young);
  EXPECT_EQ(to(known, kA).known, Known::never);
  EXPECT_EQ(to(known, {"root"}).why, NotKnown::no_address);
  EXPECT_EQ(to(known, kA, kLater, "").why, NotKnown::no_author);
}

TEST_P(CorrespondentsTest, MailMakesKnownToWhomItCame) {
  Correspondents known;
  ASSERT_TRUE(known.load(*database_, kNow));
  known.note_received(kNews, kA, kNow + hours(1));
  known.note_received(kNews, {{"A@Else.EXAMPLE"}}, kNow + hours(2));
  const auto one = to(known, kA);
  EXPECT_EQ(one, (Acquaintance{.known = Known::yes,
                               .why = NotKnown::none,
                               .first = kNow + hours(1),
                               .last = kNow + hours(2),
                               .messages = 2,
                               .replied = std::nullopt}));
  EXPECT_EQ(to(known, kB).known, Known::never);
  const auto all = known.recall(kNews, kB, kLater);
  EXPECT_EQ(all.anybody.messages, 2) << "to anybody here";
  EXPECT_EQ(to(known, kA, kLater, "other@bank.example").known, Known::never);
  ASSERT_TRUE(known.save(*database_, kLater));
  EXPECT_EQ(after_restart(kA), one);
  EXPECT_EQ(after_restart(kB).known, Known::never);
}

TEST_P(CorrespondentsTest, AReplyMakesKnown) {
  Correspondents known;
  ASSERT_TRUE(known.load(*database_, kNow));
  known.note_written("a@else.example", {{"Friend@Far.example"}}, kNow + hours(1));
  const auto one = to(known, kA, kLater, "friend@far.example");
  EXPECT_EQ(one.known, Known::yes);
  EXPECT_EQ(one.messages, 0);
  EXPECT_EQ(one.replied, kNow + hours(1));
  EXPECT_EQ(to(known, kB, kLater, "friend@far.example").known, Known::never);
  EXPECT_EQ(known.recall("friend@far.example", kB, kLater).anybody.replied, kNow + hours(1));
  ASSERT_TRUE(known.save(*database_, kLater));
  EXPECT_EQ(after_restart(kA, kLater, "friend@far.example"), one);
  known.note_received("friend@far.example", kA, kNow + hours(5));
  ASSERT_TRUE(known.save(*database_, kLater));
  const auto both = after_restart(kA, kLater, "friend@far.example");
  EXPECT_EQ(both.first, kNow + hours(5));
  EXPECT_EQ(both.messages, 1);
  EXPECT_EQ(both.replied, kNow + hours(1));
}

TEST_P(CorrespondentsTest, CountsGoOnAfterARestart) {
  for (int i = 0; i < 3; ++i) {
    Correspondents known;
    ASSERT_TRUE(known.load(*database_, kNow + hours(i)));
    known.note_received(kNews, kA, kNow + hours(i));
    EXPECT_EQ(to(known, kA).messages, i + 1);
    ASSERT_TRUE(known.save(*database_, kNow + hours(i)));
    ASSERT_TRUE(known.save(*database_, kNow + hours(i))) << "nothing is counted twice";
  }
  const auto one = after_restart(kA);
  EXPECT_EQ(one.first, kNow);
  EXPECT_EQ(one.last, kNow + hours(2));
  EXPECT_EQ(one.messages, 3);
}

TEST_P(CorrespondentsTest, ForgetsAfterAWhile) {
  Correspondents known;
  ASSERT_TRUE(known.load(*database_, kNow));
  known.note_received(kNews, kA, kNow);
  known.note_written("b@else.example", {{std::string(kNews)}}, kNow + days(300));
  ASSERT_TRUE(known.save(*database_, kNow + days(300)));
  EXPECT_EQ(to(known, kA, kNow + days(399)).known, Known::yes);
  EXPECT_EQ(to(known, kA, kNow + days(400)).known, Known::never) << "before anything is swept";
  ASSERT_TRUE(known.save(*database_, kNow + days(401)));
  EXPECT_EQ(known.size(), 2U) << "what was written to, and its author";
  EXPECT_EQ(rows(), 2);
  EXPECT_EQ(to(known, kB, kNow + days(401)).known, Known::yes);
}

TEST_P(CorrespondentsTest, WhatItHadNoRoomForItDoesNotCallNew) {
  Correspondents known({.slots = 8});
  ASSERT_TRUE(known.load(*database_, kNow));
  known.note_written("a@else.example", {{"friend@far.example"}}, kNow);
  for (int i = 0; i < 100; ++i)
    known.note_received(fmt::format("{}@flood.example", i), kA, kNow + std::chrono::minutes(i));
  EXPECT_EQ(to(known, kA, kLater, "friend@far.example").replied, kNow) << "a flood takes nothing from users";
  EXPECT_EQ(to(known, kA, kLater, "1@flood.example").why, NotKnown::incomplete);
  EXPECT_EQ(to(known, kA, kLater, "new@far.example").why, NotKnown::incomplete);
  EXPECT_EQ(to(known, kA, kNow + days(402), "new@far.example").known, Known::never)
      << "what was lost would be forgotten now";
  ASSERT_TRUE(known.save(*database_, kLater));
  EXPECT_EQ(after_restart(kA, kLater, "new@far.example").why, NotKnown::incomplete)
      << "a start does not heal it";
}

TEST_P(CorrespondentsTest, TheStoreIsBounded) {
  Correspondents known({.rows = 20});
  ASSERT_TRUE(known.load(*database_, kNow));
  known.note_written("a@else.example", {{"friend@far.example"}}, kNow);
  known.note_received(kNews, kA, kNow);
  known.note_received(kNews, kA, kNow);
  for (int i = 0; i < 100; ++i)
    known.note_received(fmt::format("{}@flood.example", i), kA, kNow + std::chrono::minutes(i));
  ASSERT_TRUE(known.save(*database_, kLater));
  EXPECT_EQ(rows(), 19);
  EXPECT_EQ(after_restart(kA, kLater, "friend@far.example").replied, kNow);
  EXPECT_EQ(after_restart(kA).messages, 2) << "what is seen often stays before what is seen once";
  EXPECT_EQ(after_restart(kA, kLater, "0@flood.example").why, NotKnown::incomplete);
  EXPECT_EQ(after_restart(kA, kLater, "99@flood.example").known, Known::yes);
}

TEST_P(CorrespondentsTest, WhatCannotWaitForTheStoreIsSaid) {
  Correspondents known({.unsaved = 4});
  ASSERT_TRUE(known.load(*database_, kNow));
  for (int i = 0; i < 10; ++i) known.note_received(fmt::format("{}@far.example", i), kA, kNow);
  known.note_written("a@else.example", {{"friend@far.example"}}, kNow);
  EXPECT_EQ(to(known, kA, kLater, "9@far.example").known, Known::yes) << "in memory it is";
  ASSERT_TRUE(known.save(*database_, kNow));
  EXPECT_EQ(after_restart(kA, kLater, "0@far.example").known, Known::yes);
  EXPECT_EQ(after_restart(kA, kLater, "9@far.example").why, NotKnown::incomplete);
  EXPECT_EQ(after_restart(kA, kLater, "friend@far.example").replied, kNow) << "users have room of their own";
}

TEST_P(CorrespondentsTest, OfManyRecipientsTheFirstAreRemembered) {
  Correspondents known;
  ASSERT_TRUE(known.load(*database_, kNow));
  std::vector<std::string> many;
  for (std::size_t i = 0; i < kMostCorrespondents + 5; ++i) many.push_back(fmt::format("{}@else.example", i));
  known.note_received(kNews, many, kNow);
  EXPECT_THAT(known.recall(kNews, many, kLater).recipients, SizeIs(kMostCorrespondents));
  EXPECT_EQ(to(known, {many.front()}).known, Known::yes);
  EXPECT_EQ(to(known, {many.back()}).why, NotKnown::many_recipients);
  EXPECT_EQ(to(known, {many.back()}, kLater, "else@bank.example").known, Known::never)
      << "of others it is not";
  EXPECT_EQ(known.recall(kNews, kA, kLater).anybody.messages, 1);
  ASSERT_TRUE(known.save(*database_, kLater));
  EXPECT_EQ(after_restart({many.back()}).why, NotKnown::many_recipients);
}

TEST_P(CorrespondentsTest, AStoreThatFailsLosesNothing) {
  Correspondents known;
  ASSERT_TRUE(known.load(*database_, kNow));
  known.note_received(kNews, kA, kNow);
  ASSERT_TRUE(database_->run(
      [](soci::session& sql) { sql << "ALTER TABLE guard_correspondent RENAME TO elsewhere"; }));
  EXPECT_FALSE(known.save(*database_, kNow));
  known.note_received(kNews, kA, kNow + hours(1));
  known.note_received(kNews, kB, kNow + hours(1));
  ASSERT_TRUE(database_->run(
      [](soci::session& sql) { sql << "ALTER TABLE elsewhere RENAME TO guard_correspondent"; }));
  ASSERT_TRUE(known.save(*database_, kNow + hours(1)));
  const auto one = after_restart(kA);
  EXPECT_EQ(one.first, kNow);
  EXPECT_EQ(one.messages, 2);
  EXPECT_EQ(after_restart(kB).messages, 1);
}

TEST_P(CorrespondentsTest, OfWhatAUserWritesToNobodyIsForgotten) {
  Correspondents known;
  ASSERT_TRUE(known.load(*database_, kNow));
  std::vector<std::string> many;
  for (std::size_t i = 0; i < kMostWritten; ++i) many.push_back(fmt::format("{}@far.example", i));
  known.note_written("a@else.example", many, kNow);
  EXPECT_EQ(to(known, kA, kLater, many.back()).replied, kNow);
  EXPECT_EQ(to(known, kA, kLater, "more@far.example").known, Known::never);
  many.emplace_back("more@far.example");
  known.note_written("a@else.example", many, kNow);
  EXPECT_EQ(to(known, kA, kLater, "more@far.example").why, NotKnown::incomplete);
}

TEST_P(CorrespondentsTest, WhatWaitsForAStoreThatFailsIsBounded) {
  Correspondents known({.unsaved = 2});
  ASSERT_TRUE(known.load(*database_, kNow));
  ASSERT_TRUE(database_->run(
      [](soci::session& sql) { sql << "ALTER TABLE guard_correspondent RENAME TO elsewhere"; }));
  for (int i = 0; i < 3; ++i) known.note_received(fmt::format("{}@else.example", i), kB, kNow);
  std::atomic<bool> over = false;
  // Others learn while the store is asked in vain.
  std::thread others([&] {
    for (int i = 0; !over; ++i) known.note_received(fmt::format("{}@far.example", i), kA, kNow);
  });
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(known.save(*database_, kNow));
  over = true;
  others.join();
  ASSERT_TRUE(database_->run(
      [](soci::session& sql) { sql << "ALTER TABLE elsewhere RENAME TO guard_correspondent"; }));
  ASSERT_TRUE(known.save(*database_, kNow));
  EXPECT_LE(rows(), 4);
  EXPECT_EQ(to(known, kA, kLater, "never@far.example").why, NotKnown::incomplete);
}

TEST_P(CorrespondentsTest, SwitchedOffItForgetsAll) {
  {
    Correspondents known;
    ASSERT_TRUE(known.load(*database_, kNow));
    known.note_received(kNews, kA, kNow);
    ASSERT_TRUE(known.save(*database_, kNow));
  }
  Correspondents off;
  ASSERT_TRUE(off.switch_off(*database_));
  EXPECT_EQ(rows(), 0);
  off.note_received(kNews, kA, kNow);
  off.note_written("a@else.example", {{std::string(kNews)}}, kNow);
  EXPECT_EQ(to(off, kA).why, NotKnown::off);
  ASSERT_TRUE(off.save(*database_, kNow));
  EXPECT_EQ(rows(), 0);
  Correspondents again;
  ASSERT_TRUE(again.load(*database_, kLater));
  EXPECT_EQ(to(again, kA, kLater).why, NotKnown::too_young) << "it begins anew";
}

TEST_P(CorrespondentsTest, IsForThreads) {
  Correspondents known({.slots = 256});
  ASSERT_TRUE(known.load(*database_, kNow));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        known.note_received(fmt::format("{}@{}.example", i, t), kA, kNow);
        known.note_written("a@else.example", {{std::string(kNews)}}, kNow);
        known.note_received(kNews, kA, kNow);
        (void)known.recall(kNews, kA, kLater);
      }
    });
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(known.save(*database_, kNow));
  for (auto& thread : threads) thread.join();
  ASSERT_TRUE(known.save(*database_, kNow));
  const auto one = to(known, kA);
  EXPECT_EQ(one.messages, 2'000);
  EXPECT_EQ(after_restart(kA).messages, 2'000);
}

TEST_P(CorrespondentsTest, AStoreWithoutAMemoryStaysSo) {
  const auto stored = recall_stored(*database_, kNews, kA, kNow);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->anybody.why, NotKnown::no_store);
  EXPECT_EQ(*stored_senders(*database_, *parse_senders_word("bank.example"), 10), std::nullopt);
  Correspondents known;
  EXPECT_TRUE(known.load(*database_, kNow)) << "no table was in the way";
}

TEST_P(CorrespondentsTest, ListsWhoWritesToWhom) {
  Correspondents known;
  ASSERT_TRUE(known.load(*database_, kNow));
  known.note_received(kNews, kA, kNow);
  known.note_received(kNews, kB, kNow + hours(1));
  known.note_written("a@else.example", {{std::string(kNews)}}, kNow + hours(2));
  known.note_received("x@other.example", kA, kNow);
  known.note_received("x@bankxexample", kA, kNow);
  ASSERT_TRUE(known.save(*database_, kNow));
  ASSERT_TRUE(database_->run([](soci::session& sql) {
    sql << "INSERT INTO guard_sender VALUES ('bank.example', '192.0.2.0/24', 1795000000, 1795003600, 3)";
  }));
  const auto of = [&](std::string_view word, std::size_t most = 10) {
    return **stored_senders(*database_, *parse_senders_word(word), most);
  };
  const auto author = of("NEWS@bank.example");
  ASSERT_THAT(author.writes, SizeIs(2));
  EXPECT_EQ(author.writes[0].recipient, "a@else.example") << "the latest first: it wrote back";
  EXPECT_EQ(author.writes[0].seen.messages, 1);
  EXPECT_THAT(author.is_written, IsEmpty());
  EXPECT_THAT(author.networks, IsEmpty());
  EXPECT_THAT(of("a@else.example").is_written, SizeIs(3));
  const auto domain = of("Bank.Example.");
  EXPECT_THAT(domain.writes, SizeIs(2));
  ASSERT_THAT(domain.networks, SizeIs(1));
  EXPECT_EQ(domain.networks[0].seen.messages, 3);
  const auto few = of("else.example", 2);
  EXPECT_THAT(few.is_written, SizeIs(2));
  EXPECT_TRUE(few.more);
  EXPECT_TRUE(of("nobody@bank.example").empty());
  EXPECT_TRUE(of("b_nk.example").empty()) << "no pattern";
  EXPECT_FALSE(parse_senders_word("two words"));
  const auto text = senders_text(author);
  EXPECT_THAT(text,
              HasSubstr("news@bank.example writes to\n  a@else.example  since 2026-11-18, last 2026-11-18, "
                        "1 message; wrote back 2026-11-18\n"));
  EXPECT_THAT(text, HasSubstr("\nRemembered since 2026-11-18.\n"));
  EXPECT_THAT(senders_text(domain),
              HasSubstr("bank.example has passed DMARC from\n  192.0.2.0/24  since 2026-11-18"));
  const auto json = base::parse_json(senders_json(domain), "senders");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->at("schema"), "rampart.senders/1");
  EXPECT_EQ(json->at("writes_to").at(0).at("author"), "news@bank.example");
  EXPECT_EQ(json->at("networks").at(0).at("network"), "192.0.2.0/24");
}

INSTANTIATE_TEST_SUITE_P(Databases, CorrespondentsTest,
                         testing::Values(store::Backend::sqlite, store::Backend::postgresql),
                         store::backend_name);

TEST(Acquaintance, ComesBackFromJson) {
  Correspondence sender{.anybody = {.known = Known::yes,
                                    .why = NotKnown::none,
                                    .first = kNow,
                                    .last = kLater,
                                    .messages = 12,
                                    .replied = kLater},
                        .recipients = {{.known = Known::never, .why = NotKnown::none},
                                       {.known = Known::unknown, .why = NotKnown::incomplete}},
                        .proven = true};
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  write_sender(json, sender, std::vector<std::string>{"a@else.example", "b@else.example"});
  json.end_object();
  const auto read = *base::parse_json(out, "sender");
  const auto& object = read.at("sender").as_object();
  EXPECT_EQ(read_acquaintance(object), sender.anybody);
  EXPECT_EQ(object.at("proven"), true);
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_EQ(read_acquaintance(object.at("recipients").at(i).as_object()), sender.recipients[i]);
  EXPECT_EQ(read_acquaintance({}).known, Known::unknown) << "whatever stands there";
}

TEST(Acquaintance, NeverIsNotSaidAfterALoss) {
  const auto begun = kNow.time_since_epoch().count();
  Reach reach{.begun = begun, .lost = 0, .keep = 400 * 86'400};
  EXPECT_EQ(acquaintance(nullptr, nullptr, reach, kLater).known, Known::never);
  reach.lost = begun + 1;
  EXPECT_EQ(acquaintance(nullptr, nullptr, reach, kLater).why, NotKnown::incomplete);
  EXPECT_EQ(acquaintance(nullptr, nullptr, reach, kNow + days(401)).known, Known::never);
}

TEST(Acquaintance, IsSaidInWords) {
  EXPECT_EQ(describe({.known = Known::never, .why = NotKnown::none}, "a"), "new: no proven mail before");
  EXPECT_EQ(describe({.known = Known::unknown, .why = NotKnown::too_young}, "a"),
            "cannot be said: the memory is younger than 14 days");
  Acquaintance one{.known = Known::yes, .why = NotKnown::none, .first = kNow, .last = kNow, .messages = 1};
  EXPECT_EQ(describe(one, "a@else.example"), "since 2026-11-18, 1 message");
  one.replied = kNow;
  EXPECT_EQ(describe(one, "a@else.example"),
            "since 2026-11-18, 1 message, a@else.example wrote to it on 2026-11-18");
}

TEST(Acquaintance, EachReasonHasACodeOfItsOwn) {
  for (int i = 0; i <= static_cast<int>(NotKnown::many_recipients); ++i) {
    const auto why = static_cast<NotKnown>(i);
    EXPECT_EQ(parse_not_known(to_string(why)), why);
  }
}

}  // namespace
}  // namespace rampart::guard
