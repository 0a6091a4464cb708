#include "auth/spf/evaluate.h"

#include <gtest/gtest.h>

#include "auth/spf/zone_for_tests.h"

namespace rampart::spf {
namespace {

using testing::decide_over;

facts::Driven<Outcome> check(const std::string& zone, std::string_view ip, std::string_view from,
                             const Limits& limits = {}) {
  const Input input = input_for(*base::IpAddress::parse(ip), from, "helo.example");
  return decide_over(zone, [&](facts::Facts& facts) { return check_host(input, facts, limits); });
}

constexpr const char* kNested = R"(
a.example: [{TXT: "v=spf1 a:h1.a.example include:b.example include:c.example mx -all"}, {MX: [10, h2.a.example]}]
b.example: [{TXT: "v=spf1 a:h1.b.example redirect=d.example"}]
c.example: [{TXT: "v=spf1 ip4:192.0.2.77 -all"}]
d.example: [{TXT: "v=spf1 ip4:192.0.2.88 ~all"}]
h1.a.example: [{A: 192.0.2.1}]
h2.a.example: [{A: 192.0.2.2}]
h1.b.example: [{A: 192.0.2.3}]
)";

TEST(SpfCheckHost, SiblingsAreAskedInOneRound) {
  const auto driven = check(kNested, "192.0.2.2", "x@a.example");
  EXPECT_EQ(driven.decision.result, Result::pass);
  // TXT; then h1, b, c, MX; then h1.b, d, h2
  EXPECT_EQ(driven.rounds, 3);
  EXPECT_EQ(driven.questions, 8U);
  EXPECT_EQ(driven.decision.lookups, 6);
}

TEST(SpfCheckHost, WithoutSpeculationFewerQuestionsAndMoreRounds) {
  const auto driven = check(kNested, "192.0.2.3", "x@a.example", {.speculate = Speculate::no});
  EXPECT_EQ(driven.decision.result, Result::pass);
  EXPECT_EQ(driven.rounds, 4);
  EXPECT_EQ(driven.questions, 4U);
}

TEST(SpfCheckHost, ThePathLeadsToTheTermThatDecided) {
  const auto outcome = check(kNested, "192.0.2.88", "x@a.example").decision;
  ASSERT_EQ(outcome.path.size(), 3U);
  EXPECT_EQ(outcome.path[0].term_text(), "include:b.example");
  EXPECT_EQ(outcome.path[1].term_text(), "redirect=d.example");
  EXPECT_EQ(outcome.term_text(), "ip4:192.0.2.88");
  EXPECT_EQ(outcome.record_name().text(), "d.example");
  EXPECT_EQ(outcome.record_text(), "v=spf1 ip4:192.0.2.88 ~all");
  EXPECT_EQ(outcome.names().size(), 3U);
  EXPECT_EQ(outcome.reason(), "matched include:b.example, there redirect=d.example, there ip4:192.0.2.88");
  EXPECT_EQ(outcome.section(), "4.6.2");
}

TEST(SpfCheckHost, AFailNamesTheOwnRecordAndNotTheIncludesBefore) {
  const auto outcome = check(kNested, "192.0.2.99", "x@a.example").decision;
  EXPECT_EQ(outcome.result, Result::fail);
  ASSERT_EQ(outcome.path.size(), 1U);
  EXPECT_EQ(outcome.term_text(), "-all");
}

TEST(SpfCheckHost, TemperrorKeepsTheQuestionAndWhy) {
  const auto outcome =
      check("{a.example: [{TXT: 'v=spf1 mx -all'}, SERVFAIL]}", "192.0.2.1", "x@a.example").decision;
  EXPECT_EQ(outcome.result, Result::temperror);
  ASSERT_TRUE(outcome.unknown);
  EXPECT_EQ(outcome.unknown->type(), dns::RrType::mx);
  EXPECT_EQ(outcome.unknown->why(), facts::Why::servfail);
  EXPECT_EQ(outcome.reason(), "MX a.example could not be looked up: the resolver answered SERVFAIL");
}

TEST(SpfCheckHost, AnIncompleteBookGivesQuestionsAndNeverAVerdict) {
  const Input input = input_for(*base::IpAddress::parse("192.0.2.1"), "x@a.example", "h.example");
  facts::Book book;
  const auto step = facts::decide([&](facts::Facts& facts) { return check_host(input, facts); }, book);
  ASSERT_EQ(step.index(), 1U);
  EXPECT_EQ(std::get<1>(step).size(), 1U);
}

TEST(SpfCheckHost, AClosedBookIsTemperror) {
  const Input input = input_for(*base::IpAddress::parse("192.0.2.1"), "x@a.example", "h.example");
  facts::Book book;
  facts::Facts facts(book);
  facts.close(facts::Why::budget, "enough");
  const auto outcome = check_host(input, facts);
  EXPECT_EQ(outcome.result, Result::temperror);
  EXPECT_EQ(outcome.unknown->why(), facts::Why::budget);
}

TEST(SpfCheckHost, TheIdentityComesFromTheEnvelope) {
  const auto ip = *base::IpAddress::parse("192.0.2.1");
  EXPECT_EQ(input_for(ip, "a@b@c.example", "h.example").domain.text(), "c.example");
  EXPECT_EQ(input_for(ip, "a@b@c.example", "h.example").local_part, "a@b");
  EXPECT_EQ(input_for(ip, "", "h.example").domain.text(), "h.example");
  EXPECT_TRUE(input_for(ip, "x@[192.0.2.1]", "h.example").domain.is_root());
  EXPECT_TRUE(input_for(ip, "x@a..example", "h.example").domain.is_root());
}

TEST(SpfCheckHost, OverlongLocalPartsAreNotJudged) {
  const auto driven = check(kNested, "192.0.2.1", std::string(257, 'x') + "@a.example");
  EXPECT_EQ(driven.decision.result, Result::none);
  EXPECT_EQ(driven.questions, 0U);
}

TEST(SpfCheckHost, PtrAsksOnlyForNamesWithinTheTarget) {
  const auto driven = check(R"(
a.example: [{TXT: "v=spf1 ptr -all"}]
1.2.0.192.in-addr.arpa: [{PTR: x.other.example}, {PTR: y.a.example}]
y.a.example: [{A: 192.0.2.1}]
)",
                            "192.0.2.1", "x@a.example");
  EXPECT_EQ(driven.decision.result, Result::pass);
  EXPECT_EQ(driven.questions, 3U);
}

TEST(SpfCheckHost, AnOpenPMacroAsksNothingInVain) {
  const auto driven = check(R"(
a.example: [{TXT: "v=spf1 exists:%{p}.ok.example -all"}]
1.2.0.192.in-addr.arpa: [{PTR: y.a.example}]
y.a.example: [{A: 192.0.2.1}]
y.a.example.ok.example: [{A: 127.0.0.1}]
)",
                            "192.0.2.1", "x@a.example");
  EXPECT_EQ(driven.decision.result, Result::pass);
  EXPECT_EQ(driven.questions, 4U);
}

TEST(SpfCheckHost, DepthIsBoundedWhateverTheLimitsSay) {
  const auto driven = check("{a.example: [{TXT: 'v=spf1 include:a.example -all'}]}", "192.0.2.1",
                            "x@a.example", {.lookups = 1'000'000});
  EXPECT_EQ(driven.decision.why, Reason::lookup_limit);
  EXPECT_EQ(driven.decision.lookups, kMostLookups);
}

TEST(SpfCheckHost, HostileSizesEndEarly) {
  std::string terms = "v=spf1";
  while (terms.size() < 64000) terms += " a";
  const auto many = check("a.example: [{TXT: '" + terms + "'}]", "192.0.2.1", "x@a.example");
  EXPECT_EQ(many.decision.why, Reason::void_limit);
  EXPECT_EQ(many.questions, 2U);

  std::string macros = "v=spf1 exists:";
  while (macros.size() < 64000) macros += "%{l1r-+.}.";
  const auto long_name = check("a.example: [{TXT: '" + macros + "x.example -all'}]", "192.0.2.1",
                               std::string(200, 'l') + "@a.example");
  EXPECT_EQ(long_name.decision.result, Result::fail);

  std::string texts = "a.example: [";
  for (int i = 0; i < 1000; ++i) texts += fmt::format("{{TXT: 'token-{}'}}, ", i);
  const auto crowded = check(texts + "{TXT: 'v=spf1 -all'}]", "192.0.2.1", "x@a.example");
  EXPECT_EQ(crowded.decision.result, Result::fail);
}

TEST(SpfExplain, SpeaksForTheRecordThatFailed) {
  const std::string zone = R"(
a.example: [{TXT: "v=spf1 include:b.example redirect=c.example exp=no.example"}]
b.example: [{TXT: "v=spf1 -all exp=no.example"}]
c.example: [{TXT: "v=spf1 -include:d.example exp=why.%{d}"}]
d.example: [{TXT: "v=spf1 all exp=no.example"}]
why.c.example: [{TXT: "%{i} may not send for %{o}, says %{d} to %{r}"}]
no.example: [{TXT: "wrong"}]
)";
  const Input input = input_for(*base::IpAddress::parse("192.0.2.1"), "x@a.example", "h.example");
  const auto words = decide_over(zone, [&](facts::Facts& facts) {
    const auto outcome = check_host(input, facts);
    return explain(outcome, input, facts);
  });
  EXPECT_EQ(words.decision, "192.0.2.1 may not send for a.example, says c.example to unknown");
}

TEST(SpfExplain, HostileTextIsNoExplanation) {
  for (const char* text : {R"("\e[2J gone")", R"("%{l}")", R"("%{h")"}) {
    const std::string zone =
        std::string("{a.example: [{TXT: 'v=spf1 -all exp=w.example'}], w.example: [{TXT: ") + text + "}]}";
    const Input input = input_for(*base::IpAddress::parse("192.0.2.1"), "\x1b[2J@a.example", "h.example");
    const auto words = decide_over(
        zone, [&](facts::Facts& facts) { return explain(check_host(input, facts), input, facts); });
    EXPECT_FALSE(words.decision) << text;
  }
}

TEST(SpfReverseName, BothFamilies) {
  EXPECT_EQ(reverse_name(*base::IpAddress::parse("192.0.2.130")).text(), "130.2.0.192.in-addr.arpa");
  EXPECT_EQ(reverse_name(*base::IpAddress::parse("2001:db8::f1")).text(),
            "1.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

}  // namespace
}  // namespace rampart::spf
