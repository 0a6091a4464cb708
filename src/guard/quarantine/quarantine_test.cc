#include "guard/quarantine/quarantine.h"

#include <fstream>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store_test.h"

namespace rampart::guard {
namespace {

using testing::AnyOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Ne;
using testing::SizeIs;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};
constexpr std::string_view kMail = "From: news@bank.example\r\n\r\nHello\r\n";

class InQuarantine : public store::OnBothDatabases {
 protected:
  void SetUp() override {
    OnBothDatabases::SetUp();
    if (IsSkipped()) return;
    database_.emplace(open());
    reopen({});
  }
  void reopen(QuarantineLimits limits) {
    auto made = Quarantine::open(
        *database_, {.folder = (folder() / "quarantine").string(),
                     .seal = *crypto::SealKey::from_text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
                     .limits = limits});
    ASSERT_TRUE(made) << made.error().message();
    quarantine_.emplace(*std::move(made));
  }
  // Another queue id stands for another message, by its envelope sender.
  static KeptMessage entry(std::string queue_id = "4F0",
                           std::vector<std::string> recipients = {"A@else.example"}) {
    KeptMessage out;
    out.mail_from = queue_id + "@bank.example";
    out.queue_id = std::move(queue_id);
    out.recipients = std::move(recipients);
    out.received = kNow;
    out.author = "bank.example";
    out.subject = "rates";
    out.causes = {
        {.code = "dmarc-reject", .text = "bank.example asks to reject", .section = "RFC 9989 section 5.4"}};
    return out;
  }
  std::string keep(KeptMessage message = entry()) {
    const auto id = quarantine_->keep(std::move(message), kMail, kNow);
    EXPECT_TRUE(id) << id.error().message();
    return id.value_or("");
  }
  std::string text(const std::string& id) {
    std::string out;
    const auto read = quarantine_->read(id, [&](std::string_view piece) {
      out += piece;
      return base::Result<>();
    });
    return read ? out : read.error().message();
  }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder() / "quarantine"), {}));
  }

  std::optional<store::Database> database_;
  std::optional<Quarantine> quarantine_;
};

TEST_P(InQuarantine, KeepsAMessageAsItCame) {
  const auto id = keep();
  EXPECT_THAT(id, SizeIs(26));
  EXPECT_EQ(text(id), kMail);
  const auto found = *quarantine_->find(id);
  EXPECT_THAT(found.recipients, ElementsAre("a@else.example"));
  EXPECT_EQ(found.subject, "rates");
  EXPECT_EQ(found.size, kMail.size());
  EXPECT_EQ(quarantine_->totals()->messages, 1U);
  EXPECT_EQ(quarantine_->totals()->bytes, kMail.size());
  EXPECT_EQ(found.causes, entry().causes);
  EXPECT_EQ(found.state, KeptState::kept);
  EXPECT_FALSE(quarantine_->find("0123456789abcdefghjkmnpqrs"));
  EXPECT_THAT(quarantine_->find("../../etc/passwd").error().message(), HasSubstr("is no id"));
}

TEST_P(InQuarantine, KnowsAMessageThatIsTriedAgain) {
  const auto id = keep(entry("4F0", {"a@else.example", "B@else.example"}));
  const auto again = [](auto change) {
    auto out = entry("4F0", {"b@else.example", "A@else.example"});
    out.queue_id = "another";
    change(out);
    return out;
  };
  EXPECT_EQ(keep(again([](auto&) {})), id) << "the MTA names it anew";
  EXPECT_EQ(keep(again([](auto& one) {
              one.client = "192.0.2.9", one.helo = "other", one.received = kNow + std::chrono::hours(3);
            })),
            id);
  EXPECT_EQ(keep(again([](auto& one) { one.causes.front().text = "in other words"; })), id);
  EXPECT_EQ(keep(again([](auto& one) { one.recipients.pop_back(); })), id) << "for one of them";
  EXPECT_EQ(files(), 1U);
  const auto others = {keep(again([](auto& one) { one.mail_from = "x@bank.example"; })),
                       keep(again([](auto& one) { one.author = "shop.example"; })),
                       keep(again([](auto& one) { one.action = Action::reject; })),
                       keep(again([](auto& one) { one.causes.front().code = "malware"; })),
                       *quarantine_->keep(again([](auto&) {}), std::string(kMail) + "\r\n", kNow)};
  EXPECT_THAT(others, Each(Ne(id)));
  EXPECT_EQ(std::set(others).size(), others.size());
  EXPECT_EQ(files(), 1 + others.size());
}

TEST_P(InQuarantine, KeepsWhatIsTriedAgainFromEveryRecipientOnce) {
  const auto first = keep(entry("4F0", {"a@else.example", "b@else.example"}));
  const auto second = keep(entry("4F0", {"b@else.example", "c@else.example"}));
  EXPECT_NE(second, first);
  EXPECT_THAT(quarantine_->find(first)->recipients, ElementsAre("a@else.example", "b@else.example"));
  EXPECT_THAT(quarantine_->find(second)->recipients, ElementsAre("c@else.example"));
  EXPECT_THAT(keep(entry("4F0", {"a@else.example", "c@else.example"})), AnyOf(first, second));
  EXPECT_EQ(files(), 2U);
  const auto own = *quarantine_->split(first, "a@else.example", kNow);
  EXPECT_EQ(keep(entry("4F0", {"a@else.example"})), own);
}

TEST_P(InQuarantine, KeepsOnceWhatTwoThreadsKeepAtOnce) {
  constexpr int kMessages = 20;
  const auto keep_all = [&] {
    auto database = open();
    auto quarantine =
        *Quarantine::open(database, {.folder = (folder() / "quarantine").string(), .seal = {}, .limits = {}});
    for (int i = 0; i < kMessages; ++i) {
      const auto kept = quarantine.keep(entry(std::to_string(i)), kMail, kNow);
      EXPECT_TRUE(kept) << kept.error().message();
    }
  };
  std::thread other(keep_all);
  keep_all();
  other.join();
  // On PostgreSQL neither of two that begin together sees the other: there both may be kept, and nothing is lost.
  if (GetParam() == store::Backend::sqlite) {
    EXPECT_EQ(quarantine_->totals()->messages, kMessages);
    EXPECT_EQ(files(), kMessages);
  } else {
    EXPECT_GE(quarantine_->totals()->messages, kMessages);
  }
}

TEST_P(InQuarantine, KeepsAnewWhatIsNotThereAnyMore) {
  const auto later = [&](base::Time now) {
    auto message = entry();
    message.received = now;
    return *quarantine_->keep(std::move(message), kMail, now);
  };
  const auto first = later(kNow);
  ASSERT_TRUE(quarantine_->remove(first, "admin", kNow));
  const auto second = later(kNow);
  EXPECT_NE(second, first) << "deleted";
  ASSERT_TRUE(quarantine_->begin_release(second, "admin", false, kNow));
  const auto third = later(kNow);
  EXPECT_NE(third, second) << "on its way";
  EXPECT_EQ(later(kNow + kRetryTime), third);
  const auto fourth = later(kNow + kRetryTime + std::chrono::seconds(1));
  EXPECT_NE(fourth, third) << "nobody tries again for so long";
  EXPECT_EQ(later(kNow + kRetryTime + std::chrono::hours(1)), fourth);
}

TEST_P(InQuarantine, ListsTheNewestFirst) {
  auto older = entry("1");
  older.received = kNow - std::chrono::hours(1);
  const auto first = keep(older);
  const auto second = keep(entry("2", {"b@shop.example", "a@else.example"}));
  const auto ids = [&](const KeptFilter& filter) {
    std::vector<std::string> out;
    for (const auto& one : *quarantine_->list(filter)) out.push_back(one.id);
    return out;
  };
  EXPECT_THAT(ids({}), ElementsAre(second, first));
  EXPECT_THAT(ids({.recipient = "b@shop.example", .author = {}, .state = {}, .before = {}}),
              ElementsAre(second));
  EXPECT_THAT(ids({.recipient = "@ELSE.example", .author = {}, .state = {}, .before = {}}),
              ElementsAre(second, first));
  EXPECT_THAT(ids({.recipient = {}, .author = "shop.example", .state = {}, .before = {}}), IsEmpty());
  EXPECT_THAT(ids({.recipient = {}, .author = {}, .state = KeptState::released, .before = {}}), IsEmpty());
  EXPECT_THAT(ids({.recipient = {}, .author = {}, .state = {}, .before = kNow}), ElementsAre(first));
  EXPECT_THAT(ids({.recipient = {}, .author = {}, .state = {}, .before = {}, .most = 1}),
              ElementsAre(second));
}

TEST_P(InQuarantine, ReleasesOnceOrSaysThatItMayHave) {
  const auto id = keep();
  ASSERT_TRUE(quarantine_->begin_release(id, "admin", false, kNow));
  const auto second = quarantine_->begin_release(id, "other", false, kNow);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message() + second.error().hint, HasSubstr("may have been delivered"));
  EXPECT_TRUE(quarantine_->begin_release(id, "other", true, kNow));
  ASSERT_TRUE(quarantine_->undo_release(id, kNow));
  ASSERT_TRUE(quarantine_->begin_release(id, "admin", false, kNow));
  ASSERT_TRUE(quarantine_->finish_release(id, kNow));
  EXPECT_FALSE(quarantine_->begin_release(id, "admin", true, kNow)) << "it is released";
  EXPECT_EQ(quarantine_->find(id)->by, "admin");
}

TEST_P(InQuarantine, ForgetsTheMessageAndKeepsTheRow) {
  const auto id = keep();
  ASSERT_TRUE(quarantine_->remove(id, "admin", kNow));
  EXPECT_EQ(files(), 0U);
  EXPECT_THAT(text(id), HasSubstr("was deleted on"));
  EXPECT_EQ(quarantine_->find(id)->state, KeptState::deleted);
  EXPECT_FALSE(quarantine_->remove(id, "admin", kNow));
}

TEST_P(InQuarantine, SweepsWhatIsOldAndWhatNoRowNames) {
  keep();
  // As a run leaves it that was killed between the file and the row.
  const auto stray = folder() / "quarantine" / "0123456789abcdefghjkmnpqrs.eml.kept";
  std::ofstream(stray) << "x";
  EXPECT_EQ(*quarantine_->sweep(kNow), 0U) << "somebody may be writing it";
  const auto now = std::chrono::system_clock::now() + std::chrono::hours(2);
  EXPECT_EQ(*quarantine_->sweep(std::chrono::floor<std::chrono::seconds>(now)),
            1U + (now > kNow + std::chrono::hours(24 * 30) ? 1U : 0U));
  EXPECT_FALSE(std::filesystem::exists(stray));
  EXPECT_EQ(*quarantine_->sweep(kNow + std::chrono::hours(24 * 365)), 1U);
  EXPECT_EQ(files(), 0U);
}

TEST_P(InQuarantine, HasRoomForSoManyOfADomainAndNoMore) {
  reopen({.entries_of_domain = 1, .bytes = 1000});
  keep();
  const auto full = quarantine_->keep(entry("2", {"b@ELSE.example"}), kMail, kNow);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().kind, base::ErrorKind::unavailable);
  EXPECT_TRUE(quarantine_->keep(entry("3", {"b@shop.example"}), kMail, kNow))
      << "one domain's flood is no other's";
  EXPECT_FALSE(quarantine_->keep(entry("4", {"b@third.example"}), std::string(990, 'x'), kNow));
  EXPECT_EQ(files(), 2U);
}

TEST_P(InQuarantine, WhatAListBlocksLeavesRoomForOtherMail) {
  const auto listed = [](const std::string& queue_id, std::string_view code) {
    auto out = entry(queue_id, {"a@else.example"});
    out.causes.push_back({.code = std::string(code), .text = "why", .section = {}});
    return out;
  };
  reopen({.entries_of_domain = 4, .bytes = 10'000});
  EXPECT_TRUE(quarantine_->keep(listed("1", "blocked"), "1", kNow));
  EXPECT_TRUE(quarantine_->keep(listed("2", "inspection-failed"), "2", kNow));
  const auto full = quarantine_->keep(listed("3", "blocked"), "3", kNow);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().kind, base::ErrorKind::unavailable);
  EXPECT_THAT(full.error().message(), HasSubstr("2 messages of else.example that a list blocks"));
  EXPECT_TRUE(quarantine_->keep(entry("4", {"a@else.example"}), "4", kNow));
  EXPECT_TRUE(quarantine_->keep(entry("5", {"a@else.example"}), "5", kNow));
  EXPECT_FALSE(quarantine_->keep(entry("6", {"a@else.example"}), "6", kNow));
  auto other = listed("7", "blocked");
  other.recipients = {"a@shop.example"};
  EXPECT_FALSE(quarantine_->keep(other, std::string(6'000, 'x'), kNow)) << "nor more than half of all octets";
  other.causes.pop_back();
  EXPECT_TRUE(quarantine_->keep(other, std::string(6'000, 'x'), kNow));
}

TEST_P(InQuarantine, TellsAFileThatIsNotTheMessage) {
  const auto id = keep();
  const auto other = keep(entry("2"));
  std::filesystem::rename(folder() / "quarantine" / (other + ".eml.kept"),
                          folder() / "quarantine" / (id + ".eml.kept"));
  EXPECT_THAT(text(id), HasSubstr("cannot be opened"));
  EXPECT_THAT(text(other), HasSubstr("cannot be read"));
}

TEST_P(InQuarantine, SplitsARecipientOff) {
  const auto whole = keep(entry("1", {"A@else.example", "b@else.example", "c@shop.example"}));
  const auto own = quarantine_->split(whole, "a@ELSE.example", kNow);
  ASSERT_TRUE(own) << own.error().message();
  EXPECT_NE(*own, whole);
  EXPECT_EQ(*quarantine_->split(whole, "a@else.example", kNow), *own) << "once";
  EXPECT_EQ(*quarantine_->split(*own, "a@else.example", kNow), *own) << "there is nobody else";
  EXPECT_EQ(quarantine_->find_for(whole, "A@else.example")->id, *own);
  EXPECT_EQ(quarantine_->find_for(whole, "b@else.example")->id, whole);
  EXPECT_THAT(quarantine_->find(whole)->recipients, ElementsAre("b@else.example", "c@shop.example"));
  const auto found = *quarantine_->find(*own);
  EXPECT_THAT(found.recipients, ElementsAre("a@else.example"));
  EXPECT_EQ(found.subject, "rates");
  EXPECT_EQ(found.received, kNow);
  EXPECT_EQ(found.causes, entry().causes);
  EXPECT_EQ(text(*own), kMail);
  EXPECT_EQ(text(whole), kMail);
  EXPECT_EQ(keep(entry("1", {"A@else.example", "b@else.example", "c@shop.example"})), whole)
      << "what the mail server tries again is there";
  for (const auto* other : {"d@else.example", ""}) {
    const auto none = quarantine_->split(whole, other, kNow);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, base::ErrorKind::usage);
  }
  ASSERT_TRUE(quarantine_->begin_release(whole, "admin", false, kNow));
  EXPECT_FALSE(quarantine_->split(whole, "b@else.example", kNow)) << "it is on its way to all";
  EXPECT_EQ(files(), 2U);
}

TEST_P(InQuarantine, TellsEachRecipientOfAMessageOnce) {
  auto older = entry("1", {"A@else.example", "b@shop.example"});
  older.received = kNow - std::chrono::hours(48);
  const auto first = keep(older);
  const auto second = keep(entry("2"));
  const auto gone = keep(entry("3"));
  ASSERT_TRUE(quarantine_->remove(gone, "admin", kNow));
  const auto untold = *quarantine_->untold({});
  ASSERT_THAT(untold, SizeIs(2));
  EXPECT_EQ(untold[0].recipient, "a@else.example");
  EXPECT_THAT(untold[0].ids, ElementsAre(second, first));
  EXPECT_EQ(untold[1].recipient, "b@shop.example");
  const auto late = *quarantine_->untold(kNow - std::chrono::hours(24));
  ASSERT_THAT(late, SizeIs(1));
  EXPECT_THAT(late[0].ids, ElementsAre(second));
  const auto third = keep(entry("4"));
  ASSERT_TRUE(quarantine_->note_told(untold[0], kNow));
  const auto rest = *quarantine_->untold({});
  ASSERT_THAT(rest, SizeIs(2)) << "what came meanwhile is still to be told";
  EXPECT_THAT(rest[0].ids, ElementsAre(third));
  EXPECT_THAT(rest[1].ids, ElementsAre(first));
  ASSERT_TRUE(quarantine_->split(first, "a@else.example", kNow));
  EXPECT_THAT((*quarantine_->untold({}))[0].ids, ElementsAre(third))
      << "what was told is told of the part, too";
}

INSTANTIATE_TEST_SUITE_P(Databases, InQuarantine,
                         testing::Values(store::Backend::sqlite, store::Backend::postgresql),
                         store::backend_name);

}  // namespace
}  // namespace rampart::guard
