#include "audit/subdomains/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/subdomains/format.h"
#include "audit/subdomains/servers.h"
#include "auth/zone_test.h"
#include "base/json.h"

namespace rampart::audit::subdomains {
namespace {

using auth::TestZone;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const dns::Name kDomain = TestZone::name("bank.example");

Judged one(std::string_view name, Existence existence, Verdict verdict = Verdict::protected_) {
  Judged out;
  out.name = TestZone::name(name);
  out.existence = existence;
  out.verdict = verdict;
  return out;
}

Report sample() {
  Revealed revealed(kDomain);
  revealed.add(TestZone::name("b.bank.example"), Source::transfer);
  revealed.add(TestZone::name("elsewhere.example"), Source::list);
  auto weak = one("b.bank.example", Existence::records, Verdict::spoofable);
  weak.spf_text = "=v\x1b[31m";
  weak.spf = SpfState::usable;
  weak.mail_hosts = {"mx.post.example"};
  weak.policy = {.policy = Policy::none, .record_name = "_dmarc.b.bank.example", .tag = "p"};
  auto lost = one("c.bank.example", Existence::unknown);
  lost.why = "no reply";
  return make_report(
      revealed, {one("bank.example", Existence::records), one("a.bank.example", Existence::empty), weak, lost,
                 one("x.a.bank.example", Existence::empty), one("guess.bank.example", Existence::none),
                 one("w.bank.example", Existence::wildcard), one("u.bank.example", Existence::unproven)});
}

TEST(SubdomainsReport, TheDomainFirstThenTheWorst) {
  const auto report = sample();
  std::vector<std::string> names;
  for (const auto& row : report.rows) names.push_back(row.judged.name.text());
  EXPECT_THAT(names, ElementsAre("bank.example", "b.bank.example", "a.bank.example", "x.a.bank.example",
                                 "c.bank.example"));
  EXPECT_EQ(report.names, 8U);
  EXPECT_EQ(report.missing, 1U);
  EXPECT_EQ(report.wildcard, 1U);
  EXPECT_EQ(report.unproven, 1U);
  EXPECT_EQ(report.unknown, 1U);
  EXPECT_EQ(report.outside, 1U);
  EXPECT_THAT(report.wildcards, ElementsAre("bank.example"));
  EXPECT_EQ(report.with_verdict(Verdict::spoofable), 1U);
}

TEST(SubdomainsFormat, Text) {
  const auto text = text_of(sample(), {});
  EXPECT_THAT(text, HasSubstr("bank.example: 3 names below it"));
  EXPECT_THAT(text, HasSubstr("none (_dmarc.b.bank.example p)"));
  EXPECT_THAT(text, HasSubstr("anyone can send as it"));
  EXPECT_THAT(text, HasSubstr("wildcard"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(SubdomainsFormat, JsonCsvAndList) {
  const auto report = sample();
  const auto document = base::parse_json(json_of(report, {.version = "1"}), "json");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->at("schema").as_string(), "rampart.subdomains/1");
  EXPECT_EQ(document->at("names").as_array().size(), 5U);
  EXPECT_EQ(document->at("names").at(1).at("verdict").as_string(), "spoofable");
  EXPECT_EQ(document->at("names").at(1).at("dmarc").at("record").as_string(), "_dmarc.b.bank.example");
  EXPECT_FALSE(document->at("names").at(4).as_object().contains("verdict"));
  const auto csv = csv_of(report);
  EXPECT_THAT(csv, HasSubstr("\"'=v\\x1b[31m\""));
  EXPECT_EQ(std::ranges::count(csv.substr(0, csv.find('\r')), ','), 15);
  EXPECT_EQ(list_of(report), "bank.example\nb.bank.example\na.bank.example\nx.a.bank.example\n");
  const auto lines = json_lines_of(report);
  EXPECT_EQ(std::ranges::count(lines, '\n'), 5);
}

ZoneServers servers(TestZone& zone, std::string_view domain, bool allow_private = false) {
  const net::ProbeGuard guard(allow_private);
  return zone.run([&](facts::Facts& facts) { return find_servers(TestZone::name(domain), guard, facts); });
}

TEST(TransferServers, OfTheZoneAbove) {
  TestZone zone;
  zone.target("bank.example", dns::RrType::ns, "ns.host.example").address("ns.host.example", "9.9.9.9");
  zone.address("www.bank.example", "192.0.2.1");
  const auto found = servers(zone, "www.bank.example");
  EXPECT_EQ(found.zone, kDomain);
  ASSERT_EQ(found.servers.size(), 1U);
  EXPECT_EQ(found.servers[0].address.text(), "9.9.9.9");
}

TEST(TransferServers, NoPrivateAddressUnlessAllowed) {
  TestZone zone;
  zone.target("bank.example", dns::RrType::ns, "ns.host.example").address("ns.host.example", "10.0.0.1");
  EXPECT_TRUE(servers(zone, "bank.example").servers.empty());
  EXPECT_THAT(servers(zone, "bank.example").notes, ElementsAre(HasSubstr("ns.host.example")));
  EXPECT_EQ(servers(zone, "bank.example", true).servers.size(), 1U);
}

TEST(TransferServers, AnUnknownCutIsNotGuessed) {
  TestZone zone;
  zone.target("bank.example", dns::RrType::ns, "ns.host.example").address("ns.host.example", "9.9.9.9");
  zone.fails("www.bank.example", facts::Why::servfail);
  EXPECT_TRUE(servers(zone, "www.bank.example").servers.empty());
  TestZone none;
  none.address("www.bank.example", "192.0.2.1");
  EXPECT_THAT(servers(none, "www.bank.example").notes, ElementsAre(HasSubstr("no name servers")));
}

}  // namespace
}  // namespace rampart::audit::subdomains
