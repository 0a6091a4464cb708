#include "guard/quarantine/kept_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store_test.h"

namespace rampart::guard {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};

class KeptListTest : public store::OnBothDatabases {
 protected:
  void SetUp() override {
    OnBothDatabases::SetUp();
    if (IsSkipped()) return;
    database_.emplace(open());
    quarantine_.emplace(*Quarantine::open(
        *database_, {.folder = (folder() / "quarantine").string(), .seal = {}, .limits = {}}));
  }
  std::string keep(std::string subject, std::chrono::seconds ago, std::vector<std::string> recipients) {
    KeptMessage entry;
    entry.received = kNow - ago;
    entry.mail_from = "x@evil.example";
    entry.recipients = std::move(recipients);
    entry.author = "bank.example";
    entry.subject = std::move(subject);
    entry.causes = {{.code = "blocked", .text = "it is blocked", .section = {}}};
    return *quarantine_->keep(entry, "Subject: " + entry.subject + "\r\n\r\nx", kNow);
  }
  std::vector<std::string> subjects(KeptQuestion question) {
    std::vector<std::string> out;
    for (;;) {
      const auto page = *list_kept(*database_, question);
      for (const auto& one : page.messages) out.push_back(one.subject);
      if (!page.next) return out;
      question.behind = page.next;
    }
  }
  std::optional<store::Database> database_;
  std::optional<Quarantine> quarantine_;
};

TEST_P(KeptListTest, TheNewestFirstByWhateverIsLookedFor) {
  for (int i = 0; i < 5; ++i)
    keep(std::string(1, static_cast<char>('a' + i)), std::chrono::seconds(9 - i / 2), {"u@one.example"});
  EXPECT_EQ(subjects({.state = {}, .behind = {}, .most = 2}).size(), 5U);
  EXPECT_EQ(subjects({.state = {}, .behind = {}, .most = 2}),
            subjects({.state = {}, .scope = Scope({"one.example"}), .behind = {}}));
  EXPECT_EQ(subjects({.state = {}, .behind = {}}).front(), "e");
  const auto hello = keep("Hello", std::chrono::seconds(1), {"v@sub.two.example"});
  EXPECT_THAT(subjects({.state = {}, .recipient = "V@sub.two.example", .behind = {}}), ElementsAre("Hello"));
  EXPECT_THAT(subjects({.state = {}, .recipient = "@sub.two.example", .behind = {}}), ElementsAre("Hello"));
  EXPECT_THAT(subjects({.state = {}, .author = "BANK.example", .text = "HELL", .behind = {}}),
              ElementsAre("Hello"));
  EXPECT_EQ(subjects({.state = {}, .cause = "blocked", .behind = {}}).size(), 6U);
  EXPECT_THAT(subjects({.state = {}, .from = kNow - std::chrono::seconds(5), .behind = {}}),
              ElementsAre("Hello"));
  EXPECT_EQ(subjects({.state = {}, .to = kNow - std::chrono::seconds(5), .behind = {}}).size(), 5U);
  EXPECT_THAT(subjects({.state = {}, .scope = Scope({"two.example"}), .behind = {}}), ElementsAre("Hello"));
  EXPECT_EQ(*count_kept(*database_, KeptState::kept, Scope()), 6U);
  EXPECT_EQ(*count_kept(*database_, KeptState::kept, Scope({"two.example", "sub.two.example"})), 1U);
  ASSERT_TRUE(quarantine_->remove(hello, "soc", kNow));
  EXPECT_THAT(subjects({.state = KeptState::deleted, .behind = {}}), ElementsAre("Hello"));
  EXPECT_THAT(subjects({.state = KeptState::kept, .scope = Scope({"two.example"}), .behind = {}}), IsEmpty());
}

TEST_P(KeptListTest, OfOthersNothingIsSaid) {
  const auto id = keep("both", std::chrono::seconds(1), {"a@one.example", "b@two.example"});
  const auto page = *list_kept(*database_, {.state = {}, .scope = Scope({"two.example"}), .behind = {}});
  ASSERT_EQ(page.messages.size(), 1U);
  EXPECT_THAT(page.messages[0].recipients, ElementsAre("b@two.example"));
  EXPECT_THAT(
      subjects({.state = {}, .recipient = "a@one.example", .scope = Scope({"two.example"}), .behind = {}}),
      IsEmpty());
  EXPECT_FALSE(seen_by(*quarantine_->find(id), Scope({"bank.example"})))
      << "who is only named has no part in it";
  // What is split off is listed by itself, and the whole by what is left.
  ASSERT_TRUE(quarantine_->split(id, "b@two.example", kNow));
  EXPECT_EQ(subjects({.state = {}, .recipient = "@two.example", .behind = {}}).size(), 1U);
  EXPECT_EQ(subjects({.state = {}, .behind = {}}).size(), 2U);
  EXPECT_EQ(*count_kept(*database_, KeptState::kept, Scope({"two.example"})), 1U);
}

INSTANTIATE_TEST_SUITE_P(Stores, KeptListTest,
                         testing::Values(store::Backend::sqlite, store::Backend::postgresql),
                         store::backend_name);

}  // namespace
}  // namespace rampart::guard
