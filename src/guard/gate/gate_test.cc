#include "guard/gate/gate_test.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "base/json.h"

namespace rampart::guard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST_F(GateTest, LetsThroughWhatIsAuthenticated) {
  const auto forged =
      milter::frame(Command::header,
                    milter::texts({"Authentication-Results", " mx.other.example; dmarc=fail"})) +
      milter::frame(Command::header,
                    milter::texts({"authentication-results", " Guard.else.example; dmarc=pass"}));
  const auto answer = pass("192.0.2.1", "<news@bank.example>", Mode::enforce, forged);
  EXPECT_EQ(answer.verdict, Verb::accept);
  ASSERT_EQ(answer.removed.size(), 1U) << "of our own id alone";
  EXPECT_EQ(answer.removed[0].number, 2U) << "the second of that name, in any case";
  ASSERT_EQ(answer.added.size(), 2U);
  EXPECT_THAT(answer.added[0].value, StartsWith("guard.else.example;"));
  EXPECT_THAT(answer.added[0].value, HasSubstr("dmarc=pass"));
  ASSERT_EQ(events_.size(), 1U);
  EXPECT_EQ(answer.added[1].value, events_[0].id);
  EXPECT_EQ(events_[0].subject, "rates");
  EXPECT_EQ(events_[0].author, "bank.example");
}

TEST_F(GateTest, EndsByTheRulesAndTheModeThatAMessageBeganWith) {
  for (const auto mode : {Mode::monitor, Mode::enforce}) {
    rules_asked_ = 0;
    pass("198.51.100.9", "<news@bank.example>", mode);
    EXPECT_EQ(rules_asked_, 1U) << "another answer would be another configuration";
    EXPECT_EQ(events_.back().mode, mode);
  }
}

TEST_F(GateTest, KeepsWhatIsTriedAgainOnce) {
  rules_.enforcement = {*parse_enforcement("to=else.example action=quarantine"),
                        *parse_enforcement("to=open.example")};
  others_ = {"b@open.example"};
  const auto full = [&](std::uint64_t entries) {
    quarantine_ = *Quarantine::open(
        database_,
        {.folder = (folder_.path() / "kept").string(), .seal = {}, .limits = {.entries_of_domain = entries}});
  };
  KeptMessage other;
  other.recipients = {"c@open.example"};
  const auto taken = *quarantine_.keep(other, "another", kNow);
  full(1);
  EXPECT_EQ(pass("198.51.100.9", "<news@bank.example>").verdict, Verb::tempfail);
  EXPECT_EQ(quarantine_.totals()->messages, 2U) << "one of two shares, before the other had no room";
  full(100);
  EXPECT_EQ(pass("198.51.100.9", "<news@bank.example>").verdict, Verb::discard);
  EXPECT_EQ(quarantine_.totals()->messages, 3U) << "one for each share, and that of before";
  EXPECT_EQ(pass("198.51.100.9", "<news@bank.example>").verdict, Verb::discard);
  EXPECT_EQ(quarantine_.totals()->messages, 3U) << "an answer that was lost";
  EXPECT_EQ(events_.back().outcomes.size(), 2U);
}

TEST_F(GateTest, RefusesWhatASecondFactSpeaksAgainst) {
  const auto answer = pass("198.51.100.9", "<news@bank.example>");
  EXPECT_EQ(answer.verdict, Verb::reject);
  EXPECT_EQ(answer.reply.code, 550U);
  EXPECT_THAT(answer.reply.text, HasSubstr("publishes -all without this client"));
  EXPECT_THAT(answer.added, IsEmpty());
  EXPECT_EQ(events_.at(0).answered, Action::reject);
}

TEST_F(GateTest, KeepsWhatItTakesFromPeople) {
  const auto answer = pass("198.51.100.9", "<news@shop.example>");
  EXPECT_EQ(answer.verdict, Verb::discard);
  const auto kept = *quarantine_.find(events_.at(0).kept);
  EXPECT_THAT(kept.recipients, ElementsAre("a@else.example"));
  EXPECT_EQ(kept.causes, events_[0].causes);
  const auto text = kept_text(kept.id);
  EXPECT_EQ(text, "From: <news@shop.example>\r\nSubject: rates\r\n\r\nhello\r\n");
}

TEST_F(GateTest, LetsByWhatWasReleasedOnce) {
  pass("198.51.100.9", "<news@shop.example>");
  const auto kept = *quarantine_.begin_release(events_.at(0).kept, "admin", false, kNow);
  const auto field = pass_field(kept);
  const auto answer = pass("198.51.100.77", "<news@shop.example>", Mode::enforce, field);
  EXPECT_EQ(answer.verdict, Verb::accept);
  ASSERT_EQ(answer.removed.size(), 1U);
  EXPECT_EQ(answer.removed[0].name, kPassName);
  EXPECT_EQ(events_.back().causes.at(0).code, "released");
  EXPECT_EQ(pass("198.51.100.77", "<news@shop.example>", Mode::enforce, field).verdict, Verb::discard);
  EXPECT_EQ(events_.back().causes.back().code, "pass-refused");
}

TEST_F(GateTest, LosesNothingThatItCannotKeep) {
  std::filesystem::remove_all(folder_.path() / "kept");
  const auto answer = pass("198.51.100.9", "<news@shop.example>");
  EXPECT_EQ(answer.verdict, Verb::tempfail);
  EXPECT_THAT(log_, testing::SizeIs(1));
}

TEST_F(GateTest, ChangesNothingInMonitorMode) {
  for (const auto* from : {"<news@bank.example>", "<news@shop.example>"}) {
    const auto answer = pass("198.51.100.9", from, Mode::monitor);
    EXPECT_EQ(answer.verdict, Verb::accept);
    EXPECT_THAT(answer.added, IsEmpty());
    EXPECT_THAT(answer.removed, IsEmpty());
    EXPECT_EQ(events_.back().answered, Action::accept);
    EXPECT_NE(events_.back().asked, Action::accept) << "what would have been done is told";
  }
  EXPECT_THAT(*quarantine_.list({}), IsEmpty());
}

TEST_F(GateTest, HoldsAUserToNobodysPolicy) {
  const auto answer = pass("198.51.100.9", "<news@bank.example>", Mode::enforce, "",
                           "M" + milter::texts({"{auth_type}", "PLAIN", "i", "4F00"}));
  EXPECT_EQ(answer.verdict, Verb::accept);
  EXPECT_EQ(events_.at(0).role, "submission");
  EXPECT_EQ(events_.at(0).queue_id, "4F00");
}

// What the next hop has of a message of pass(), with what is added to it.
std::string handed_on(const milter::Answer& answer, std::string_view from) {
  auto out = fmt::format("From: {}\r\nSubject: rates\r\n\r\nhello\r\n", from);
  for (const auto& field : answer.added) {
    EXPECT_EQ(field.place, 0U);
    auto value = field.value;
    for (std::size_t at = 0; (at = value.find('\n', at)) != std::string::npos; at += 2)
      value.replace(at, 1, "\r\n");
    out.insert(0, fmt::format("{}: {}\r\n", field.name, value));
  }
  return out;
}

const std::string kLoggedIn =
    "M" + milter::texts({"{auth_type}", "PLAIN", "{auth_authen}", "alice", "i", "4F00"});

TEST_F(GateTest, SignsWhatAUserWritesInBothModes) {
  rules_.signing.sign = true;
  ring_.add("bank.example", "s1").publish(zone_);
  for (const auto mode : {Mode::enforce, Mode::monitor}) {
    const auto answer = pass("198.51.100.9", "<news@bank.example>", mode, "", kLoggedIn);
    EXPECT_EQ(answer.verdict, Verb::accept);
    const auto found = received(handed_on(answer, "<news@bank.example>"), zone_, kNow);
    ASSERT_EQ(found.dkim.size(), 1U);
    EXPECT_EQ(found.dkim[0].result, dkim::Result::pass) << found.dkim[0].why;
    EXPECT_EQ(found.dmarc, dmarc::Result::pass) << found.why;
    const auto& event = events_.back();
    EXPECT_THAT(event.signed_by, ElementsAre("s1._domainkey.bank.example"));
    EXPECT_EQ(event.user, "alice");
    EXPECT_EQ(event.results, "") << "nothing is asked of DNS for a user";
    EXPECT_EQ(event.causes.back().code, "author-unchecked");
    for (const auto& field : answer.added) EXPECT_NE(field.name, "Authentication-Results");
  }
}

TEST_F(GateTest, SignsTheMessageAsTheNextHopHasIt) {
  rules_.signing.sign = true;
  ring_.add("bank.example", "s1").publish(zone_);
  const auto answer =
      pass("198.51.100.9", "<news@bank.example>", Mode::enforce,
           milter::frame(Command::header,
                         milter::texts({"Authentication-Results", " guard.else.example; dmarc=pass"})),
           kLoggedIn);
  EXPECT_EQ(answer.removed.size(), 1U);
  EXPECT_EQ(received(handed_on(answer, "<news@bank.example>"), zone_, kNow).dkim.at(0).result,
            dkim::Result::pass);
}

TEST_F(GateTest, AKeyThatCannotBeReadPutsOffOrGoesUnsignedAsTheModeSays) {
  rules_.signing.sign = true;
  ring_.add("bank.example", "s1").fail();
  const auto answer = pass("198.51.100.9", "<news@bank.example>", Mode::enforce, "", kLoggedIn);
  EXPECT_EQ(answer.verdict, Verb::tempfail);
  EXPECT_EQ(answer.reply.enhanced, "4.7.5");
  EXPECT_EQ(events_.back().answered, Action::tempfail);
  EXPECT_EQ(events_.back().asked, Action::accept);
  EXPECT_EQ(events_.back().causes.back().code, "sign-failed");
  const auto watched = pass("198.51.100.9", "<news@bank.example>", Mode::monitor, "", kLoggedIn);
  EXPECT_EQ(watched.verdict, Verb::accept);
  EXPECT_THAT(watched.added, IsEmpty());
  EXPECT_EQ(events_.back().answered, Action::accept);
  EXPECT_EQ(events_.back().causes.back().code, "sign-failed");
  EXPECT_EQ(log_.size(), 2U);
}

TEST_F(GateTest, SignsNothingThatWasReleased) {
  rules_.signing.sign = true;
  rules_.roles.trusted = {*parse_network("127.0.0.1")};
  ring_.add("shop.example", "s1");
  pass("198.51.100.9", "<news@shop.example>");
  const auto kept = *quarantine_.begin_release(events_.at(0).kept, "admin", false, kNow);
  const auto field = pass_field(kept);
  EXPECT_EQ(pass("127.0.0.1", "<news@shop.example>", Mode::enforce, field).verdict, Verb::accept);
  EXPECT_EQ(events_.back().role, "submission");
  EXPECT_EQ(events_.back().causes.back().code, "released");
  EXPECT_THAT(events_.back().signed_by, IsEmpty()) << "it is a stranger's, and comes from here";
}

TEST_F(GateTest, SignsNothingFromOutside) {
  rules_.signing.sign = true;
  ring_.add("bank.example", "s1");
  for (const auto mode : {Mode::enforce, Mode::monitor}) {
    pass("192.0.2.1", "<news@bank.example>", mode);
    EXPECT_THAT(events_.back().signed_by, IsEmpty());
  }
  pass("127.0.0.1", "<news@bank.example>");
  EXPECT_EQ(events_.back().role, "local");
  EXPECT_THAT(events_.back().signed_by, IsEmpty()) << "a content filter may have put it back";
}

// What was added, as it comes again.
std::string again(const milter::Answer& answer) {
  std::string out;
  for (const auto& field : answer.added)
    out += milter::frame(Command::header, milter::texts({field.name, " " + field.value}));
  return out;
}

TEST_F(GateTest, KnowsWhatComesBack) {
  marks_.emplace(crypto::Secret(std::string("key")));
  rules_.signing.sign = true;
  rules_.roles.trusted = {*parse_network("10.1.0.0/16")};
  rules_.roles.daemons = {{.name = "reinject", .role = Role::local}};
  ring_.add("bank.example", "s1");
  const auto first = pass("192.0.2.1", "<news@bank.example>");
  ASSERT_EQ(first.added.size(), 3U);
  EXPECT_EQ(first.added[2].name, kMarkName);
  const auto id = events_.back().id;
  EXPECT_EQ(reported_, 1U);
  const auto expect_back = [&](std::string_view from, std::string_view says = "") {
    const auto answer = pass(from, "<l-bounces@lists.example>", Mode::enforce, again(first), says);
    EXPECT_EQ(answer.verdict, Verb::accept);
    EXPECT_THAT(answer.added, IsEmpty()) << from;
    EXPECT_THAT(answer.removed, IsEmpty()) << "what we found out the first time stays";
    const auto& event = events_.back();
    EXPECT_EQ(event.role, "local");
    EXPECT_EQ(event.results, "");
    EXPECT_THAT(event.signed_by, IsEmpty());
    ASSERT_EQ(event.causes.size(), 1U);
    EXPECT_EQ(event.causes[0].code, "came-back");
    EXPECT_THAT(event.causes[0].text, HasSubstr(id));
    EXPECT_EQ(reported_, 1U) << "one message is reported once";
  };
  author_ = "<news@bank.example>";
  expect_back("127.0.0.1");
  expect_back("10.1.2.3");
  expect_back("198.51.100.9", "C" + milter::texts({"{daemon_name}", "reinject"}));
}

TEST_F(GateTest, AMarkSparesNobodyWhoIsHeldToPolicy) {
  marks_.emplace(crypto::Secret(std::string("key")));
  rules_.roles.relays = {*parse_network("198.51.100.7")};
  const auto first = pass("192.0.2.1", "<news@bank.example>");
  for (const auto* client : {"198.51.100.9", "198.51.100.7"}) {
    const auto hop = milter::frame(
        Command::header, milter::texts({"Received", " from x (y [198.51.100.9]) by mx2.else.example"}));
    EXPECT_EQ(pass(client, "<news@bank.example>", Mode::enforce, hop + again(first)).verdict, Verb::reject);
    EXPECT_EQ(events_.back().causes.front().code, "mark-refused");
    EXPECT_EQ(events_.back().causes.back().code, "second-fact-spf-hard-fail");
  }
  const auto through = pass("192.0.2.1", "<news@bank.example>", Mode::enforce, again(first));
  EXPECT_EQ(through.removed.size(), 3U) << "nobody but us writes such fields";
  EXPECT_EQ(through.added.size(), 3U);
}

TEST_F(GateTest, AMarkInWhatWasKeptTakesNothingFromItsRelease) {
  marks_.emplace(crypto::Secret(std::string("key")));
  zone_.txt("store.example", "v=spf1 ip4:192.0.2.1 ~all")
      .txt("_dmarc.store.example", "v=DMARC1; p=quarantine");
  const auto first = pass("192.0.2.1", "<news@store.example>");
  ASSERT_EQ(first.added.size(), 3U) << "its sender got it back, with our results and a mark";
  EXPECT_EQ(pass("198.51.100.9", "<news@store.example>", Mode::enforce, again(first)).verdict, Verb::discard);
  const auto kept = *quarantine_.begin_release(events_.back().kept, "admin", false, kNow);
  const auto released =
      pass("127.0.0.1", "<news@store.example>", Mode::enforce, pass_field(kept) + again(first));
  EXPECT_EQ(events_.back().causes.at(0).code, "released");
  EXPECT_EQ(released.removed.size(), 4U) << "results, id and mark of another message, and the pass";
  const auto twice =
      pass("127.0.0.1", "<news@store.example>", Mode::enforce, pass_field(kept) + again(first));
  EXPECT_EQ(events_.back().role, "local");
  EXPECT_EQ(twice.removed.size(), 4U);
}

TEST_F(GateTest, SignsNothingThatComesBack) {
  marks_.emplace(crypto::Secret(std::string("key")));
  rules_.signing.sign = true;
  ring_.add("bank.example", "s1");
  const auto first = pass("192.0.2.1", "<news@bank.example>");
  pass("198.51.100.9", "<news@bank.example>", Mode::enforce, again(first), kLoggedIn);
  EXPECT_EQ(events_.back().role, "submission");
  EXPECT_THAT(events_.back().signed_by, IsEmpty()) << "who logged in did not write it";
  EXPECT_EQ(events_.back().causes.back().code, "not-signed");
  now_ = kNow + kMarkLife + std::chrono::seconds(1);
  pass("127.0.0.1", "<news@bank.example>", Mode::enforce, again(first));
  EXPECT_EQ(events_.back().role, "local");
  EXPECT_EQ(events_.back().causes.front().code, "mark-refused");
  EXPECT_NE(events_.back().results, "") << "it is looked at anew";
}

TEST_F(GateTest, MarksWhatWasLetThroughFromOutsideAndNothingElse) {
  marks_.emplace(crypto::Secret(std::string("key")));
  const auto marked = [&](const milter::Answer& answer) {
    return std::ranges::find(answer.added, kMarkName, &milter::NewField::name) != answer.added.end();
  };
  EXPECT_FALSE(marked(pass("192.0.2.1", "<news@bank.example>", Mode::monitor))) << "it changes nothing";
  EXPECT_FALSE(marked(pass("198.51.100.9", "<news@bank.example>", Mode::enforce, "", kLoggedIn)));
  EXPECT_FALSE(marked(pass("127.0.0.1", "<news@bank.example>")));
  pass("198.51.100.9", "<news@shop.example>");
  const auto kept = *quarantine_.begin_release(events_.back().kept, "admin", false, kNow);
  EXPECT_TRUE(marked(pass("127.0.0.1", "<news@shop.example>", Mode::enforce, pass_field(kept))))
      << "a filter behind us puts back what was released, too";
}

TEST_F(GateTest, SignsWhoIsProvenAndNotWhoComesToAPlaceForUsers) {
  rules_.signing.sign = true;
  rules_.roles.daemons = {{.name = "ORIGINATING", .role = Role::submission}};
  rules_.roles.trusted = {*parse_network("10.1.0.0/16")};
  ring_.add("bank.example", "s1");
  const auto service = "C" + milter::texts({"{daemon_name}", "ORIGINATING"});
  for (const auto mode : {Mode::enforce, Mode::monitor}) {
    EXPECT_EQ(pass("198.51.100.9", "<news@bank.example>", mode, "", service).verdict, Verb::accept);
    EXPECT_EQ(events_.back().role, "submission");
    EXPECT_THAT(events_.back().signed_by, IsEmpty());
    EXPECT_THAT(events_.back().causes.back().text, HasSubstr("nobody logged in"));
    pass("10.1.2.3", "<news@bank.example>", mode, "", service);
    EXPECT_THAT(events_.back().signed_by, ElementsAre("s1._domainkey.bank.example"));
  }
}

TEST_F(GateTest, SealsWhatIsHandedOn) {
  rules_.signing.sealer = TestZone::name("gate.example");
  rules_.roles.gateway.domains = {TestZone::name("else.example")};
  ring_.add("gate.example", "a1").publish(zone_);
  for (const auto mode : {Mode::enforce, Mode::monitor}) {
    const auto answer = pass("192.0.2.1", "<news@bank.example>", mode);
    const auto text = handed_on(answer, "<news@bank.example>");
    const auto found = received(text, zone_, kNow);
    EXPECT_EQ(found.arc.result, arc::Result::pass) << found.arc.why;
    EXPECT_THAT(text, HasSubstr("ARC-Authentication-Results: i=1; guard.else.example;"));
    EXPECT_EQ(text.find("\r\nAuthentication-Results:") != std::string::npos, mode == Mode::enforce)
        << "a monitor adds what it was told to, and nothing else";
    EXPECT_EQ(events_.back().sealed_by, "a1._domainkey.gate.example");
  }
  pass("198.51.100.9", "<news@bank.example>");
  EXPECT_EQ(events_.back().answered, Action::reject);
  EXPECT_EQ(events_.back().sealed_by, "");
  rules_.roles.gateway.domains = {TestZone::name("third.example")};
  pass("192.0.2.1", "<news@bank.example>");
  EXPECT_EQ(events_.back().sealed_by, "") << "it stays here";
}

TEST_F(GateTest, SealsBeforeAnythingIsKept) {
  rules_.signing.sealer = TestZone::name("gate.example");
  rules_.roles.gateway.domains = {TestZone::name("else.example"), TestZone::name("third.example")};
  rules_.enforcement = {*parse_enforcement("to=else.example")};
  others_ = {"b@third.example"};
  ring_.fail();
  EXPECT_EQ(pass("198.51.100.9", "<news@shop.example>").verdict, Verb::tempfail);
  EXPECT_THAT(*quarantine_.list({}), IsEmpty()) << "what is put off comes again";
}

TEST_F(GateTest, SignsForAGatewayWhatGoesOut) {
  rules_.signing.sign = true;
  rules_.roles.gateway = {.networks = {*parse_network("203.0.113.0/24")},
                          .field = {},
                          .value = {},
                          .domains = {TestZone::name("bank.example")}};
  ring_.add("bank.example", "s1").publish(zone_);
  const auto answer = pass("203.0.113.5", "<news@bank.example>");
  EXPECT_EQ(answer.verdict, Verb::accept);
  EXPECT_EQ(events_.back().role, "gateway");
  EXPECT_EQ(received(handed_on(answer, "<news@bank.example>"), zone_, kNow).dmarc, dmarc::Result::pass);
}

TEST_F(GateTest, SignsNothingThatASystemOfOursHandsOnForStrangers) {
  rules_.signing.sign = true;
  rules_.signing.sealer = TestZone::name("gate.example");
  rules_.roles.gateway = {.networks = {*parse_network("203.0.113.0/24")},
                          .field = {},
                          .value = {},
                          .domains = {TestZone::name("bank.example")}};
  rules_.roles.trusted = {*parse_network("127.0.0.1")};
  ring_.add("bank.example", "s1").add("gate.example", "a1").publish(zone_);
  // A redirect: from outside to one of ours, by whose system it goes out again.
  auto sealed = rules_.roles;
  rules_.roles.gateway.domains = {TestZone::name("else.example")};
  const auto in = pass("192.0.2.1", "<news@bank.example>");
  rules_.roles = sealed;
  const auto with = [&](std::string_view name) {
    std::string out;
    for (const auto& field : in.added)
      if (field.name.starts_with(name))
        out += milter::frame(Command::header, milter::texts({field.name, " " + field.value}));
    EXPECT_THAT(out, testing::Not(IsEmpty())) << name;
    return out;
  };
  for (const auto mode : {Mode::enforce, Mode::monitor})
    for (const auto* name : {"Authentication-Results", "ARC-"})
      for (const auto* client : {"203.0.113.5", "127.0.0.1"}) {
        pass(client, "<news@bank.example>", mode, with(name));
        EXPECT_THAT(events_.back().signed_by, IsEmpty()) << client << " " << name;
        EXPECT_EQ(events_.back().causes.back().code, "not-signed");
        EXPECT_THAT(events_.back().causes.back().text, HasSubstr("handed on"));
      }
  pass("127.0.0.1", "<news@bank.example>", Mode::monitor,
       milter::frame(Command::header, milter::texts({std::string(kPassName), " v=1"})));
  EXPECT_THAT(events_.back().signed_by, IsEmpty()) << "whether its pass counts, or is looked at";
  pass("203.0.113.5", "<news@bank.example>", Mode::enforce,
       milter::frame(Command::header,
                     milter::texts({"Authentication-Results", " mx.else.example; dmarc=pass"})));
  EXPECT_THAT(events_.back().signed_by, ElementsAre("s1._domainkey.bank.example"))
      << "somebody else's results";
}

TEST_F(GateTest, TellsOfNoSignatureThatIsNotSent) {
  rules_.signing.sealer = TestZone::name("gate.example");
  rules_.roles.gateway.domains = {TestZone::name("else.example"), TestZone::name("third.example")};
  rules_.enforcement = {*parse_enforcement("to=else.example")};
  others_ = {"b@third.example"};
  ring_.add("gate.example", "a1");
  std::filesystem::remove_all(folder_.path() / "kept");
  EXPECT_EQ(pass("198.51.100.9", "<news@shop.example>").verdict, Verb::tempfail);
  EXPECT_EQ(events_.back().sealed_by, "");
}

TEST_F(GateTest, SignsNothingWhereNoFieldCanBeAdded) {
  rules_.signing.sign = true;
  ring_.add("bank.example", "s1");
  actions_ = milter::kAllActions & ~milter::action::kAddHeaders;
  EXPECT_EQ(pass("198.51.100.9", "<news@bank.example>", Mode::monitor, "", kLoggedIn).verdict, Verb::accept);
  EXPECT_THAT(events_.back().causes.back().text, HasSubstr("lets no field be added"));
}

TEST_F(GateTest, DecidesAboutNoMessageThatIsNotWhole) {
  const auto large = milter::frame(Command::header, milter::texts({"X", std::string(200'000, 'x')}));
  EXPECT_EQ(pass("192.0.2.1", "<news@bank.example>", Mode::enforce, large).verdict, Verb::tempfail);
  EXPECT_EQ(pass("192.0.2.1", "<news@bank.example>", Mode::monitor, large).verdict, Verb::accept);
  EXPECT_THAT(events_, IsEmpty());
}

TEST_F(GateTest, RefusesWhatNobodyCanRead) {
  std::string fields;
  for (int i = 0; i < 6; ++i)
    fields += milter::frame(Command::header, milter::texts({"X-Long", std::string(60'000, 'x')}));
  most_ = 1'000'000;
  const auto answer = pass("192.0.2.1", "<news@bank.example>", Mode::enforce, fields);
  EXPECT_EQ(answer.verdict, Verb::reject) << "it is no better the next time";
  EXPECT_EQ(answer.reply.code, 552U);
  EXPECT_EQ(events_.at(0).causes.at(0).code, "unreadable");
  EXPECT_EQ(events_.at(0).role, "inbound");
  rules_.enforcement = {*parse_enforcement("to=nobody.example")};
  EXPECT_EQ(pass("192.0.2.1", "<news@bank.example>", Mode::enforce, fields).verdict, Verb::reject)
      << "what is forged in our name cannot be taken out of it";
  events_.pop_back();
  EXPECT_EQ(pass("192.0.2.1", "<news@bank.example>", Mode::monitor, fields).verdict, Verb::accept);
  EXPECT_EQ(events_.at(1).asked, Action::reject);
}

TEST_F(GateTest, PutsOffWhatDnsDoesNotSay) {
  zone_.fails("_dmarc.slow.example", facts::Why::timeout).txt("slow.example", "v=spf1 -all");
  const auto answer = pass("198.51.100.9", "<news@slow.example>");
  EXPECT_EQ(answer.verdict, Verb::tempfail);
  EXPECT_EQ(answer.reply.code, 451U);
}

TEST_F(GateTest, PutsOffForHoursAndNotForDays) {
  zone_.fails("_dmarc.slow.example", facts::Why::timeout).txt("slow.example", "v=spf1 -all");
  for (const auto later : {0, 1, 3}) {
    now_ = kNow + std::chrono::hours(later);
    EXPECT_EQ(pass("198.51.100.9", "<news@slow.example>").verdict, Verb::tempfail);
  }
  now_ = kNow + kMostDeferral;
  EXPECT_EQ(pass("198.51.100.9", "<news@slow.example>").verdict, Verb::accept);
  EXPECT_EQ(events_.back().causes.back().code, "deferred-long-enough");
  now_ = kNow + kDeferralForgotten;
  EXPECT_EQ(pass("198.51.100.9", "<news@slow.example>").verdict, Verb::tempfail) << "anew";
}

TEST_F(GateTest, RemembersFromWhereADomainPassed) {
  zone_.txt("_dmarc.soft.example", "v=DMARC1; p=reject").txt("soft.example", "v=spf1 ip4:192.0.2.1 ~all");
  EXPECT_EQ(pass("198.51.100.9", "<a@soft.example>").verdict, Verb::discard) << "no second fact";
  ASSERT_TRUE(memory_.load(database_, kNow));
  now_ = kNow + kMemoryAge;
  EXPECT_EQ(pass("198.51.100.9", "<a@soft.example>").verdict, Verb::reject);
  EXPECT_EQ(events_.back().causes.back().code, "second-fact-never-seen");
  EXPECT_EQ(pass("192.0.2.1", "<a@soft.example>").verdict, Verb::accept);
  EXPECT_EQ(pass("192.0.2.7", "<a@soft.example>").verdict, Verb::discard) << "its neighbour has passed";
  EXPECT_EQ(reported_, 4U);
}

TEST_F(GateTest, TakesRecipientsAwayFromWhomItIsKept) {
  others_ = {"B@bank.example", "c@else.example"};
  rules_.enforcement = {*parse_enforcement("to=else.example")};
  const auto answer = pass("198.51.100.9", "<news@bank.example>");
  EXPECT_EQ(answer.verdict, Verb::accept);
  EXPECT_THAT(answer.not_for, ElementsAre("<a@else.example>", "<c@else.example>")) << "as the MTA wrote them";
  EXPECT_EQ(answer.added.size(), 2U);
  const auto& event = events_.at(0);
  EXPECT_EQ(event.asked, Action::reject);
  EXPECT_EQ(event.answered, Action::accept);
  ASSERT_EQ(event.outcomes.size(), 2U);
  EXPECT_THAT(event.outcomes[0].recipients, ElementsAre("B@bank.example"));
  EXPECT_EQ(event.outcomes[0].causes.at(0).code, "not-enforced");
  EXPECT_EQ(event.outcomes[1].action, Action::quarantine);
  EXPECT_EQ(event.outcomes[1].causes.at(0).code, "another-recipient");
  const auto kept = *quarantine_.find(event.outcomes[1].kept);
  EXPECT_THAT(kept.recipients, ElementsAre("a@else.example", "c@else.example"));
  EXPECT_EQ(kept.causes.back().code, "another-recipient");
  const auto json = *base::parse_json(event_json(event), "event");
  EXPECT_EQ(json.at("outcomes").at(1).at("recipients").as_array().size(), 2U);
}

TEST_F(GateTest, KeepsFromAllWhereNoRecipientCanBeRemoved) {
  others_ = {"b@bank.example"};
  actions_ = milter::kAllActions & ~milter::action::kDeleteRecipients;
  rules_.enforcement = {*parse_enforcement("to=else.example")};
  EXPECT_EQ(pass("198.51.100.9", "<news@shop.example>").verdict, Verb::discard);
  const auto& outcomes = events_.at(0).outcomes;
  ASSERT_EQ(outcomes.size(), 2U);
  for (const auto& outcome : outcomes) EXPECT_FALSE(outcome.kept.empty());
  EXPECT_EQ(outcomes[0].causes.back().code, "cannot-remove");
}

TEST_F(GateTest, LetsThroughWhatIsNotEnforcedYet) {
  rules_.enforcement = {*parse_enforcement("to=bank.example")};
  EXPECT_EQ(pass("198.51.100.9", "<news@bank.example>").verdict, Verb::accept);
  EXPECT_EQ(events_.at(0).asked, Action::reject);
  EXPECT_EQ(events_.at(0).causes.back().code, "not-enforced");
  EXPECT_THAT(events_.at(0).outcomes, IsEmpty());
  rules_.enforcement = {*parse_enforcement("action=quarantine")};
  EXPECT_EQ(pass("198.51.100.9", "<news@bank.example>").verdict, Verb::discard);
  EXPECT_EQ(events_.at(1).causes.back().code, "enforced-as-quarantine");
}

TEST_F(GateTest, WritesEventsAsJson) {
  pass("198.51.100.9", "<news@shop.example>");
  const auto json = *base::parse_json(event_json(events_.at(0)), "event");
  const auto& object = json.as_object();
  EXPECT_EQ(object.at("schema"), "rampart.event/1");
  EXPECT_EQ(object.at("answered"), "quarantine");
  EXPECT_EQ(object.at("client"), "198.51.100.9");
  EXPECT_EQ(object.at("causes").as_array().size(), 1U);
}

TEST_F(GateTest, SaysWhatItHadNothingToGoOn) {
  const std::string_view text = "From: news@bank.example\r\n\r\n";
  const auto message = *mail::Message::parse(text);
  dkim::KeyCache keys;
  const RoleRules roles{.anybody = Role::inbound, .trusted = {}, .relays = {}};
  const LocalRules local;
  const InspectionRules inspection;
  Scan scan(message, {.peer = {.client = {}, .helo = {}}, .mail_from = {}, .memory = {}}, roles, local,
            inspection, keys);
  const auto verdict = zone_.run([&](facts::Facts& facts) { return scan.run(facts, kNow); });
  EXPECT_THAT(verdict.unchecked, ElementsAre(HasSubstr("its address is not known")));
  EXPECT_EQ(verdict.score(), 80);
  EXPECT_EQ(verdict.ruling.action, Action::quarantine) << "no second fact without a client";
}

}  // namespace
}  // namespace rampart::guard
