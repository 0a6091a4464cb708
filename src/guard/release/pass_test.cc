#include "guard/release/pass.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/hmac.h"
#include "guard/release/release.h"
#include "store/store_test.h"

namespace rampart::guard {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};
constexpr std::string_view kMail = "From: news@bank.example\r\nSubject: rates\r\n\r\nHello\r\nthere\r\n";

class Release : public store::OnBothDatabases {
 protected:
  void SetUp() override {
    OnBothDatabases::SetUp();
    if (IsSkipped()) return;
    database_.emplace(open());
    quarantine_.emplace(*Quarantine::open(
        *database_, {.folder = (folder() / "quarantine").string(), .seal = {}, .limits = {}}));
    passes_.emplace(*Passes::open(*database_, *quarantine_, crypto::derive_key("key", kPassPurpose)));
  }
  std::string keep(std::string_view text = kMail) {
    KeptMessage entry;
    entry.received = kNow;
    entry.mail_from = "news@bank.example";
    entry.recipients = {"A@else.example", "b@else.example"};
    return *quarantine_->keep(std::move(entry), text, kNow);
  }
  // What is handed over, and what that comes to.
  base::Result<Released> send(const std::string& id, net::Handing handing, bool again = false) {
    const ReleaseDesk desk{.quarantine = *quarantine_,
                           .passes = *passes_,
                           .hand = [&](const std::string& sender, const std::vector<std::string>& recipients,
                                       const std::string& message) {
                             sent_ = message;
                             EXPECT_EQ(sender, "news@bank.example");
                             EXPECT_EQ(recipients.size(), 2U);
                             return handing;
                           }};
    return release(desk, id, {.by = "admin", .again = again}, kNow);
  }
  // Why a message of these bytes is not let by; "released" when it is.
  std::string arrive(std::string_view bytes, const std::vector<std::string>& recipients,
                     base::Time now = kNow) {
    const auto message = *mail::Message::parse(bytes);
    const auto honoured = passes_->honour(message, recipients, now);
    EXPECT_TRUE(honoured) << honoured.error().message();
    EXPECT_EQ(honoured->passes, honoured->why == "released");
    return honoured->why;
  }
  KeptState state(const std::string& id) { return quarantine_->find(id)->state; }

  std::optional<store::Database> database_;
  std::optional<Quarantine> quarantine_;
  std::optional<Passes> passes_;
  std::string sent_;
};

const net::Handing kAccepted{.how = net::Handed::accepted, .why = {}};

TEST_P(Release, IsHonouredOnceForEachRecipient) {
  const auto id = keep();
  const auto released = send(id, kAccepted);
  ASSERT_TRUE(released) << released.error().message();
  EXPECT_EQ(released->how, Released::How::delivered);
  EXPECT_EQ(state(id), KeptState::released);
  EXPECT_THAT(sent_, StartsWith("X-Rampart-Released: v=1; id=" + id));
  EXPECT_TRUE(sent_.ends_with(kMail));
  // As a relay hands it on: fields above, other line ends.
  auto relayed = "Received: from a by b\n" + sent_;
  std::erase(relayed, '\r');
  EXPECT_EQ(arrive(relayed, {"a@else.example"}), "released");
  EXPECT_THAT(arrive(relayed, {"A@ELSE.example"}), HasSubstr("used before"));
  EXPECT_THAT(arrive(sent_, {"b@else.example", "a@else.example"}), HasSubstr("used before"));
  EXPECT_EQ(arrive(sent_, {"b@else.example"}), "released") << "one that failed uses up nothing";
}

TEST_P(Release, IsOfOneMessageItsRecipientsAndADay) {
  const auto id = keep();
  ASSERT_TRUE(send(id, kAccepted));
  const std::vector<std::string> to{"a@else.example"};
  EXPECT_THAT(arrive(sent_, {"a@else.example", "c@else.example"}), HasSubstr("other recipients"));
  EXPECT_THAT(arrive(sent_, {}), HasSubstr("other recipients"));
  EXPECT_THAT(arrive(sent_, to, kNow + kPassLife + std::chrono::seconds(1)), HasSubstr("was good until"));
  for (const auto& [from, changed] : {std::pair{"Hello", "Hullo"}, std::pair{"rates", "taxes"},
                                      std::pair{"news@", "head@"}, std::pair{"until=1", "until=2"}}) {
    auto other = sent_;
    other.replace(other.find(from), std::string_view(from).size(), changed);
    EXPECT_THAT(arrive(other, to), HasSubstr("is not ours, or is of another message")) << changed;
  }
  EXPECT_THAT(arrive("From: head@bank.example\r\n" + sent_, to), HasSubstr("of another message"));
  const auto field = sent_.substr(0, sent_.size() - kMail.size());
  EXPECT_THAT(arrive(field + sent_, to), HasSubstr("several"));
  EXPECT_THAT(arrive("X-Rampart-Released: v=1; id=x\r\n\r\n", to), HasSubstr("is none"));
  EXPECT_EQ(arrive(kMail, to), "");
  const Passes other =
      *Passes::open(*database_, *quarantine_, crypto::derive_key("another key", kPassPurpose));
  const auto forged = *other.make(*quarantine_->find(id), *mail::Message::parse(kMail), kNow);
  EXPECT_THAT(arrive(forged + std::string(kMail), to), HasSubstr("not ours"));
  ASSERT_TRUE(quarantine_->remove(id, "admin", kNow));
  EXPECT_THAT(arrive(sent_, to), HasSubstr("is deleted"));
}

TEST_P(Release, KeepsWhatTheServerDoesNotTake) {
  const auto id = keep();
  const auto refused = send(id, {.how = net::Handed::refused, .why = "550 no such user"});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->how, Released::How::returned);
  EXPECT_EQ(refused->why, "550 no such user");
  EXPECT_EQ(state(id), KeptState::kept);
  EXPECT_THAT(arrive(sent_, {"a@else.example"}), HasSubstr("is kept")) << "its pass is void";
  EXPECT_TRUE(send(id, kAccepted));
}

TEST_P(Release, SaysThatItMayHaveBeenDelivered) {
  const auto id = keep();
  const auto lost = send(id, {.how = net::Handed::down, .why = "gone", .perhaps = true});
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->how, Released::How::perhaps);
  EXPECT_FALSE(send(id, kAccepted));
  // A second try that fails for certain says nothing of the first.
  const auto again = send(id, {.how = net::Handed::down, .why = "gone"}, true);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->how, Released::How::perhaps);
  EXPECT_EQ(state(id), KeptState::releasing);
  EXPECT_EQ(send(id, kAccepted, true)->how, Released::How::delivered);
  EXPECT_FALSE(send(id, kAccepted, true)) << "it is released";
}

TEST_P(Release, SendsNoPassOfAStrangersAndNoBareLineEnds) {
  const auto id = keep("X-Rampart-Released: v=1;\r\n id=y\r\nFrom: a@b.example\r\n\r\none\n.\r\ntwo\rthree");
  ASSERT_TRUE(send(id, kAccepted));
  EXPECT_TRUE(sent_.ends_with("\r\nFrom: a@b.example\r\n\r\none\r\n.\r\ntwo\r\nthree"));
  EXPECT_THAT(sent_, Not(HasSubstr("id=y\r")));
  EXPECT_EQ(arrive(sent_, {"a@else.example"}), "released");
}

TEST_P(Release, IsNoneOfADamagedFile) {
  const auto id = keep();
  std::filesystem::remove(folder() / "quarantine" / (id + ".eml.kept"));
  EXPECT_FALSE(send(id, kAccepted));
  EXPECT_EQ(state(id), KeptState::kept);
  EXPECT_EQ(sent_, "");
  const auto continues = keep(" x\r\n\r\nbody");
  EXPECT_THAT(send(continues, kAccepted).error().message(), HasSubstr("continues no field"));
  EXPECT_EQ(state(continues), KeptState::kept);
}

INSTANTIATE_TEST_SUITE_P(Databases, Release,
                         testing::Values(store::Backend::sqlite, store::Backend::postgresql),
                         store::backend_name);

}  // namespace
}  // namespace rampart::guard
