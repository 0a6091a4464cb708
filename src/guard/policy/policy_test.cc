#include "guard/policy/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mail/message.h"

namespace rampart::guard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const base::Time kNow{std::chrono::seconds(1'795'000'000)};

dns::Name name(std::string_view text) { return *dns::Name::try_parse(text); }

// A message in the name of bank.example, as its authentication found it.
struct Case {
  auth::Authentication result;
  LocalRules local;
  Memory memory{.passed_from_here = true, .deferred_since = {}};
  std::string text = "From: news@bank.example\r\n\r\n";
  std::string mail_from = "news@bank.example";
  const Inspected* inspected = nullptr;
  const ClamdAnswer* clamd = nullptr;

  explicit Case(dmarc::Result dmarc, dmarc::Policy policy = dmarc::Policy::none) {
    result.dmarc = dmarc;
    result.policy = policy;
    result.why = "nothing was authenticated";
    result.author.domains = {name("bank.example")};
    result.domains.push_back({.author = name("bank.example"), .verdict = {}, .legacy = {}});
  }
  Case& with(std::string field) {
    text.insert(0, field + "\r\n");
    return *this;
  }
  Case& align_signature() {
    result.domains[0].verdict.alignments.push_back({.method = dmarc::Alignment::Method::dkim,
                                                    .domain = name("bank.example"),
                                                    .check = dmarc::Check::fail,
                                                    .aligned = dmarc::Aligned::yes,
                                                    .organizational_domain = {},
                                                    .why = {}});
    return *this;
  }
  Ruling decide() {
    const auto message = *mail::Message::parse(text);
    return guard::decide({.authentication = &result,
                          .header = &message.header,
                          .local = &local,
                          .client = base::IpAddress::parse("192.0.2.1"),
                          .mail_from = mail_from,
                          .memory = memory,
                          .now = kNow,
                          .inspected = inspected,
                          .clamd = clamd});
  }
};

std::vector<std::string> codes(const Ruling& ruling) {
  std::vector<std::string> out;
  for (const auto& cause : ruling.causes) out.push_back(cause.code);
  return out;
}

Case rejected() { return Case(dmarc::Result::fail, dmarc::Policy::reject); }

TEST(Policy, TreatsWhatPassesOrIsNotAskedAboutAsAnyOther) {
  for (auto one : {Case(dmarc::Result::pass, dmarc::Policy::none), Case(dmarc::Result::none),
                   Case(dmarc::Result::fail)}) {
    one.memory.passed_from_here = false;
    const auto ruling = one.decide();
    EXPECT_EQ(ruling.action, Action::accept);
    EXPECT_THAT(codes(ruling), ElementsAre()) << "RFC 9989 section 5.4: no weight under p=none";
  }
}

TEST(Policy, QuarantinesWhatFailsEitherPolicy) {
  EXPECT_EQ(Case(dmarc::Result::fail, dmarc::Policy::quarantine).decide().action, Action::quarantine);
  const auto ruling = rejected().decide();
  EXPECT_EQ(ruling.action, Action::quarantine);
  EXPECT_THAT(codes(ruling), ElementsAre("dmarc-reject", "no-second-fact"));
}

TEST(Policy, RejectsWithASecondFact) {
  auto one = rejected();
  one.memory.passed_from_here = false;
  const auto ruling = one.decide();
  EXPECT_EQ(ruling.action, Action::reject);
  EXPECT_EQ(ruling.code, 550U);
  EXPECT_EQ(ruling.enhanced, "5.7.26");
  EXPECT_THAT(ruling.text, AllOf(HasSubstr("DMARC"), HasSubstr("never passed from this network")));
  EXPECT_THAT(codes(ruling), ElementsAre("dmarc-reject", "second-fact-never-seen"));
  one.memory.passed_from_here = std::nullopt;
  EXPECT_EQ(one.decide().action, Action::quarantine) << "a young memory cannot say never";
}

TEST(Policy, RejectsNothingThatAListMayHaveChanged) {
  for (const std::string trace :
       {"List-Id: <a.example>", "list-post: x", "Mailing-List: x", "X-BeenThere: x", "ARC-Seal: x"}) {
    auto one = rejected();
    one.memory.passed_from_here = false;
    const auto ruling = one.with(trace).decide();
    EXPECT_EQ(ruling.action, Action::quarantine) << trace;
    EXPECT_THAT(codes(ruling), ElementsAre("dmarc-reject", "list-trace"));
  }
}

TEST(Policy, KnowsAnOwnDomain) {
  auto one = rejected();
  one.local.own = {{.domain = name("example"), .enforced = false},
                   {.domain = name("bank.example"), .enforced = true}};
  EXPECT_EQ(one.decide().action, Action::reject) << "the nearest own domain counts";
  one.local.own[1].enforced = false;
  EXPECT_EQ(one.decide().action, Action::quarantine);
  Case none(dmarc::Result::fail);
  none.local.own = {{.domain = name("bank.example"), .enforced = true}};
  auto ruling = none.decide();
  EXPECT_EQ(ruling.action, Action::quarantine);
  EXPECT_EQ(ruling.override_type, "local_policy");
  none.local.own[0].enforced = false;
  ruling = none.decide();
  EXPECT_EQ(ruling.action, Action::accept);
  EXPECT_THAT(codes(ruling), ElementsAre("own-domain-monitor"));
  none.result.dmarc = dmarc::Result::pass;
  EXPECT_THAT(codes(none.decide()), ElementsAre());
}

TEST(Policy, LetsThroughWhatALocalRuleNames) {
  auto one = Case(dmarc::Result::fail, dmarc::Policy::quarantine);
  one.local.overrides = {{.says = Override::Says::accept,
                          .author = name("bank.example"),
                          .mail_from = "@bank.example",
                          .network = base::IpAddress::parse("192.0.2.0"),
                          .prefix = 24,
                          .reason = "their new provider",
                          .by = "mail team",
                          .until = kNow + std::chrono::hours(1)}};
  auto ruling = one.decide();
  EXPECT_EQ(ruling.action, Action::accept);
  EXPECT_EQ(ruling.override_type, "local_policy");
  EXPECT_THAT(ruling.causes.back().text, HasSubstr("their new provider"));
  one.mail_from = "news@shop.example";
  EXPECT_EQ(one.decide().action, Action::quarantine) << "all that a rule names has to hold";
  one.mail_from = "News@BANK.example";
  one.local.overrides[0].until = kNow;
  EXPECT_EQ(one.decide().action, Action::quarantine) << "it is over";
  one.local.overrides[0].until.reset();
  one.result.author.domains.push_back(name("shop.example"));
  EXPECT_EQ(one.decide().action, Action::quarantine) << "a second author is nobody's rule";
}

TEST(Policy, EnforcesWhereALocalRuleSaysSo) {
  auto one = rejected();
  one.local.overrides = {{.says = Override::Says::enforce,
                          .author = name("bank.example"),
                          .mail_from = {},
                          .network = {},
                          .reason = {},
                          .by = {},
                          .until = {}}};
  EXPECT_EQ(one.with("List-Id: x").decide().action, Action::reject);
}

TEST(Policy, PutsOffForHoursAndThenDecides) {
  auto one = Case(dmarc::Result::temperror);
  auto ruling = one.decide();
  EXPECT_EQ(ruling.action, Action::tempfail);
  EXPECT_EQ(ruling.code, 451U);
  one.memory.deferred_since = kNow - kMostDeferral + std::chrono::seconds(1);
  EXPECT_EQ(one.decide().action, Action::tempfail);
  one.memory.deferred_since = kNow - kMostDeferral;
  ruling = one.decide();
  EXPECT_EQ(ruling.action, Action::accept);
  EXPECT_THAT(codes(ruling), ElementsAre("dmarc-temperror", "deferred-long-enough"));
}

TEST(Policy, QuarantinesAFromFieldThatNamesNoOne) {
  auto one = Case(dmarc::Result::permerror, dmarc::Policy::reject);
  EXPECT_EQ(one.decide().action, Action::quarantine);
  one.result.policy = dmarc::Policy::none;
  EXPECT_EQ(one.decide().action, Action::accept);
}

// Both lists as they might stand in files.
std::shared_ptr<const Lists> lists(std::string_view block, std::string_view allow = "") {
  auto out = std::make_shared<Lists>();
  out->block = {read_list("/etc/block.txt", block)};
  out->allow = {read_list("/etc/allow.txt", allow)};
  return out;
}

TEST(Policy, BlocksWhoeverItSaysThatItIs) {
  for (const auto* block :
       {"bank.example", "news@bank.example", "192.0.2.0/24", "bounce@lists.example", "lists.example"}) {
    auto one = Case(dmarc::Result::pass, dmarc::Policy::reject);
    one.result.author.addresses = {"News@bank.example"};
    one.mail_from = "bounce@Lists.example";
    one.local.lists = lists(block);
    auto ruling = one.decide();
    EXPECT_EQ(ruling.action, Action::quarantine) << block;
    EXPECT_THAT(codes(ruling), ElementsAre("blocked"));
    EXPECT_THAT(ruling.causes[0].text, HasSubstr(block));
    one.local.reject_blocked = true;
    ruling = one.decide();
    EXPECT_EQ(ruling.action, Action::reject);
    EXPECT_EQ(ruling.enhanced, "5.7.1");
    EXPECT_EQ(ruling.text.find(block), std::string::npos) << "the sender is not told by what";
  }
}

TEST(Policy, BlocksByContentAndKeepsWhatCouldNotBeLookedInto) {
  auto one = Case(dmarc::Result::pass, dmarc::Policy::reject);
  one.local.lists = lists("https://evil.example/");
  Inspected seen;
  seen.link_keys = {"evil.example/pay"};
  one.inspected = &seen;
  auto ruling = one.decide();
  EXPECT_EQ(ruling.action, Action::quarantine);
  EXPECT_THAT(codes(ruling), ElementsAre("blocked"));
  seen.link_keys = {"good.example/"};
  EXPECT_EQ(one.decide().action, Action::accept);
  seen.doubt("it took too long");
  ruling = one.decide();
  EXPECT_EQ(ruling.action, Action::quarantine) << "unknown is not clean";
  EXPECT_THAT(codes(ruling), ElementsAre("inspection-failed"));
  EXPECT_THAT(ruling.causes[0].text, HasSubstr("it took too long"));
  one.local.lists = lists("https://evil.example/", "bank.example");
  EXPECT_EQ(one.decide().action, Action::accept) << "whoever is allowed needs no look";
  one.local.lists = lists("https://evil.example/");
  seen.link_keys = {"evil.example/"};
  EXPECT_THAT(codes(one.decide()), ElementsAre("blocked")) << "what was found counts";
}

TEST(Policy, WhatKillsIsKeptAndWhatNobodyCouldLookAtIsPutOff) {
  auto one = Case(dmarc::Result::pass, dmarc::Policy::reject);
  auto seen = not_inspected("it ended the process that looked at it, twice", Extent::killed);
  one.inspected = &seen;
  EXPECT_EQ(one.decide().action, Action::quarantine);
  EXPECT_THAT(codes(one.decide()), ElementsAre("inspection-failed"));
  seen = not_inspected("it is larger than is looked at");
  EXPECT_EQ(one.decide().action, Action::accept) << "no list asks for it";
  seen = not_inspected("too many messages wait", Extent::late);
  EXPECT_EQ(one.decide().action, Action::tempfail);
  EXPECT_THAT(codes(one.decide()), ElementsAre("inspection-late"));
  one.memory.deferred_since = kNow - std::chrono::hours(5);
  EXPECT_EQ(one.decide().action, Action::accept);
  one.local.lists = lists("https://evil.example/");
  EXPECT_EQ(one.decide().action, Action::quarantine) << "a list might name what nobody saw";
}

TEST(Policy, LetsAllowListsAndExceptionsLiftABlock) {
  auto one = Case(dmarc::Result::pass, dmarc::Policy::reject);
  one.local.lists = lists("192.0.2.0/24", "bank.example reason=a partner");
  auto ruling = one.decide();
  EXPECT_EQ(ruling.action, Action::accept);
  EXPECT_THAT(codes(ruling), ElementsAre("blocked", "allowed"));
  EXPECT_EQ(ruling.override_type, "local_policy");
  one.local.lists = lists("bank.example");
  one.local.overrides = {{.says = Override::Says::accept,
                          .author = name("bank.example"),
                          .mail_from = {},
                          .network = {},
                          .reason = {},
                          .by = {},
                          .until = {}}};
  EXPECT_THAT(codes(one.decide()), ElementsAre("blocked", "override"));
}

// Whom we allow may be broken into; an exception says who wanted it, and why.
TEST(Policy, AnAllowListDoesNotLiftWhatAScannerFinds) {
  auto one = Case(dmarc::Result::pass, dmarc::Policy::reject);
  const ClamdAnswer found{.said = ClamdSaid::found, .name = "Eicar-Test-Signature"};
  one.clamd = &found;
  one.local.lists = lists("", "bank.example reason=a partner");
  EXPECT_EQ(one.decide().action, Action::quarantine);
  EXPECT_THAT(codes(one.decide()), ElementsAre("malware"));
  one.local.overrides = {{.says = Override::Says::accept,
                          .author = name("bank.example"),
                          .mail_from = {},
                          .network = {},
                          .reason = {},
                          .by = {},
                          .until = {}}};
  EXPECT_EQ(one.decide().action, Action::accept);
}

TEST(Policy, AllowsNobodyForANameThatIsNotProven) {
  auto one = rejected();
  one.memory.passed_from_here = false;
  one.local.lists = lists("", "bank.example\nnews@bank.example\n");
  EXPECT_EQ(one.decide().action, Action::reject) << "whoever forges a name that is allowed gains nothing";
  one.result.spf = auth::SpfChecked{.outcome = {}, .domain = name("bank.example")};
  one.result.spf->outcome.result = spf::Result::pass;
  EXPECT_EQ(one.decide().action, Action::accept) << "the envelope's is";
  one.result.spf->by_helo = true;
  EXPECT_EQ(one.decide().action, Action::reject);
  one.local.lists = lists("", "192.0.2.1");
  EXPECT_EQ(one.decide().action, Action::accept) << "an address of the network is proven by its being used";
}

TEST(Policy, KeepsARejectOfWhatIsBlockedToo) {
  auto one = rejected();
  one.memory.passed_from_here = false;
  one.local.lists = lists("bank.example");
  const auto ruling = one.decide();
  EXPECT_EQ(ruling.action, Action::reject);
  EXPECT_EQ(ruling.enhanced, "5.7.26");
  auto slow = Case(dmarc::Result::temperror);
  slow.local.lists = lists("bank.example");
  EXPECT_EQ(slow.decide().action, Action::quarantine) << "no DNS is needed for that";
  EXPECT_EQ(slow.decide().code, 0U);
}

std::vector<Ruling> rulings(std::initializer_list<Action> actions) {
  std::vector<Ruling> out;
  for (const auto action : actions)
    out.push_back({.action = action, .causes = {}, .enhanced = {}, .text = {}, .override_type = {}});
  return out;
}

TEST(Delivery, AnswersOneThingForAll) {
  using enum Action;
  const auto answer = [](std::initializer_list<Action> actions, bool may_remove = true) {
    return combine(rulings(actions), may_remove);
  };
  EXPECT_EQ(answer({accept, accept}).answer, accept);
  EXPECT_EQ(answer({reject, reject}).answer, reject);
  EXPECT_EQ(answer({quarantine, quarantine}).answer, quarantine);
  EXPECT_EQ(answer({}).answer, accept);
  auto mixed = answer({accept, quarantine, reject});
  EXPECT_EQ(mixed.answer, accept);
  EXPECT_THAT(mixed.kept_from, ElementsAre(false, true, true));
  EXPECT_EQ(mixed.recipients[2].action, quarantine);
  EXPECT_THAT(codes(mixed.recipients[2]), ElementsAre("another-recipient"));
  EXPECT_EQ(answer({reject, quarantine}).answer, quarantine);
  mixed = answer({accept, tempfail, reject});
  EXPECT_EQ(mixed.answer, tempfail);
  EXPECT_EQ(mixed.recipients[0].action, tempfail);
  mixed = answer({accept, quarantine}, false);
  EXPECT_EQ(mixed.answer, quarantine) << "nobody gets what one must not have, where none can be removed";
  EXPECT_THAT(codes(mixed.recipients[0]), ElementsAre("cannot-remove"));
}

}  // namespace
}  // namespace rampart::guard
