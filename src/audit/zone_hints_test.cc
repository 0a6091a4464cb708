#include "audit/zone_hints.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::audit {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Hints : public testing::Test {
 protected:
  Input hints(std::string_view domain, std::string_view text) {
    facts::Zones zones;
    const auto added =
        zones.add_text("$ORIGIN example.\n@ 60 SOA ns host 1 2 3 4 5\n" + std::string(text), "test.zone");
    EXPECT_TRUE(added) << added.error().message();
    Input input;
    input.domain = *dns::Name::try_parse(domain);
    ZoneHints(zones).apply(input, zones);
    return input;
  }
  static std::vector<std::string> texts(const std::vector<dns::Name>& names) {
    std::vector<std::string> out;
    for (const auto& name : names) out.push_back(name.text());
    return out;
  }
};

TEST_F(Hints, SelectorsOfTheDomainAlone) {
  const auto input =
      hints("a.example",
            "s2._domainkey.a TXT \"p=\"\ns1._domainkey.a TXT \"p=\"\nx.y._domainkey.a CNAME z\n"
            "*._domainkey.a TXT \"p=\"\nother._domainkey.b.a TXT \"p=\"\n_domainkey.a TXT \"o=-\"\n");
  EXPECT_THAT(input.zone_selectors, ElementsAre("s1", "s2", "x.y"));
  EXPECT_TRUE(input.zone_is_complete);
}

TEST_F(Hints, ADelegatedDomainIsNotComplete) {
  EXPECT_FALSE(hints("a.example", "a NS ns.elsewhere.\n").zone_is_complete);
  EXPECT_FALSE(hints("a.example", "_domainkey.a NS ns.elsewhere.\n").zone_is_complete);
  EXPECT_FALSE(hints("a.test", "a A 192.0.2.1\n").zone_is_complete) << "a domain of another zone";
  EXPECT_TRUE(hints("a.example", "a A 192.0.2.1\n").zone_is_complete);
}

TEST_F(Hints, SubdomainsThatSendMailComeFirst) {
  const auto input = hints("a.example",
                           "zz.a MX 0 .\nhost.a A 192.0.2.1\n_sip._tcp.a TXT x\n*.a TXT x\ntext.a TXT x\n"
                           "deep.er.a TXT x\ns1._domainkey.a TXT x\n");
  EXPECT_THAT(
      texts(input.known_subdomains),
      ElementsAre("zz.a.example", "host.a.example", "deep.er.a.example", "er.a.example", "text.a.example"));
}

// What an audit of the published zone finds by itself is left to it, so that both say the same.
TEST_F(Hints, WwwAndMailServersNeedNoHint) {
  EXPECT_THAT(hints("a.example", "www.a A 192.0.2.1\nshop.a MX 0 .\n").known_subdomains, IsEmpty());
  EXPECT_THAT(hints("a.example", "a MX 5 mx.a\nmx.a A 192.0.2.1\nshop.a MX 0 .\n").known_subdomains,
              IsEmpty());
  EXPECT_THAT(texts(hints("a.example", "a MX 5 mx.b\nmx.b A 192.0.2.1\nshop.a MX 0 .\n").known_subdomains),
              ElementsAre("shop.a.example"));
}

// Their envelope senders are a stranger's, so services and wildcards count as well.
TEST_F(Hints, NamesWithSpfOfTheirOwn) {
  const auto input = hints("a.example",
                           "www.a A 192.0.2.1\na TXT \"v=spf1 -all\"\nerp.a TXT \"v=spf1 +all\"\nx.a TXT y\n"
                           "_spf.a TXT \"v=spf1 ~all\"\n*.deep.er.a TXT \"v=spf1 ?all\"\nal.a CNAME erp.a\n"
                           "out.a CNAME x.elsewhere.\nb TXT \"v=spf1 +all\"\n");
  EXPECT_THAT(texts(input.spf_subdomains),
              ElementsAre("al.a.example", "erp.a.example", "_spf.a.example", "*.deep.er.a.example"));
  EXPECT_EQ(input.spf_subdomains_left_out, 0U);
  std::string text;
  for (int i = 0; i < 50; ++i) text += fmt::format("h{}.a TXT \"v=spf1 -all\"\n", i);
  const auto many = hints("a.example", text);
  EXPECT_EQ(many.spf_subdomains.size(), ZoneHints::kMaxSenders);
  EXPECT_EQ(many.spf_subdomains_left_out, 50 - ZoneHints::kMaxSenders);
}

// RFC 9989 section 4.4.2: what lies beside a subdomain in one organisation is aligned with it.
TEST_F(Hints, NamesBesideWithSpfOfTheirOwn) {
  const std::string zone =
      "sub.a TXT \"v=spf1 -all\"\nx.sub.a TXT \"v=spf1 -all\"\nbro.a TXT \"v=spf1 +all\"\n"
      "b TXT \"v=spf1 +all\"\n";
  const auto input = hints("sub.a.example", zone);
  EXPECT_THAT(texts(input.spf_subdomains), ElementsAre("x.sub.a.example"));
  EXPECT_THAT(texts(input.spf_siblings), ElementsAre("bro.a.example"));
  EXPECT_EQ(input.spf_siblings_left_out, 0U);
  EXPECT_THAT(hints("a.example", zone).spf_siblings, IsEmpty());
  std::string text = zone;
  for (int i = 0; i < 50; ++i) text += fmt::format("h{}.a TXT \"v=spf1 -all\"\n", i);
  const auto many = hints("sub.a.example", text);
  EXPECT_LE(many.spf_siblings.size(), ZoneHints::kMaxSenders);
  EXPECT_EQ(many.spf_siblings.size() + many.spf_siblings_left_out, 51U);
}

TEST_F(Hints, NamesWithDmarcOfTheirOwn) {
  const auto input =
      hints("a.example",
            "_dmarc.a TXT \"v=DMARC1; p=reject\"\n_dmarc.erp.a TXT \"v=DMARC1; p=none\"\n"
            "_dmarc.x.y.a CNAME _dmarc.erp.a\n_dmarc.z.a TXT z\n_dmarc.b TXT \"v=DMARC1; p=none\"\n");
  EXPECT_THAT(texts(input.dmarc_subdomains), ElementsAre("erp.a.example", "x.y.a.example"));
  EXPECT_EQ(input.dmarc_subdomains_left_out, 0U);
}

// RFC 4592 section 2.1.1: an asterisk inside a name is no wildcard; and services have no From field.
TEST_F(Hints, DmarcOfWhatIsNobodysFromDomain) {
  const auto input = hints("a.example",
                           "_dmarc.*.a TXT \"v=DMARC1; p=none\"\n_dmarc._dmarc.a TXT \"v=DMARC1; p=none\"\n"
                           "_dmarc.s1._domainkey.a TXT \"v=DMARC1; p=none\"\n"
                           "_dmarc.x.*.a TXT \"v=DMARC1; p=none\"\n");
  EXPECT_THAT(input.dmarc_subdomains, IsEmpty());
  EXPECT_EQ(input.dmarc_subdomains_left_out, 0U);
}

TEST_F(Hints, ManyNamesAreBounded) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += fmt::format("h{}.a A 192.0.2.1\ns{}._domainkey.a TXT x\n", i, i);
  const auto input = hints("a.example", text);
  EXPECT_EQ(input.known_subdomains.size(), ZoneHints::kMaxSubdomains);
  EXPECT_EQ(input.zone_selectors.size(), ZoneHints::kMaxSelectors);
  EXPECT_EQ(input.known_subdomains[0].text(), "h0.a.example");
}

TEST(ProposedSelectors, ThoseOfTheDomain) {
  const auto edit = facts::ZoneEdit::parse(
      "$ORIGIN a.example.\ns9._domainkey TXT \"p=\"\n_domainkey TXT x\n*._domainkey TXT x\ns1._domainkey.b "
      "TXT x\n_dmarc TXT x\nerp TXT \"v=spf1 +all\"\n@ TXT \"v=spf1 -all\"\n_dmarc.hr TXT \"v=DMARC1; "
      "p=none\"\n_dmarc.* TXT \"v=DMARC1; p=none\"\n_dmarc._dmarc TXT \"v=DMARC1; p=none\"\n",
      "fix");
  ASSERT_TRUE(edit) << edit.error().message();
  Input input;
  input.domain = *dns::Name::try_parse("a.example");
  input.zone_selectors = {"s1"};
  add_proposed(input, *edit);
  add_proposed(input, *edit);
  EXPECT_THAT(input.zone_selectors, ElementsAre("s1", "s9"));
  ASSERT_EQ(input.spf_subdomains.size(), 1U);
  EXPECT_EQ(input.spf_subdomains[0].text(), "erp.a.example");
  ASSERT_EQ(input.dmarc_subdomains.size(), 1U);
  EXPECT_EQ(input.dmarc_subdomains[0].text(), "hr.a.example");
  EXPECT_THAT(input.spf_siblings, IsEmpty());
  Input sibling;
  sibling.domain = *dns::Name::try_parse("sub.a.example");
  add_proposed(sibling, *edit);
  ASSERT_EQ(sibling.spf_siblings.size(), 2U) << "the Organizational Domain itself, too";
  EXPECT_EQ(sibling.spf_siblings[1].text(), "erp.a.example");
}

}  // namespace
}  // namespace rampart::audit
