#include "accounts/enrolment.h"

#include <thread>

#include "accounts/desk_test.h"

namespace rampart::accounts {
namespace {

using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class InEnrolment : public WithDesk {
 protected:
  Opened open(const Link& link, base::Time now = kNow) {
    auto opened = *desk().enrolment.open(link.token, {}, kHere, now);
    EXPECT_TRUE(opened) << opened.error().text;
    return *opened;
  }
  // The app that is being enrolled shows this.
  std::string offered_code(const std::string& account, base::Time now = kNow) {
    transact([&](soci::session& sql) {
      secrets_[account] = std::string(
          common_->keys.box.unseal(totp_row(sql, account, kOffered)->secret, account, "totp")->view());
    });
    return code(account, now);
  }
  std::string password(const Session& session, std::string text = "a quiet lantern in March",
                       std::string address = "ayesha@cert.example") {
    return why(desk().enrolment.password(session,
                                         {.password = std::move(text), .address = std::move(address)}, kNow));
  }
  Enrolled enrol(const Link& link) {
    const auto opened = open(link);
    EXPECT_EQ(password(opened.session), "done");
    EXPECT_EQ(why(desk().enrolment.totp(opened.session, kNow)), "done");
    EXPECT_EQ(why(desk().enrolment.confirm_totp(opened.session, offered_code(link.account), kNow)), "done");
    auto done = *desk().enrolment.finish(opened.session, kHere, kNow);
    EXPECT_TRUE(done) << done.error().text;
    return *done;
  }
};

TEST_P(InEnrolment, TakesTheFirstOwnerFromALinkToASession) {
  const auto link = **desk().enrolment.first_start(kNow);
  EXPECT_EQ(link.purpose, Purpose::owner);
  EXPECT_EQ(link.expires, kNow + kLinkTime);
  const auto opened = open(link);
  EXPECT_EQ(opened.session.stage, Stage::enrolling);
  EXPECT_FALSE(*desk().sessions.principal(opened.session));
  EXPECT_THAT((*desk().enrolment.state(opened.session, kNow))->missing,
              ElementsAre("address", "password", "factor"));
  EXPECT_EQ(why(desk().enrolment.finish(opened.session, kHere, kNow)), "conflict");
  EXPECT_EQ(password(opened.session, "short"), "invalid");
  EXPECT_EQ(password(opened.session, "ayesha@cert.example"), "invalid") << "holds the name";
  EXPECT_EQ(password(opened.session, "a quiet lantern in March", "no address"), "invalid");
  EXPECT_EQ(password(opened.session), "done");
  EXPECT_EQ(why(desk().enrolment.finish(opened.session, kHere, kNow)), "conflict")
      << "a password alone is never enough";
  const auto app = *desk().enrolment.totp(opened.session, kNow);
  ASSERT_TRUE(app);
  EXPECT_THAT(app->uri, HasSubstr("otpauth://totp/Rampart:ayesha%40cert.example?secret=" + app->secret));
  EXPECT_THAT(app->svg, HasSubstr("<svg"));
  EXPECT_EQ(why(desk().enrolment.confirm_totp(opened.session, "000000", kNow)), "wrong");
  EXPECT_EQ(why(desk().enrolment.finish(opened.session, kHere, kNow)), "conflict")
      << "nor with an app that was only shown";
  const auto shown = offered_code(link.account);
  ASSERT_EQ(why(desk().enrolment.confirm_totp(opened.session, shown, kNow)), "done");
  const auto done = *desk().enrolment.finish(opened.session, kHere, kNow);
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_THAT(done->codes, SizeIs(10));
  EXPECT_NE(done->opened.token, opened.token);
  EXPECT_EQ(principal(done->opened).name, "ayesha@cert.example");
  EXPECT_TRUE(principal(done->opened).scope.everything);
  // The step that confirmed the app is used up.
  const auto half = *desk().sign_in.password("ayesha@cert.example", "a quiet lantern in March", kHere, kNow);
  ASSERT_TRUE(half);
  EXPECT_EQ(why(desk().sign_in.totp(half->session, shown, kHere, kNow)), "wrong");
  EXPECT_EQ(why(desk().sign_in.totp(half->session, code(link.account, kNow + std::chrono::seconds(30)), kHere,
                                    kNow + std::chrono::seconds(30))),
            "done");
  EXPECT_THAT(acts(), testing::Contains("account.enrol"));
}

TEST_P(InEnrolment, GivesNoLinkWhileAnOwnerExists) {
  const auto link = **desk().enrolment.first_start(kNow);
  const auto again = **desk().enrolment.first_start(kNow);
  EXPECT_EQ(why(desk().enrolment.open(link.token, {}, kHere, kNow)), "ended")
      << "the second start's link is the one";
  enrol(again);
  EXPECT_FALSE(desk().enrolment.first_start(kNow)->has_value());
  EXPECT_EQ(why(desk().enrolment.open(again.token, {}, kHere, kNow)), "ended") << "good once";
  EXPECT_EQ(*desk().accounts.owners(), 1U);
}

TEST_P(InEnrolment, BindsALinkToTheFirstBrowser) {
  const auto link = **desk().enrolment.first_start(kNow);
  const auto mine = open(link);
  EXPECT_EQ(why(desk().enrolment.open(link.token, {}, kHere, kNow)), "elsewhere");
  EXPECT_EQ(why(desk().enrolment.open(link.token, *new_secret(), kHere, kNow)), "elsewhere");
  const auto again = *desk().enrolment.open(link.token, mine.token, kHere, kNow);
  ASSERT_TRUE(again) << "its own browser may open it again";
  EXPECT_EQ(again->token, mine.token);
  EXPECT_EQ(why(desk().enrolment.open(*new_secret(), {}, kHere, kNow)), "ended");
  EXPECT_EQ(why(desk().enrolment.open("short", {}, kHere, kNow)), "ended");
}

TEST_P(InEnrolment, BindsALinkToOneBrowserWhoeverIsFirst) {
  const auto link = **desk().enrolment.first_start(kNow);
  const auto one = other();
  const auto two = other();
  std::string first;
  std::string second;
  std::thread left([&] { first = why(one->desk.enrolment.open(link.token, {}, kHere, kNow)); });
  std::thread right([&] { second = why(two->desk.enrolment.open(link.token, {}, kHere, kNow)); });
  left.join();
  right.join();
  EXPECT_THAT((std::vector{first, second}), testing::UnorderedElementsAre("done", "elsewhere"));
}

TEST_P(InEnrolment, FinishesOnceWhoeverIsFirst) {
  const auto link = **desk().enrolment.first_start(kNow);
  const auto opened = open(link);
  EXPECT_EQ(password(opened.session), "done");
  EXPECT_EQ(why(desk().enrolment.totp(opened.session, kNow)), "done");
  EXPECT_EQ(why(desk().enrolment.confirm_totp(opened.session, offered_code(link.account), kNow)), "done");
  const auto one = other();
  const auto two = other();
  std::string first;
  std::string second;
  std::thread left([&] { first = why(one->desk.enrolment.finish(opened.session, kHere, kNow)); });
  std::thread right([&] { second = why(two->desk.enrolment.finish(opened.session, kHere, kNow)); });
  left.join();
  right.join();
  EXPECT_THAT((std::vector{first, second}), testing::UnorderedElementsAre("done", "ended"));
  EXPECT_TRUE((*desk().accounts.own(link.account))->totp) << "and nothing that was enrolled is gone";
  EXPECT_EQ((*desk().accounts.own(link.account))->codes_left, 10U);
}

TEST_P(InEnrolment, EndsWithItsTime) {
  const auto link = **desk().enrolment.first_start(kNow);
  const auto opened = open(link);
  EXPECT_TRUE(*desk().sessions.find(opened.token, kHere, kNow + minutes(29)));
  EXPECT_FALSE(*desk().sessions.find(opened.token, kHere, kNow + minutes(30)));
  EXPECT_EQ(why(desk().enrolment.state(opened.session, kNow + minutes(30))), "ended");
  EXPECT_EQ(why(desk().enrolment.open(link.token, opened.token, kHere, kNow + minutes(30))), "ended");
}

TEST_P(InEnrolment, InvitesSomebodyForAWeek) {
  const auto owner = principal(add("ayesha@cert.example", Role::owner));
  const auto water = organisation("Water");
  const auto invited = *desk().accounts.invite(
      owner,
      {.address = "Bilal@Cert.Example", .name = "Bilal", .role = Role::analyst, .organisations = {water}},
      kNow);
  ASSERT_TRUE(invited) << invited.error().text;
  EXPECT_EQ(invited->link.expires, kNow + kInvitationTime);
  EXPECT_EQ(invited->account.state, AccountState::invited);
  const auto opened = open(invited->link, kNow + std::chrono::hours(24 * 6));
  const auto state = *desk().enrolment.state(opened.session, kNow + std::chrono::hours(24 * 6));
  EXPECT_EQ(state->address, "bilal@cert.example");
  EXPECT_THAT(state->missing, ElementsAre("password", "factor"));
  const auto again = *desk().accounts.invite_again(owner, invited->account.id, kNow);
  ASSERT_TRUE(again);
  EXPECT_EQ(why(desk().enrolment.state(opened.session, kNow)), "ended")
      << "the link of before died, and its browser's session";
  // Who is invited cannot name himself another.
  const auto fresh = open(again->link);
  EXPECT_EQ(password(fresh.session, "a quiet lantern in March", "ayesha@cert.example"), "done");
  EXPECT_EQ((*desk().enrolment.state(fresh.session, kNow))->address, "bilal@cert.example");
}

TEST_P(InEnrolment, EnrolsAKeyInsteadOfAnApp) {
  const auto link = **desk().enrolment.first_start(kNow);
  const auto opened = open(link);
  EXPECT_EQ(password(opened.session), "done");
  const factor::StubAuthenticator key;
  const auto ask = [&] {
    EXPECT_EQ(why(desk().enrolment.webauthn_options(opened.session, kNow)), "done");
    std::string text;
    transact([&](soci::session& sql) {
      first(sql, "SELECT challenge FROM accounts_challenge WHERE kind = 'register'", std::tie(text));
    });
    return base::decode_base64(text).value_or("");
  };
  const auto challenge = ask();
  EXPECT_EQ(why(desk().enrolment.webauthn(
                opened.session, key.create({.challenge = challenge, .origin = "https://evil.example"}), "key",
                kNow)),
            "invalid");
  EXPECT_EQ(why(desk().enrolment.webauthn(opened.session, key.create({.challenge = challenge}), "key", kNow)),
            "ended")
      << "the challenge was used up";
  EXPECT_EQ(why(desk().enrolment.webauthn(opened.session, key.create({.challenge = ask()}), "my key", kNow)),
            "done");
  EXPECT_EQ(why(desk().enrolment.webauthn(opened.session, key.create({.challenge = ask()}), "again", kNow)),
            "conflict");
  const auto done = *desk().enrolment.finish(opened.session, kHere, kNow);
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_EQ(desk().factors.list(link.account)->front().label, "my key");
}

TEST_P(InEnrolment, RecoversOnTheHostWithAMarkThatAdministratorsSee) {
  const auto owner = add("ayesha@cert.example", Role::owner);
  const auto admin = principal(add("bilal@cert.example", Role::administrator));
  const auto analyst = principal(add("chand@cert.example", Role::analyst));
  const auto before = session(owner);
  EXPECT_EQ(why(desk().accounts.recover(admin, "ayesha@cert.example", kNow)), "not-allowed");
  EXPECT_EQ(why(desk().accounts.recover(host(), "nobody@cert.example", kNow)), "missing");
  const auto recovered = *desk().accounts.recover(host(), "ayesha@cert.example", kNow);
  ASSERT_TRUE(recovered) << recovered.error().text;
  EXPECT_EQ(recovered->account.state, AccountState::must_re_enrol);
  EXPECT_FALSE(*desk().sessions.find(before.token, kHere, kNow)) << "everything of before ended";
  EXPECT_EQ(why(desk().sign_in.password("ayesha@cert.example", kPassword, kHere, kNow)), "wrong");
  EXPECT_FALSE(desk().enrolment.first_start(kNow)->has_value())
      << "there is an owner, though he has to enrol";
  EXPECT_THAT(told(admin), ElementsAre("account.recovered"));
  EXPECT_THAT(told(analyst), IsEmpty());
  const auto notice = desk().notices.open_for(admin)->front();
  EXPECT_THAT(text_of(notice), HasSubstr("ayesha@cert.example was recovered on the host by root"));
  ASSERT_EQ(why(desk().notices.put_away(admin, notice.id, kNow)), "done");
  EXPECT_THAT(told(admin), IsEmpty());
  enrol(recovered->link);
  EXPECT_THAT(told(principal(owner)), testing::Contains("account.recovered")) << "each puts it away himself";
}

INSTANTIATE_TEST_SUITE_P(Both, InEnrolment,
                         testing::Values(store::Backend::sqlite, store::Backend::postgresql),
                         store::backend_name);

}  // namespace
}  // namespace rampart::accounts
