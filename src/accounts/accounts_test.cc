#include "accounts/accounts.h"

#include "accounts/desk_test.h"

namespace rampart::accounts {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class InAccounts : public WithDesk {
 protected:
  void SetUp() override {
    WithDesk::SetUp();
    if (IsSkipped()) return;
    owner_id_ = add("ayesha@cert.example", Role::owner);
    owner_ = principal(owner_id_);
    water_ = organisation("Ministry of Water");
    roads_ = organisation("Ministry of Roads");
  }
  bool lives(const Opened& opened, base::Time now = kNow) {
    return desk().sessions.find(opened.token, kHere, now)->has_value();
  }
  std::string owner_id_;
  Principal owner_;
  std::string water_;
  std::string roads_;
};

TEST_P(InAccounts, ShowsADelegatedAdministratorHisOwnAlone) {
  const auto admin = principal(add("water@cert.example", Role::administrator, {.organisations = {water_}}));
  const auto his = add("w1@cert.example", Role::analyst, {.organisations = {water_}});
  const auto both = add("wr@cert.example", Role::analyst, {.organisations = {water_, roads_}});
  std::vector<std::string> seen;
  for (const auto& one : *desk().accounts.list(admin, {})) seen.push_back(one.address);
  EXPECT_THAT(seen, ElementsAre("w1@cert.example", "water@cert.example"));
  EXPECT_FALSE(*desk().accounts.find(admin, both));
  EXPECT_FALSE(*desk().accounts.find_by_address(admin, "ayesha@cert.example"));
  EXPECT_EQ(why(desk().accounts.leave(admin, both, {}, kNow)), "missing");
  EXPECT_EQ(why(desk().accounts.leave(admin, his, {}, kNow)), "done");
  EXPECT_EQ(
      why(desk().accounts.invite(
          admin, {.address = "x@cert.example", .role = Role::analyst, .organisations = {"Ministry of Roads"}},
          kNow)),
      "invalid")
      << "what he does not see is not there";
  EXPECT_THAT(*desk().accounts.list(owner_, {.text = "WATER", .most = 1}), SizeIs(1));
  EXPECT_THAT(*desk().accounts.list(owner_, {.role = Role::analyst}), SizeIs(2));
  EXPECT_THAT(*desk().accounts.list(owner_, {.state = AccountState::left}), SizeIs(1));
  EXPECT_THAT(*desk().accounts.list(owner_, {.after = "w1@cert.example"}), SizeIs(2));
}

TEST_P(InAccounts, InvitesAListWholeOrNotAtAll) {
  const std::string good =
      "address,name,role,organisations,language\n"
      "b1@cert.example,Bilal,analyst,ministry of water,ur\n"
      "b2@cert.example,,helpdesk," +
      roads_ + ",\n";
  const auto dry = *desk().accounts.invite_list(owner_, good, true, kNow);
  ASSERT_TRUE(dry && dry->faults.empty());
  EXPECT_THAT(dry->rows, SizeIs(2));
  EXPECT_FALSE(dry->rows[0].link);
  EXPECT_THAT(*desk().accounts.list(owner_, {}), SizeIs(1)) << "a dry run does nothing";
  const auto bad = *desk().accounts.invite_list(
      owner_, good + "b3@cert.example,,analyst,Ministry of Fire,\nayesha@cert.example,,analyst,*,\n", false,
      kNow);
  EXPECT_THAT(bad->rows, IsEmpty());
  ASSERT_THAT(bad->faults, SizeIs(2));
  EXPECT_EQ(bad->faults[0].line, 4U);
  EXPECT_THAT(bad->faults[0].text, HasSubstr("no organisation \"Ministry of Fire\""));
  EXPECT_THAT(bad->faults[1].text, HasSubstr("account of this address"));
  EXPECT_THAT(*desk().accounts.list(owner_, {}), SizeIs(1));
  const auto done = *desk().accounts.invite_list(owner_, good, false, kNow);
  ASSERT_THAT(done->rows, SizeIs(2));
  EXPECT_EQ(why(desk().enrolment.open(done->rows[1].link->token, {}, kHere, kNow)), "done");
  const auto bilal = **desk().accounts.find_by_address(owner_, "b1@cert.example");
  EXPECT_EQ(bilal.language, "ur");
  EXPECT_THAT(bilal.scope.organisations, ElementsAre(water_));
  EXPECT_EQ(
      why(desk().accounts.invite_list(principal(add("an@cert.example", Role::analyst)), good, true, kNow)),
      "not-allowed");
}

TEST_P(InAccounts, EndsEverythingOfWhoLeaves) {
  const auto id = add("bilal@cert.example", Role::analyst, {.organisations = {water_}});
  const auto opened = session(id);
  const auto token =
      *desk().tokens.make(principal(opened), {.name = "t", .granted = {Permission::domains_read}}, kNow);
  ASSERT_TRUE(token) << token.error().text;
  ASSERT_TRUE(*desk().tokens.principal(token->token, kHere, kNow));
  const auto etag = (**desk().accounts.find(owner_, id)).etag;
  EXPECT_EQ(why(desk().accounts.leave(owner_, id, "other", kNow)), "changed");
  ASSERT_EQ(why(desk().accounts.leave(owner_, id, etag, kNow)), "done");
  EXPECT_FALSE(lives(opened));
  EXPECT_FALSE(*desk().tokens.principal(token->token, kHere, kNow));
  EXPECT_THAT(*desk().factors.list(id), IsEmpty());
  EXPECT_EQ(why(desk().sign_in.password("bilal@cert.example", kPassword, kHere, kNow)), "wrong");
  EXPECT_EQ((**desk().accounts.find(owner_, id)).state, AccountState::left) << "the row stays for the log";
  EXPECT_EQ(why(desk().accounts.change(owner_, id, {.disabled = false}, kNow)), "conflict");
  EXPECT_EQ(why(desk().accounts.leave(owner_, owner_id_, {}, kNow)), "not-allowed") << "himself";
  EXPECT_EQ(why(desk().accounts.leave(host(), owner_id_, {}, kNow)), "conflict") << "the last owner";
}

TEST_P(InAccounts, EndsSessionsWhenARoleChangesOrAnAccountStops) {
  const auto id = add("bilal@cert.example", Role::administrator);
  const auto opened = session(id);
  const auto who = principal(opened);
  const auto token = *desk().tokens.make(who, {.name = "t", .granted = {Permission::domains_write}}, kNow);
  const auto reads = *desk().tokens.make(who, {.name = "r", .granted = {Permission::domains_read}}, kNow);
  ASSERT_TRUE(token && reads);
  EXPECT_TRUE(*desk().sessions.still(who, kNow));
  ASSERT_EQ(why(desk().accounts.change(owner_, id, {.name = "Bilal"}, kNow)), "done");
  EXPECT_TRUE(lives(opened)) << "a name is no right";
  const auto changed = *desk().accounts.change(owner_, id, {.role = Role::analyst}, kNow);
  ASSERT_TRUE(changed) << changed.error().text;
  EXPECT_EQ(changed->role, Role::analyst);
  EXPECT_FALSE(lives(opened));
  EXPECT_FALSE(*desk().sessions.still(who, kNow));
  EXPECT_FALSE(*desk().tokens.principal(token->token, kHere, kNow)) << "it did what he may no more";
  EXPECT_TRUE(*desk().tokens.principal(reads->token, kHere, kNow));
  const auto again = session(id);
  ASSERT_EQ(why(desk().accounts.change(owner_, id, {.disabled = true}, kNow)), "done");
  EXPECT_FALSE(lives(again));
  EXPECT_FALSE(*desk().tokens.principal(reads->token, kHere, kNow));
  EXPECT_EQ(why(desk().sign_in.password("bilal@cert.example", kPassword, kHere, kNow)), "wrong");
  ASSERT_EQ(why(desk().accounts.change(owner_, id, {.disabled = false}, kNow)), "done");
  EXPECT_EQ((**desk().accounts.find(owner_, id)).state, AccountState::active);
  const auto rows = *desk().audit_log.list({.act = "account.change", .object = id});
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].entry.details, R"({"role":["administrator","analyst"]})");
  EXPECT_EQ(rows[0].entry.name, "ayesha@cert.example");
}

TEST_P(InAccounts, LetsNobodyRaiseHimselfOrOthersAboveHim) {
  const auto admin_id = add("admin@cert.example", Role::administrator);
  const auto admin = principal(admin_id);
  const auto id = add("bilal@cert.example", Role::analyst, {.organisations = {water_}});
  EXPECT_EQ(why(desk().accounts.change(admin, admin_id, {.role = Role::owner}, kNow)), "not-allowed");
  EXPECT_EQ(why(desk().accounts.change(admin, id, {.role = Role::owner}, kNow)), "not-allowed");
  EXPECT_EQ(why(desk().accounts.change(admin, owner_id_, {.disabled = true}, kNow)), "not-allowed");
  EXPECT_EQ(why(desk().accounts.reset(admin, owner_id_, kNow)), "not-allowed");
  EXPECT_EQ(why(desk().accounts.change_own(admin, {.role = Role::owner}, kNow)), "not-allowed");
  EXPECT_EQ(why(desk().accounts.change_own(admin, {.name = "Admin", .language = "ur"}, kNow)), "done");
  EXPECT_EQ(why(desk().accounts.change_own(admin, {.language = "fr"}, kNow)), "invalid");
  EXPECT_EQ(why(desk().accounts.change(admin, id, {.scope = Scope{.organisations = {"none"}}}, kNow)),
            "invalid");
  EXPECT_EQ(
      why(desk().accounts.change(principal(admin_id, kNow - minutes(6)), id, {.role = Role::auditor}, kNow)),
      "step-up");
}

TEST_P(InAccounts, ResetsFactorsByNewEnrolmentNeverByLess) {
  const auto id = add("bilal@cert.example", Role::analyst, {.organisations = {water_}});
  const auto reset = *desk().accounts.reset(owner_, id, kNow);
  ASSERT_TRUE(reset) << reset.error().text;
  EXPECT_EQ(reset->link.expires, kNow + kLinkTime);
  EXPECT_EQ(why(desk().sign_in.password("bilal@cert.example", kPassword, kHere, kNow)), "wrong");
  const auto opened = *desk().enrolment.open(reset->link.token, {}, kHere, kNow);
  EXPECT_THAT((*desk().enrolment.state(opened->session, kNow))->missing, ElementsAre("password", "factor"));
}

TEST_P(InAccounts, SessionsEndIdleAndAbsolutely) {
  const auto opened = session(owner_id_);
  EXPECT_TRUE(lives(opened, kNow + minutes(29)));
  EXPECT_TRUE(lives(opened, kNow + minutes(58))) << "it was used meanwhile";
  EXPECT_FALSE(lives(opened, kNow + minutes(58 + 30)));
  const auto busy = session(owner_id_);
  for (auto now = kNow; now < kNow + hours(12); now += minutes(20)) EXPECT_TRUE(lives(busy, now));
  EXPECT_FALSE(lives(busy, kNow + hours(12)));
  EXPECT_FALSE(*desk().sessions.find("", kHere, kNow));
  EXPECT_FALSE(*desk().sessions.find(*new_secret(), kHere, kNow));
}

TEST_P(InAccounts, SessionsAreSeenToTheMinute) {
  const auto opened = session(owner_id_);
  const auto seen = [&] { return desk().sessions.list(owner_id_, kNow)->front().seen; };
  ASSERT_TRUE(lives(opened, kNow + seconds(59)));
  EXPECT_EQ(seen(), kNow) << "not written for each request";
  ASSERT_TRUE(lives(opened, kNow + seconds(61)));
  EXPECT_EQ(seen(), kNow + seconds(61));
  EXPECT_NE(csrf_of(opened.token), csrf_of(session(owner_id_).token));
  EXPECT_THAT(csrf_of(opened.token), SizeIs(64));
}

TEST_P(InAccounts, SessionsAreListedAndEnded) {
  const auto one = session(owner_id_, kNow, {.address = "192.0.2.1", .agent = "Fire\x1b[31mfox"});
  const auto two = session(owner_id_);
  const auto three = session(owner_id_);
  const auto stranger = principal(add("bilal@cert.example", Role::analyst));
  EXPECT_EQ(why(desk().sessions.end(stranger, one.session.id, kNow)), "missing");
  EXPECT_EQ(why(desk().sessions.end(principal(two), one.session.id, kNow)), "done");
  EXPECT_FALSE(lives(one));
  EXPECT_GE(*desk().sessions.end_others(principal(two), kNow), 1U);
  EXPECT_TRUE(lives(two));
  EXPECT_FALSE(lives(three));
  EXPECT_THAT(*desk().sessions.list(owner_id_, kNow), SizeIs(1));
  ASSERT_TRUE(desk().sessions.end_this(two.session, kHere, kNow));
  EXPECT_FALSE(lives(two));
  for (std::size_t i = 0; i < kMostSessions + 3; ++i) session(owner_id_, kNow + seconds(i));
  EXPECT_THAT(*desk().sessions.list(owner_id_, kNow + seconds(60)), SizeIs(kMostSessions));
  EXPECT_THAT(acts(), Contains("session.sign-out"));
}

TEST_P(InAccounts, TokensDoNoMoreThanTheirMaker) {
  const auto id = add("bilal@cert.example", Role::analyst, {.organisations = {water_, roads_}});
  const auto who = principal(id);
  const auto make = [&](NewToken wanted, base::Time now = kNow) {
    if (wanted.name.empty()) wanted.name = "monitoring";
    return desk().tokens.make(who, wanted, now);
  };
  EXPECT_EQ(why(make({.granted = {Permission::domains_write}})), "not-allowed");
  EXPECT_EQ(why(make({.granted = {}})), "invalid");
  EXPECT_EQ(why(make({.granted = {Permission::tokens_write}})), "invalid") << "no token makes tokens";
  EXPECT_EQ(why(make({.granted = {Permission::domains_read}, .days = 366})), "invalid");
  EXPECT_EQ(why(make({.granted = {Permission::domains_read}, .days = 0})), "invalid");
  EXPECT_EQ(why(make({.granted = {Permission::domains_read}, .organisations = {"other"}})), "invalid");
  EXPECT_EQ(why(make({.granted = {Permission::domains_read}}, kNow + minutes(6))), "step-up");
  const auto made = *make({.granted = {Permission::domains_read, Permission::domains_read},
                           .days = 10,
                           .organisations = {water_}});
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_THAT(made->token, testing::StartsWith("rmp_"));
  const auto bearer = *desk().tokens.principal(made->token, kHere, kNow);
  ASSERT_TRUE(bearer);
  EXPECT_TRUE(bearer->may(Permission::domains_read));
  EXPECT_FALSE(bearer->may(Permission::audits_run)) << "his role may, the token not";
  EXPECT_TRUE(bearer->scope.covers(water_));
  EXPECT_FALSE(bearer->scope.covers(roads_));
  EXPECT_EQ(why(desk().tokens.make(*bearer, {.name = "x", .granted = {Permission::domains_read}}, kNow)),
            "not-allowed");
  EXPECT_EQ(why(desk().factors.new_codes(*bearer, kNow)), "not-allowed");
  EXPECT_EQ(desk().tokens.list(id, kNow)->front().used_from, kHere.address);
  EXPECT_FALSE(*desk().tokens.principal(made->token, kHere, kNow + std::chrono::days(10)));
  EXPECT_FALSE(*desk().tokens.principal("rmp_" + *new_secret(), kHere, kNow));
  EXPECT_FALSE(*desk().tokens.principal(made->token.substr(4), kHere, kNow));
  // What his account loses the token loses.
  ASSERT_EQ(why(desk().accounts.change(owner_, id, {.scope = Scope{.organisations = {roads_}}}, kNow)),
            "done");
  EXPECT_FALSE(*desk().tokens.principal(made->token, kHere, kNow));
  const auto second =
      *desk().tokens.make(principal(id), {.name = "again", .granted = {Permission::domains_read}}, kNow);
  EXPECT_EQ(why(desk().tokens.remove(owner_, second->row.id, kNow)), "missing") << "another's";
  EXPECT_EQ(why(desk().tokens.remove(principal(id), second->row.id, kNow)), "done");
  EXPECT_FALSE(*desk().tokens.principal(second->token, kHere, kNow));
}

TEST_P(InAccounts, FactorsAreChangedWithTheOther) {
  const auto id = add("bilal@cert.example", Role::analyst);
  const auto app = desk().factors.list(id)->front().id;
  EXPECT_EQ(why(desk().factors.remove(principal(id), app, kNow)), "conflict") << "the last one";
  EXPECT_EQ(why(desk().factors.webauthn_options(principal(id, kNow - minutes(6)), kNow)), "step-up");
  const auto who = principal(id);
  ASSERT_EQ(why(desk().factors.webauthn_options(who, kNow)), "done");
  std::string challenge;
  transact([&](soci::session& sql) {
    first(sql, "SELECT challenge FROM accounts_challenge WHERE session = :s", std::tie(challenge), who.by_id);
  });
  const factor::StubAuthenticator key;
  const auto made =
      *desk().factors.webauthn(who, key.create({.challenge = *base::decode_base64(challenge)}), "", kNow);
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_EQ(made->label, "security key");
  EXPECT_THAT(told(owner_), Contains("factor.added"));
  // The session was proven by the app: that cannot replace or remove itself, now that there is another.
  EXPECT_EQ(why(desk().factors.remove(who, app, kNow)), "step-up");
  EXPECT_EQ(why(desk().factors.totp(who, kNow)), "step-up");
  EXPECT_EQ(why(desk().factors.remove(who, made->id, kNow)), "done");
  EXPECT_EQ(why(desk().factors.remove(who, made->id, kNow)), "missing");
  EXPECT_EQ(why(desk().factors.totp(who, kNow)), "done") << "with one alone that one has to do";
  EXPECT_EQ(why(desk().factors.confirm_totp(who, "000000", kNow)), "wrong");
  EXPECT_EQ(desk().factors.list(id)->front().id, app) << "the old one counts until the new one is confirmed";
  EXPECT_EQ((*desk().factors.new_codes(who, kNow))->size(), 10U);
  EXPECT_EQ(*desk().factors.codes_left(id), 10U);
  EXPECT_THAT(told(owner_), Contains("factor.removed"));
}

TEST_P(InAccounts, APasswordIsChangedWithTheOldOne) {
  const auto here = session(owner_id_);
  const auto there = session(owner_id_);
  const auto who = principal(here);
  EXPECT_EQ(why(desk().factors.change_password(who, "wrong", "a quiet lantern in March", kHere, kNow)),
            "wrong");
  EXPECT_EQ(why(desk().factors.change_password(who, kPassword, "short", kHere, kNow)), "invalid");
  ASSERT_EQ(why(desk().factors.change_password(who, kPassword, "a quiet lantern in March", kHere, kNow)),
            "done");
  EXPECT_TRUE(lives(here));
  EXPECT_FALSE(lives(there)) << "other sessions end";
  EXPECT_EQ(why(desk().sign_in.password("ayesha@cert.example", kPassword,
                                        {.address = "10.9.9.9", .agent = {}}, kNow)),
            "wrong");
}

TEST_P(InAccounts, OrganisationsAreNamedOnceAndKept) {
  EXPECT_EQ(why(desk().organisations.add(owner_, {.id = {}, .name = "ministry of WATER"}, kNow)), "conflict");
  EXPECT_EQ(why(desk().organisations.add(owner_, {.id = {}, .name = " "}, kNow)), "invalid");
  EXPECT_EQ(why(desk().organisations.add(owner_, {.id = {}, .name = "X", .contact = "none"}, kNow)),
            "invalid");
  const Scope water{.organisations = {water_}};
  EXPECT_THAT(*desk().organisations.list(water), SizeIs(1));
  EXPECT_FALSE(*desk().organisations.find(water, roads_));
  EXPECT_FALSE(*desk().organisations.find_by_name(water, "Ministry of Roads"));
  auto one = **desk().organisations.find(water, water_);
  one.sector = "utilities";
  const auto changed = *desk().organisations.change(owner_, one, kNow + seconds(1));
  ASSERT_TRUE(changed) << changed.error().text;
  EXPECT_EQ(why(desk().organisations.change(owner_, one, kNow)), "changed") << "an old etag";
  const auto delegated = principal(add("water@cert.example", Role::administrator, water));
  EXPECT_EQ(why(desk().organisations.add(delegated, {.id = {}, .name = "Mine"}, kNow)), "not-allowed");
  EXPECT_EQ(why(desk().organisations.remove(owner_, water_, {}, kNow)), "conflict")
      << "somebody sees it alone";
  EXPECT_EQ(why(desk().organisations.remove(owner_, roads_, {}, kNow)), "done");
  EXPECT_EQ(*desk().organisations.count({.everything = true}), 1U);
  const auto all = *desk().organisations.list({.everything = true}, water_);
  EXPECT_THAT(all, IsEmpty());
}

TEST_P(InAccounts, NoticesAreMailedOnce) {
  const auto id = add("bilal@cert.example", Role::analyst);
  ASSERT_EQ(why(desk().factors.new_codes(principal(id), kNow)), "done");
  const auto due = *desk().notices.unmailed();
  ASSERT_THAT(due, SizeIs(2));
  std::vector<std::string> to;
  for (const auto& one : due) to.insert(to.end(), one.to.begin(), one.to.end());
  EXPECT_THAT(to, testing::UnorderedElementsAre("bilal@cert.example", "ayesha@cert.example"));
  for (const auto& one : due) ASSERT_TRUE(desk().notices.note_mailed(one.notice.id));
  EXPECT_THAT(*desk().notices.unmailed(), IsEmpty());
}

TEST_P(InAccounts, SweepsWhatIsOver) {
  const auto opened = session(owner_id_);
  (void)*desk().sign_in.password("nobody@cert.example", "x", kHere, kNow);
  ASSERT_TRUE(Desk::sweep(*database_, *common_, kNow + hours(24 * 400)));
  transact([&](soci::session& sql) {
    for (const auto* table : {"accounts_session", "accounts_limit", "accounts_device", "accounts_challenge"})
      EXPECT_EQ(number(sql, std::string("SELECT COUNT(*) FROM ") + table), 0) << table;
  });
  EXPECT_TRUE(desk().audit_log.head()->has_value()) << "an hour has gone";
  const auto verdict = *desk().audit_log.verify();
  EXPECT_EQ(verdict.fault, log::Verdict::Fault::none) << verdict.text;
}

// What somebody who reads the database has does not sign in.
TEST_P(InAccounts, KeepsNoSecretInClear) {
  const auto opened = session(owner_id_);
  const auto token =
      *desk().tokens.make(principal(opened), {.name = "t", .granted = {Permission::domains_read}}, kNow);
  const auto codes = **desk().factors.new_codes(principal(opened), kNow);
  const auto invited =
      *desk().accounts.invite(owner_, {.address = "x@cert.example", .everything = true}, kNow);
  ASSERT_TRUE(token && invited);
  std::string all;
  transact([&](soci::session& sql) {
    for (const auto* column :
         {"hash FROM accounts_session", "hash FROM accounts_token", "hash FROM accounts_link",
          "hash FROM accounts_recovery", "hash FROM accounts_device", "secret FROM accounts_totp",
          "details FROM accounts_log", "password FROM accounts_account"}) {
      std::string text;
      each(sql, std::string("SELECT ") + column, std::tie(text), [&] { all += text + "\n"; });
    }
  });
  for (const auto& secret : {opened.token, opened.device, token->token, token->token.substr(4),
                             invited->link.token, codes[0], std::string(kPassword), secrets_[owner_id_]}) {
    ASSERT_FALSE(secret.empty());
    EXPECT_EQ(all.find(secret), std::string::npos) << secret;
  }
}

INSTANTIATE_TEST_SUITE_P(Both, InAccounts,
                         testing::Values(store::Backend::sqlite, store::Backend::postgresql),
                         store::backend_name);

}  // namespace
}  // namespace rampart::accounts
