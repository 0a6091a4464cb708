#include "auth/spf/analyse.h"

#include <gtest/gtest.h>

#include "auth/spf/zone_for_tests.h"

namespace rampart::spf {
namespace {

using testing::decide_over;
using testing::name_of;
using Kind = Issue::Kind;

Analysis analysed(const std::string& zone, std::string_view domain = "a.example",
                  const AnalysisOptions& options = {}) {
  return decide_over(zone, [&](facts::Facts& facts) { return analyse(name_of(domain), facts, options); })
      .decision;
}

// "kind:term" of every issue, in order.
std::string issues_of(const Analysis& analysis) {
  std::string out;
  for (const Issue& issue : analysis.issues) {
    out += fmt::format("{}{}:{}", out.empty() ? "" : " | ", to_string(issue.kind), analysis.term_text(issue));
  }
  return out;
}

const Issue& issue_of(const Analysis& analysis, Kind kind) {
  static const Issue none{};
  for (const Issue& issue : analysis.issues) {
    if (issue.kind == kind) return issue;
  }
  ADD_FAILURE() << "no issue " << to_string(kind);
  return none;
}

TEST(SpfAnalyse, TheTreeAndItsCost) {
  const auto analysis = analysed(R"(
a.example: [{TXT: "v=spf1 mx include:b.example include:c.example -all"}, {MX: [1, h.a.example]}]
h.a.example: [{A: 192.0.2.1}, {AAAA: "2001:db8::1"}]
b.example: [{TXT: "v=spf1 ip4:198.51.100.0/24 include:d.example ~all"}]
c.example: [{TXT: "v=spf1 include:d.example a:h.c.example ?all"}]
h.c.example: [{A: 192.0.2.2}]
d.example: [{TXT: "v=spf1 ip6:2001:db8:1::/48 a:gone.d.example -all"}]
)");
  ASSERT_EQ(analysis.nodes.size(), 4U);
  EXPECT_EQ(analysis.root().links.size(), 2U);
  EXPECT_EQ(analysis.lookups(), 3 + 2 + 3);  // mx, b and c; in b: d and its a; in c: d, its a, a
  EXPECT_EQ(analysis.root().voids4, 2);
  EXPECT_EQ(analysis.root().voids6, 3);  // h.c has no AAAA
  EXPECT_EQ(analysis.authorised.ipv4_count(), 1U + 256U + 1U);
  EXPECT_EQ(analysis.authorised.ipv6_count(), 1U + 65536U);
  EXPECT_TRUE(analysis.complete);
  EXPECT_EQ(analysis.all, Qualifier::fail);
  EXPECT_TRUE(analysis.has(Kind::void_host));
  EXPECT_EQ(issue_of(analysis, Kind::over_void_limit).detail, "IPv6");
}

TEST(SpfAnalyse, LimitsAreJudged) {
  std::string zone =
      R"(a.example: [{TXT: "v=spf1 include:b.example include:b.example include:b.example -all"}])";
  zone += "\nb.example: [{TXT: \"v=spf1 a:h1.b.example a:h2.b.example a:h3.b.example -all\"}]\n";
  for (int i = 1; i <= 3; ++i)
    zone += fmt::format("h{}.b.example: [{{A: 192.0.2.{}}}, {{AAAA: '2001:db8::{}'}}]\n", i, i, i);
  const auto analysis = analysed(zone);
  EXPECT_EQ(issue_of(analysis, Kind::over_lookup_limit).number, 12U);
  EXPECT_TRUE(analysis.has(Kind::repeated));
}

TEST(SpfAnalyse, AbsenceAndUnknownAreKeptApart) {
  EXPECT_EQ(issues_of(analysed("{a.example: [{A: 192.0.2.1}]}")), "no_record:");
  EXPECT_EQ(issues_of(analysed("{}")), "no_record:");
  const auto unknown = analysed("{a.example: [TIMEOUT]}");
  EXPECT_EQ(issues_of(unknown), "record_unknown:");
  EXPECT_FALSE(unknown.complete);
  const auto below = analysed(
      "{a.example: [{TXT: 'v=spf1 include:b.example a:c.example -all'}], b.example: [SERVFAIL], c.example: "
      "[SERVFAIL]}");
  EXPECT_EQ(issues_of(below), "target_record_unknown:include:b.example | host_unknown:a:c.example");
  EXPECT_FALSE(below.complete);
  EXPECT_EQ(issue_of(below, Kind::host_unknown).evidence.size(), 2U);
}

TEST(SpfAnalyse, TakeoverNeedsProof) {
  const std::string record = "a.example: [{TXT: 'v=spf1 include:spf.gone.example a:x.gone.example -all'}]\n";
  const auto gone = analysed(record);
  const Issue& issue = issue_of(gone, Kind::unregistered);
  EXPECT_EQ(issue.target.text(), "gone.example");
  EXPECT_EQ(issue.evidence.size(), 3U);
  EXPECT_TRUE(gone.has(Kind::no_target_record));
  EXPECT_EQ(std::ranges::count(gone.issues, Kind::unregistered, &Issue::kind), 2);

  EXPECT_FALSE(analysed(record + "gone.example: [{TXT: x}]\n").has(Kind::unregistered));
  const auto unknown = analysed(record + "gone.example: [SERVFAIL]\n");
  EXPECT_FALSE(unknown.has(Kind::unregistered));
  EXPECT_TRUE(unknown.has(Kind::host_unknown));
}

// Whoever registers it answers below it, and gives his hosts names in it.
TEST(SpfAnalyse, TakeoverOfWhatAMacroOrPtrEndsIn) {
  for (const std::string term :
       {"exists:%{i}._spf.gone.example", "exists:%{i}x.gone.example", "include:%{l}.gone.example",
        "a:%{ir}.%{v}.gone.example", "ptr:gone.example", "ptr:mail.gone.example", "ptr:%{l}.gone.example"}) {
    const std::string record = "a.example: [{TXT: 'v=spf1 " + term + " -all'}]\n";
    EXPECT_EQ(issue_of(analysed(record), Kind::unregistered).target.text(), "gone.example") << term;
    EXPECT_FALSE(analysed(record + "gone.example: [{TXT: x}]\n").has(Kind::unregistered)) << term;
    const auto unknown = analysed(record + "gone.example: [SERVFAIL]\n");
    EXPECT_FALSE(unknown.has(Kind::unregistered)) << term;
    EXPECT_TRUE(unknown.has(Kind::host_unknown)) << term;
  }
  for (const std::string term : {"exists:%{i}._spf.a.example", "exists:%{l}", "ptr", "ptr:a.example",
                                 "exists:_spf.gone.example.%{d}", "exists:%{i}.gone.%{o}"}) {
    EXPECT_FALSE(analysed("a.example: [{TXT: 'v=spf1 " + term + " -all'}]\n").has(Kind::unregistered))
        << term;
  }
}

// RFC 7208 section 5.5: any name below the target will do.
TEST(SpfAnalyse, PtrAtAPublicSuffixLetsInAnyone) {
  const auto target = [](const std::string& term) {
    return issue_of(analysed("a.example: [{TXT: 'v=spf1 " + term + " -all'}]\n"), Kind::ptr).target.text();
  };
  EXPECT_EQ(target("ptr:co.uk"), "co.uk");
  EXPECT_EQ(target("ptr:a.example"), dns::Name().text());
  EXPECT_EQ(target("ptr"), dns::Name().text());
}

TEST(SpfAnalyse, NamesOfTheOrganisationAreNotForTheTaking) {
  const auto analysis =
      analysed("{mail.a.example: [{TXT: 'v=spf1 a:gone.a.example -all'}]}", "mail.a.example");
  EXPECT_EQ(issues_of(analysis), "void_host:a:gone.a.example");
}

TEST(SpfAnalyse, ADanglingAliasIsFollowedToItsEnd) {
  const auto analysis = analysed(R"(
a.example: [{TXT: "v=spf1 include:spf.a.example -all"}]
spf.a.example: [{CNAME: x.gone.example}]
)");
  EXPECT_EQ(issue_of(analysis, Kind::unregistered).target.text(), "gone.example");
}

TEST(SpfAnalyse, WhoeverMaySend) {
  EXPECT_EQ(issues_of(analysed("{a.example: [{TXT: 'v=spf1 +all'}]}")), "pass_all:+all");
  EXPECT_EQ(issues_of(analysed("{a.example: [{TXT: 'v=spf1 ?all'}]}")), "neutral_all:?all");
  EXPECT_EQ(issues_of(analysed("{a.example: [{TXT: 'v=spf1 ~all'}]}")), "softfail_all:~all");
  EXPECT_EQ(issues_of(analysed("{a.example: [{TXT: 'v=spf1 ip4:192.0.2.1'}]}")), "no_all:");
  const auto halves = analysed("{a.example: [{TXT: 'v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all'}]}");
  EXPECT_EQ(issue_of(halves, Kind::near_all).number, 1ULL << 32);
  EXPECT_TRUE(analysed("{a.example: [{TXT: 'v=spf1 ip4:10.0.0.0/8 -all'}]}").has(Kind::wide));
  EXPECT_FALSE(analysed("{a.example: [{TXT: 'v=spf1 ip4:10.0.0.0/16 -all'}]}").has(Kind::wide));
  EXPECT_TRUE(
      analysed("{a.example: [{TXT: 'v=spf1 exists:a.example -all'}, {A: 192.0.2.1}]}").has(Kind::near_all));
  EXPECT_FALSE(analysed("{a.example: [{TXT: 'v=spf1 ?ip4:0.0.0.0/0 -all'}]}").has(Kind::near_all));
}

TEST(SpfAnalyse, TheEndIsReadOverRedirectsAndIncludesPassOnTheirPass) {
  const auto redirected =
      analysed("{a.example: [{TXT: 'v=spf1 redirect=b.example'}], b.example: [{TXT: 'v=spf1 ~all'}]}");
  EXPECT_EQ(redirected.all, Qualifier::softfail);
  EXPECT_EQ(issues_of(redirected), "softfail_all:~all");
  const auto included =
      analysed("{a.example: [{TXT: 'v=spf1 include:b.example -all'}], b.example: [{TXT: 'v=spf1 +all'}]}");
  EXPECT_EQ(issue_of(included, Kind::pass_all).node, 1U);
  EXPECT_EQ(included.authorised, AddressSet::everything());
  const auto neutral =
      analysed("{a.example: [{TXT: 'v=spf1 ?include:b.example -all'}], b.example: [{TXT: 'v=spf1 +all'}]}");
  EXPECT_FALSE(neutral.has(Kind::pass_all));
  EXPECT_TRUE(neutral.authorised.empty());
  const auto broken = analysed("{a.example: [{TXT: 'v=spf1 redirect=b.example'}]}");
  EXPECT_FALSE(broken.has(Kind::no_all));
  EXPECT_TRUE(broken.has(Kind::no_target_record));
}

TEST(SpfAnalyse, NeedlessAndDoubtfulTerms) {
  EXPECT_EQ(issues_of(analysed("{a.example: [{TXT: 'v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.7 ip4:192.0.2.0/24 "
                               "ptr -all a redirect=b.example'}]}")),
            "shadowed:ip4:192.0.2.7 | repeated:ip4:192.0.2.0/24 | ptr:ptr | after_all:a | "
            "redirect_ignored:redirect=b.example");
  const auto modifier = analysed("{a.example: [{TXT: 'v=spf1 ip4=192.0.2.1 inclde=x.example -all'}]}");
  EXPECT_EQ(modifier.issues[0].detail, "perhaps ip4: was meant");
  EXPECT_EQ(modifier.issues[1].detail, "perhaps include was meant");
  EXPECT_EQ(issues_of(analysed("{a.example: [{TXT: 'v=spf1 exists:%{i}.x.example -all'}], x.example: "
                               "[{TXT: x}]}")),
            "dynamic:exists:%{i}.x.example");
  EXPECT_EQ(issues_of(analysed("{a.example: [{TXT: 'v=spf1 -all exp=why.%{d}'}]}")),
            "exp_target:exp=why.%{d}");
}

TEST(SpfAnalyse, BrokenRecords) {
  const auto several =
      analysed("{a.example: [{TXT: 'v=spf1 -all'}, {TXT: 'v=spf1 a -all'}, {TXT: spf2.0/pra -all}]}");
  EXPECT_TRUE(several.has(Kind::several_records));
  EXPECT_TRUE(several.has(Kind::sender_id));
  const auto misplaced = analysed("{a.example: [{TXT: ' v=spf1 -all'}]}");
  EXPECT_EQ(issues_of(misplaced), "no_record: | misplaced_version:");
  const auto faulty = analysed("{a.example: [{TXT: 'v=spf1 moo ip4:1.2.3 ip4:192.0.2.1 -all'}]}");
  EXPECT_EQ(issues_of(faulty), "syntax:moo | syntax:ip4:1.2.3");
  EXPECT_TRUE(faulty.authorised.empty());  // permerror
  EXPECT_FALSE(faulty.simpler);
  const auto large = analysed("{a.example: [{TXT: 'v=spf1 x=" + std::string(500, 'x') + " -all'}]}");
  EXPECT_GT(issue_of(large, Kind::large).number, 500U);
}

TEST(SpfAnalyse, AMissingSpaceBetweenStringsIsSuspected) {
  facts::Book book;
  book.add(facts::AnswerBuilder(name_of("a.example"), dns::RrType::txt)
               .add_record("v=spf1 ip4:192.0.2.1include:b.example -all", 60, 0, 2)
               .build());
  facts::Facts facts(book);
  const auto analysis = analyse(name_of("a.example"), facts);
  EXPECT_NE(issue_of(analysis, Kind::syntax).detail.find("is a space missing?"), std::string::npos);
}

TEST(SpfAnalyse, HugeRecordsAreBounded) {
  std::string zone = "a.example: [{TXT: 'v=spf1";
  for (int i = 0; i < 3000; ++i) zone += fmt::format(" ip4:10.{}.{}.1", i / 256, i % 256);
  const auto analysis = analysed(zone + " -all'}]\n");
  EXPECT_TRUE(analysis.has(Kind::too_much));
  EXPECT_FALSE(analysis.complete);
  EXPECT_EQ(analysis.authorised.ipv4_count(), 300U);
}

TEST(SpfAnalyse, HostileTreesAreBounded) {
  EXPECT_EQ(issues_of(analysed("{a.example: [{TXT: 'v=spf1 include:b.example -all'}], b.example: [{TXT: "
                               "'v=spf1 include:a.example -all'}]}")),
            "loop:include:a.example");
  EXPECT_TRUE(analysed("{a.example: [{TXT: 'v=spf1 redirect=a.example'}]}").has(Kind::loop));
  // 60 records that each include the two behind them: 2^60 ways through
  std::string zone;
  for (int i = 0; i < 60; ++i) {
    zone += fmt::format("{}.example: [{{TXT: 'v=spf1 include:n{}.example include:n{}.example -all'}}]\n",
                        i == 0 ? "a" : fmt::format("n{}", i), i + 1, i + 2);
  }
  const auto deep = analysed(zone);
  EXPECT_LE(deep.nodes.size(), 50U);
  EXPECT_FALSE(deep.complete);
  std::string wide = "a.example: [{TXT: 'v=spf1";
  for (int i = 0; i < 60; ++i) wide += fmt::format(" include:n{}.example", i);
  const auto flat = analysed(wide + "'}]\n");
  EXPECT_EQ(flat.nodes.size(), 50U);
  EXPECT_TRUE(flat.has(Kind::too_much));
  std::string hosts = "a.example: [{TXT: 'v=spf1";
  for (int i = 0; i < 400; ++i) hosts += fmt::format(" a:h{}.example", i);
  const auto many =
      decide_over(hosts + "'}]\n", [&](facts::Facts& facts) { return analyse(name_of("a.example"), facts); });
  EXPECT_TRUE(many.decision.has(Kind::too_much));
  EXPECT_LT(many.questions, 250U);
}

TEST(SpfAnalyse, SharedServicesAreNamed) {
  const std::string zone = R"(
a.example: [{TXT: "v=spf1 include:partner.test include:amazonses.com include:spf.protection.outlook.com -all"}]
partner.test: [{TXT: "v=spf1 ip4:203.0.113.0/24 -all"}]
amazonses.com: [{TXT: "v=spf1 ip6:2001:db8:5::/48 include:more.amazonses.com -all"}]
more.amazonses.com: [{TXT: "v=spf1 ip4:198.51.100.0/24 -all"}]
spf.protection.outlook.com: [{TXT: "v=spf1 ip4:192.0.2.0/24 -all"}]
)";
  const auto analysis = analysed(zone);
  ASSERT_EQ(analysis.shared.size(), 4U);
  EXPECT_EQ(std::ranges::count(analysis.issues, Kind::shared, &Issue::kind), 2);
  const auto address = shared_address(analysis);
  ASSERT_TRUE(address);
  EXPECT_EQ(address->ip.text(), "198.51.100.1");
  EXPECT_EQ(address->owner, "Amazon SES");
  EXPECT_TRUE(address->shared);
  EXPECT_TRUE(analysis.authorised.contains(address->ip));
}

TEST(SpfAnalyse, WithoutAKnownServiceAnotherOrganisationsAddressIsTaken) {
  const auto analysis = analysed(R"(
a.example: [{TXT: "v=spf1 include:own.a.example include:spf.host.example -all"}]
own.a.example: [{TXT: "v=spf1 ip4:192.0.2.1 -all"}]
spf.host.example: [{TXT: "v=spf1 -ip4:203.0.113.0/25 ip4:203.0.113.0/24 ip4:198.51.100.9 -all"}]
)");
  const auto address = shared_address(analysis);
  ASSERT_TRUE(address);
  EXPECT_EQ(address->ip.text(), "198.51.100.9");  // 203.0.113.1 does not pass
  EXPECT_EQ(address->owner, "spf.host.example");
  EXPECT_FALSE(address->shared);
  EXPECT_FALSE(shared_address(analysed("{a.example: [{TXT: 'v=spf1 ip4:192.0.2.1 -all'}]}")));
}

TEST(SpfAnalyse, EveryListedServiceIsFoundByItsName) {
  for (const SharedSender& sender : shared_senders()) {
    EXPECT_EQ(find_shared_sender(name_of(sender.domain)), &sender) << sender.domain;
  }
  EXPECT_EQ(find_shared_sender(name_of("eu._netblocks.mimecast.com"))->name, "Mimecast");
  EXPECT_EQ(find_shared_sender(name_of("notamazonses.com")), nullptr);
}

TEST(SpfAnalyse, AShorterRecordIsOffered) {
  EXPECT_EQ(analysed("{a.example: [{TXT: 'v=spf1 +ip4:192.0.2.0/25 ip4:192.0.2.128/25 -all'}]}").simpler,
            "v=spf1 ip4:192.0.2.0/24 -all");
  EXPECT_FALSE(analysed("{a.example: [{TXT: 'v=spf1 -all'}]}").simpler);
}

// What the analysis calls authorised is what check_host() passes.
TEST(SpfAnalyse, AgreesWithTheEvaluator) {
  const std::string zone = R"(
a.example: [{TXT: "v=spf1 -ip4:192.0.2.7 mx/30 ?a include:b.example ~ip4:198.51.100.0/25 redirect=c.example"}, {A: 192.0.2.9}, {MX: [1, h.a.example]}]
h.a.example: [{A: 192.0.2.5}, {AAAA: "2001:db8::1"}]
b.example: [{TXT: "v=spf1 ip4:192.0.2.0/28 -ip4:203.0.113.3 ip4:203.0.113.0/29 ?all"}]
c.example: [{TXT: "v=spf1 ip4:198.51.100.0/24 -all"}]
)";
  const auto analysis = analysed(zone);
  for (const char* prefix : {"192.0.2.", "198.51.100.", "203.0.113."}) {
    for (const int last : {0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 15, 16, 127, 128, 255}) {
      const auto ip = *base::IpAddress::parse(fmt::format("{}{}", prefix, last));
      const Input input = input_for(ip, "x@a.example", "h.example");
      const auto outcome =
          decide_over(zone, [&](facts::Facts& facts) { return check_host(input, facts); }).decision;
      EXPECT_EQ(analysis.authorised.contains(ip), outcome.result == Result::pass) << ip.text();
    }
  }
}

}  // namespace
}  // namespace rampart::spf
