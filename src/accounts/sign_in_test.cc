#include "accounts/sign_in.h"

#include <thread>

#include "accounts/desk_test.h"
#include "accounts/enrolling.h"

namespace rampart::accounts {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class InSignIn : public WithDesk {
 protected:
  void SetUp() override {
    WithDesk::SetUp();
    if (IsSkipped()) return;
    owner_ = add("ayesha@cert.example", Role::owner);
  }
  // A session whose password was given.
  Opened pending(const std::string& account, base::Time now = kNow) {
    std::optional<Opened> out;
    transact([&](soci::session& sql) -> base::Result<> {
      out = TRY(
          open_session(sql, *account_row(sql, account), Stage::pending, {}, now + kPendingTime, kHere, now));
      return {};
    });
    return *out;
  }
  std::optional<Session> find(std::string_view token, base::Time now = kNow) {
    return *desk().sessions.find(token, kHere, now);
  }
  // Enrols a key for somebody who is signed in.
  std::string key_for(const std::string& account, const factor::StubAuthenticator& key) {
    const auto who = principal(account);
    const auto options = *desk().factors.webauthn_options(who, kNow);
    EXPECT_TRUE(options);
    const auto made = desk().factors.webauthn(
        who, key.create({.challenge = challenge_of(who.by_id, "register")}), "my key", kNow);
    EXPECT_EQ(why(made), "done") << made->error().text;
    return (*made)->id;
  }
  std::string challenge_of(const std::string& session, const std::string& kind) {
    std::string text;
    transact([&](soci::session& sql) {
      first(sql, "SELECT challenge FROM accounts_challenge WHERE session = :session AND kind = :kind",
            std::tie(text), session, kind);
    });
    return base::decode_base64(text).value_or("");
  }
  std::string answer(const Session& session, const factor::StubAuthenticator& key, std::uint32_t count) {
    EXPECT_TRUE(*desk().sign_in.webauthn_options(session, kNow));
    return key.get({.challenge = challenge_of(session.id, "assert"), .count = count});
  }

  std::string owner_;
};

TEST_P(InSignIn, TakesAPasswordAndThenASecondFactor) {
  const auto half = *desk().sign_in.password(" Ayesha@CERT.example", kPassword, kHere, kNow);
  ASSERT_TRUE(half) << half.error().text;
  EXPECT_EQ(half->session.stage, Stage::pending);
  EXPECT_FALSE(*desk().sessions.principal(half->session)) << "nobody yet";
  EXPECT_THAT(*desk().sign_in.ways(half->session), ElementsAre("totp"));
  const auto full = *desk().sign_in.totp(half->session, code(owner_), kHere, kNow);
  ASSERT_TRUE(full) << full.error().text;
  EXPECT_EQ(full->session.stage, Stage::full);
  EXPECT_NE(full->token, half->token);
  EXPECT_FALSE(find(half->token)) << "the token of before is worth nothing (session fixation)";
  ASSERT_TRUE(find(full->token));
  const auto who = principal(*full);
  EXPECT_EQ(who.name, "ayesha@cert.example");
  EXPECT_EQ(who.role, Role::owner);
  EXPECT_TRUE(who.is_fresh(kNow));
  EXPECT_FALSE(full->device.empty()) << "the browser is known from now on";
  EXPECT_THAT(acts(), ElementsAre("session.sign-in"));
}

TEST_P(InSignIn, AnswersAlikeWhoeverIsThere) {
  add("gone@cert.example", Role::analyst, {.everything = true}, AccountState::left);
  add("stopped@cert.example", Role::analyst, {.everything = true}, AccountState::disabled);
  add("fresh@cert.example", Role::analyst, {.everything = true}, AccountState::invited);
  add("lost@cert.example", Role::analyst, {.everything = true}, AccountState::must_re_enrol);
  std::string text;
  const auto tries = std::vector<std::pair<std::string, std::string>>{
      {"ayesha@cert.example", "wrong horse battery"},   {"nobody@cert.example", std::string(kPassword)},
      {"no address", std::string(kPassword)},           {"gone@cert.example", std::string(kPassword)},
      {"stopped@cert.example", std::string(kPassword)}, {"fresh@cert.example", std::string(kPassword)},
      {"lost@cert.example", std::string(kPassword)},    {"", ""}};
  int network = 0;
  for (const auto& [name, password] : tries) {
    const Client client{.address = "10.0." + std::to_string(++network) + ".1", .agent = {}};
    const auto said = desk().sign_in.password(name, password, client, kNow);
    ASSERT_EQ(why(said), "wrong") << name;
    if (text.empty()) text = said->error().text;
    EXPECT_EQ(said->error().text, text) << name;
    EXPECT_EQ(said->error().hint, "") << name;
  }
  EXPECT_THAT(acts(), testing::Each("session.refused"));
}

TEST_P(InSignIn, LetsAPendingSessionDoNothingElse) {
  const auto half = pending(owner_);
  EXPECT_FALSE(*desk().sessions.principal(half.session));
  EXPECT_EQ(why(desk().enrolment.state(half.session, kNow)), "ended");
  EXPECT_EQ(why(desk().enrolment.finish(half.session, kHere, kNow)), "ended");
  EXPECT_TRUE(find(half.token, kNow + minutes(4)));
  EXPECT_FALSE(find(half.token, kNow + minutes(5)));
  EXPECT_EQ(why(desk().sign_in.totp(half.session, code(owner_, kNow + minutes(5)), kHere, kNow + minutes(5))),
            "ended");
}

TEST_P(InSignIn, UsesATimeStepOnce) {
  const auto shown = code(owner_);
  ASSERT_EQ(why(desk().sign_in.totp(pending(owner_).session, shown, kHere, kNow)), "done");
  EXPECT_EQ(why(desk().sign_in.totp(pending(owner_).session, shown, kHere, kNow)), "wrong");
  EXPECT_EQ(why(desk().sign_in.totp(pending(owner_).session, shown, kHere, kNow + seconds(20))), "wrong");
  EXPECT_EQ(why(desk().sign_in.totp(pending(owner_).session, code(owner_, kNow - seconds(30)), kHere, kNow)),
            "wrong")
      << "nor one from before";
  const auto later = kNow + seconds(30);
  EXPECT_EQ(why(desk().sign_in.totp(pending(owner_).session, code(owner_, later), kHere, later)), "done");
}

TEST_P(InSignIn, UsesATimeStepOnceWhoeverIsFirst) {
  const auto shown = code(owner_);
  const auto a = pending(owner_);
  const auto b = pending(owner_);
  const auto one = other();
  const auto two = other();
  std::string first;
  std::string second;
  std::thread left([&] { first = why(one->desk.sign_in.totp(a.session, shown, kHere, kNow)); });
  std::thread right([&] { second = why(two->desk.sign_in.totp(b.session, shown, kHere, kNow)); });
  left.join();
  right.join();
  EXPECT_THAT((std::vector{first, second}), testing::UnorderedElementsAre("done", "wrong"));
}

TEST_P(InSignIn, EndsAfterTenWrongCodes) {
  const auto half = pending(owner_);
  // From ten networks, so that it is the session's own limit that holds.
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(why(desk().sign_in.totp(half.session, "000000",
                                      {.address = "10.1." + std::to_string(i) + ".1", .agent = {}}, kNow)),
              "wrong");
  EXPECT_FALSE(find(half.token));
  EXPECT_EQ(why(desk().sign_in.totp(half.session, code(owner_), kHere, kNow)), "ended");
  EXPECT_THAT(told(principal(owner_)), Contains("codes.guessed"));
}

TEST_P(InSignIn, LimitsGuessesOfCodesFromANetwork) {
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(why(desk().sign_in.totp(pending(owner_).session, "000000", kHere, kNow)), "wrong");
  const auto said = desk().sign_in.totp(pending(owner_).session, code(owner_), kHere, kNow);
  EXPECT_EQ(why(said), "limited") << "not looked at";
  EXPECT_GT(said->error().retry_after, seconds(0));
  const auto known = session(owner_, kNow, {.address = "198.51.100.7", .agent = {}}).device;
  EXPECT_EQ(why(desk().sign_in.totp(pending(owner_).session, code(owner_),
                                    {.address = kHere.address, .agent = {}, .device = known}, kNow)),
            "done")
      << "the owner's own browser has its own budget";
}

TEST_P(InSignIn, LimitsGuessesOfPasswords) {
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(why(desk().sign_in.password("nobody@cert.example", "x", kHere, kNow)), "wrong");
  EXPECT_EQ(why(desk().sign_in.password("nobody@cert.example", "x", kHere, kNow)), "limited")
      << "who is not there, too";
  EXPECT_EQ(why(desk().sign_in.password("ayesha@cert.example", kPassword, kHere, kNow)), "done");
  common_->room.~HashRoom();
  new (&common_->room) HashRoom(0, 0);
  EXPECT_EQ(why(desk().sign_in.password("ayesha@cert.example", kPassword, kHere, kNow)), "busy");
}

TEST_P(InSignIn, StepsUpWithANewToken) {
  const auto full = session(owner_, kNow - minutes(20));
  EXPECT_FALSE(principal(full).is_fresh(kNow));
  const auto held = find(full.token);
  ASSERT_TRUE(held);
  const auto up = *desk().sign_in.totp(*held, code(owner_), kHere, kNow);
  ASSERT_TRUE(up) << up.error().text;
  EXPECT_NE(up->token, full.token);
  EXPECT_FALSE(find(full.token));
  EXPECT_EQ(up->session.id, full.session.id) << "it is the same in the list";
  EXPECT_EQ(up->session.expires, full.session.expires) << "and lives no longer";
  EXPECT_TRUE(principal(*up).is_fresh(kNow));
  EXPECT_NE(csrf_of(up->token), csrf_of(full.token));
}

TEST_P(InSignIn, TakesAKeyOnceAsked) {
  const factor::StubAuthenticator key;
  key_for(owner_, key);
  EXPECT_THAT(*desk().sign_in.ways(pending(owner_).session), ElementsAre("webauthn", "totp"));
  const auto half = pending(owner_);
  const auto said = answer(half.session, key, 1);
  ASSERT_EQ(why(desk().sign_in.webauthn(half.session, said, kHere, kNow)), "done");
  // Again, in another session of the same person: the challenge is the session's, and was used.
  EXPECT_EQ(why(desk().sign_in.webauthn(pending(owner_).session, said, kHere, kNow)), "ended");
  const auto other_half = pending(owner_);
  answer(other_half.session, key, 2);
  EXPECT_EQ(why(desk().sign_in.webauthn(other_half.session, said, kHere, kNow)), "wrong")
      << "another challenge";
  const auto third = pending(owner_);
  const auto late = answer(third.session, key, 3);
  EXPECT_EQ(why(desk().sign_in.webauthn(third.session, late, kHere, kNow + kChallengeTime)), "ended");
  EXPECT_EQ(why(desk().sign_in.webauthn(third.session, late, kHere, kNow)), "ended")
      << "used up by that, too";
}

TEST_P(InSignIn, SetsAKeyAsideWhoseCounterWentBack) {
  const factor::StubAuthenticator key;
  const auto id = key_for(owner_, key);
  const auto half = pending(owner_);
  ASSERT_EQ(why(desk().sign_in.webauthn(half.session, answer(half.session, key, 7), kHere, kNow)), "done");
  const auto again = pending(owner_);
  EXPECT_EQ(why(desk().sign_in.webauthn(again.session, answer(again.session, key, 7), kHere, kNow)), "wrong");
  const auto third = pending(owner_);
  EXPECT_EQ(why(desk().sign_in.webauthn_options(third.session, kNow)), "missing")
      << "nobody signs in with it any more";
  EXPECT_THAT(told(principal(owner_)), Contains("key.suspect"));
  const auto factors = *desk().factors.list(owner_);
  EXPECT_TRUE(std::ranges::find(factors, id, &Factor::id)->suspect);
  EXPECT_EQ(why(desk().factors.remove(principal(owner_), id, kNow)), "done") << "its owner removes it";
}

TEST_P(InSignIn, KnowsAKeyForOneSiteAlone) {
  const factor::StubAuthenticator key;
  key_for(owner_, key);
  common_->policy.public_url = "https://other.example";
  EXPECT_THAT(*desk().sign_in.ways(pending(owner_).session), ElementsAre("totp"));
  EXPECT_EQ(desk().accounts.accounts_of_other_site()->front().address, "ayesha@cert.example");
}

TEST_P(InSignIn, LetsARecoveryCodeEnrolAndNoMore) {
  std::vector<std::string> codes;
  transact([&](soci::session& sql) -> base::Result<> {
    codes = TRY(make_codes(sql, owner_, kNow));
    return {};
  });
  ASSERT_EQ(codes.size(), factor::kRecoveryCodes);
  EXPECT_EQ(why(desk().sign_in.recovery(pending(owner_).session, "AAAA-AAAA-AAAA-AAAA", kHere, kNow)),
            "wrong");
  const auto half = pending(owner_);
  const auto opened = *desk().sign_in.recovery(half.session, base::lower(codes[3]), kHere, kNow);
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ(opened->session.stage, Stage::enrolling);
  EXPECT_NE(opened->token, half.token);
  EXPECT_FALSE(*desk().sessions.principal(opened->session));
  EXPECT_EQ(why(desk().sign_in.recovery(pending(owner_).session, codes[3], kHere, kNow)), "wrong") << "once";
  EXPECT_THAT(told(principal(owner_)), Contains("recovery-code.used"));
  const auto state = *desk().enrolment.state(opened->session, kNow);
  EXPECT_EQ(state->purpose, Purpose::recovery);
  EXPECT_THAT(state->missing, ElementsAre("factor")) << "the password was right a moment ago";
  EXPECT_EQ(why(desk().enrolment.finish(opened->session, kHere, kNow)), "conflict");
  const auto app = *desk().enrolment.totp(opened->session, kNow);
  ASSERT_TRUE(app);
  std::string secret;
  transact([&](soci::session& sql) {
    secret = std::string(
        common_->keys.box.unseal(totp_row(sql, owner_, kOffered)->secret, owner_, "totp")->view());
  });
  const auto old_code = code(owner_);
  secrets_[owner_] = secret;
  ASSERT_EQ(why(desk().enrolment.confirm_totp(opened->session, code(owner_), kNow)), "done");
  const auto done = *desk().enrolment.finish(opened->session, kHere, kNow);
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_EQ(done->codes.size(), factor::kRecoveryCodes);
  EXPECT_EQ(why(desk().sign_in.recovery(pending(owner_).session, codes[4], kHere, kNow)), "wrong")
      << "the old codes died";
  EXPECT_EQ(why(desk().sign_in.totp(pending(owner_).session, old_code, kHere, kNow)), "wrong")
      << "and the old app";
  EXPECT_EQ(principal(done->opened).account, owner_);
}

TEST_P(InSignIn, UsesARecoveryCodeOnceWhoeverIsFirst) {
  std::vector<std::string> codes;
  transact([&](soci::session& sql) -> base::Result<> {
    codes = TRY(make_codes(sql, owner_, kNow));
    return {};
  });
  const auto a = pending(owner_);
  const auto b = pending(owner_);
  const auto one = other();
  const auto two = other();
  std::string first;
  std::string second;
  std::thread left([&] { first = why(one->desk.sign_in.recovery(a.session, codes[0], kHere, kNow)); });
  std::thread right([&] { second = why(two->desk.sign_in.recovery(b.session, codes[0], kHere, kNow)); });
  left.join();
  right.join();
  EXPECT_THAT((std::vector{first, second}), testing::UnorderedElementsAre("done", "wrong"));
}

TEST_P(InSignIn, KnowsPeopleOfAProviderByIssuerAndSubject) {
  const oidc::Identity identity{.issuer = "https://id.example",
                                .subject = "42",
                                .proof = "amr mfa",
                                .proven = kNow,
                                .email = "ayesha@cert.example"};
  EXPECT_EQ(why(desk().sign_in.oidc(identity, kHere, kNow)), "wrong") << "an address binds nobody";
  EXPECT_EQ(why(desk().sign_in.bind_oidc(principal(owner_, kNow - minutes(9)), identity, kNow)), "step-up");
  ASSERT_EQ(why(desk().sign_in.bind_oidc(principal(owner_), identity, kNow)), "done");
  const auto analyst = add("bilal@cert.example", Role::analyst);
  EXPECT_EQ(why(desk().sign_in.bind_oidc(principal(analyst), identity, kNow)), "conflict");
  const auto full = *desk().sign_in.oidc(identity, kHere, kNow);
  ASSERT_TRUE(full);
  EXPECT_EQ(principal(*full).account, owner_);
  auto other_one = identity;
  other_one.issuer = "https://id2.example";
  EXPECT_EQ(why(desk().sign_in.oidc(other_one, kHere, kNow)), "wrong");
  EXPECT_THAT(*desk().sign_in.oidc_issuers(owner_), ElementsAre("https://id.example"));
  EXPECT_EQ(why(desk().sign_in.oidc_step_up(full->session, identity, kHere, kNow + minutes(6))), "step-up");
  ASSERT_EQ(why(desk().sign_in.unbind_oidc(principal(owner_), "https://id.example", kNow)), "done");
  EXPECT_EQ(why(desk().sign_in.oidc(identity, kHere, kNow)), "wrong");
}

TEST_P(InSignIn, KeepsAnAttemptForTheBrowserThatBeganIt) {
  const auto attempt = *oidc::new_attempt("idp", kNow);
  const auto cookie = *desk().sign_in.keep_attempt(attempt, kNow);
  EXPECT_FALSE(*desk().sign_in.take_attempt(*new_secret(), attempt.state, kNow)) << "another browser";
  EXPECT_FALSE(*desk().sign_in.take_attempt(cookie, "other", kNow));
  const auto back = *desk().sign_in.take_attempt(cookie, attempt.state, kNow);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->verifier, attempt.verifier);
  EXPECT_EQ(back->nonce, attempt.nonce);
  EXPECT_FALSE(*desk().sign_in.take_attempt(cookie, attempt.state, kNow)) << "once";
  const auto late = *desk().sign_in.keep_attempt(attempt, kNow);
  EXPECT_FALSE(*desk().sign_in.take_attempt(late, attempt.state, kNow + oidc::kAttemptTime));
}

TEST_P(InSignIn, KeepsTheLogFromStrangersWhoFillIt) {
  transact([&](soci::session& sql) -> base::Result<> {
    for (int i = 0; i < kMostRefusals + 50; ++i)
      TRY(log_refused(sql, database().backend(), {.act = "session.refused"}, kNow));
    return {};
  });
  EXPECT_EQ(*desk().audit_log.count({}), kMostRefusals + 1);
  EXPECT_EQ(desk().audit_log.list({.most = 1})->front().entry.act, "session.refused-many");
  transact([&](soci::session& sql) {
    return log_refused(sql, database().backend(), {.act = "session.refused"}, kNow + std::chrono::hours(1));
  });
  EXPECT_EQ(*desk().audit_log.count({}), kMostRefusals + 2);
}

INSTANTIATE_TEST_SUITE_P(Both, InSignIn, testing::Values(store::Backend::sqlite, store::Backend::postgresql),
                         store::backend_name);

}  // namespace
}  // namespace rampart::accounts
