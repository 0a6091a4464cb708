#include "auth/dmarc/external.h"

#include <gtest/gtest.h>

#include "auth/zone_test.h"

namespace rampart::dmarc {
namespace {

using auth::TestZone;
using Authorisation = Destination::Authorisation;
using Receives = Destination::Receives;

std::vector<Destination> check(TestZone& zone, std::string_view domain, std::string_view record) {
  const Found found{TestZone::name(domain), std::make_shared<const Record>(parse(record))};
  return zone.run(
      [&](facts::Facts& facts) { return check_destinations(found, ReportKind::aggregate, facts); });
}

TEST(External, OneOrMoreRecordsAuthorise) {  // RFC 9990 section 4
  TestZone zone;
  zone.txt("_dmarc.blue.example", "v=DMARC1; p=none");
  zone.txt("blue.example._report._dmarc.red.test", "v=DMARC1;")
      .txt("blue.example._report._dmarc.red.test", "v=DMARC1");
  zone.txt("*._report._dmarc.any.test", "v=DMARC1").txt("blue.example._report._dmarc.no.test", "yes");
  zone.fails("blue.example._report._dmarc.dead.test", facts::Why::timeout);
  zone.mx("red.test", 10, "mx.red.test").mx("any.test", 0, ".").address("no.test", "192.0.2.1");
  const auto all =
      check(zone, "blue.example",
            "v=DMARC1; p=none; rua=mailto:a@red.test,mailto:a@any.test,mailto:a@no.test,mailto:a@dead.test,"
            "mailto:a@reports.blue.example,broken");
  ASSERT_EQ(all.size(), 6U);
  EXPECT_EQ(all[0].authorisation, Authorisation::authorised);
  EXPECT_EQ(all[0].asked->text(), "blue.example._report._dmarc.red.test");
  EXPECT_EQ(all[0].receives, Receives::yes);
  EXPECT_EQ(all[1].authorisation, Authorisation::authorised);
  EXPECT_EQ(all[1].receives, Receives::no);
  EXPECT_EQ(all[2].authorisation, Authorisation::unauthorised);
  EXPECT_EQ(all[2].receives, Receives::yes);
  EXPECT_EQ(all[3].authorisation, Authorisation::unknown);
  EXPECT_EQ(all[4].authorisation, Authorisation::same_organization);
  EXPECT_EQ(all[4].receives, Receives::no);
  EXPECT_EQ(all[5].authorisation, Authorisation::not_applicable);
  EXPECT_LE(zone.rounds(), 2);
}

TEST(External, OrganizationsAreComparedByWalk) {
  TestZone zone;
  zone.txt("_dmarc.ministry.example", "v=DMARC1; p=none")
      .txt("_dmarc.tax.ministry.example", "v=DMARC1; p=none; psd=n");
  zone.txt("_dmarc.unit.ministry.example", "v=DMARC1; p=none");
  const auto* record = "v=DMARC1; p=none; rua=mailto:a@ministry.example";
  EXPECT_EQ(check(zone, "unit.ministry.example", record)[0].authorisation, Authorisation::same_organization);
  EXPECT_EQ(check(zone, "tax.ministry.example", record)[0].authorisation, Authorisation::unauthorised);
}

TEST(External, AnOverrideMustKeepTheHost) {  // step 9
  TestZone zone;
  zone.txt("blue.example._report._dmarc.red.test", "v=DMARC1; rua=mailto:other@red.test");
  zone.txt("blue.example._report._dmarc.bad.test", "v=DMARC1; rua=mailto:victim@else.test");
  const auto all = check(zone, "blue.example", "v=DMARC1; p=none; rua=mailto:a@red.test,mailto:a@bad.test");
  EXPECT_EQ(all[0].authorisation, Authorisation::authorised);
  ASSERT_EQ(all[0].override_uris.size(), 1U);
  EXPECT_EQ(all[0].override_uris[0].address, "other@red.test");
  EXPECT_EQ(all[1].authorisation, Authorisation::overridden_away);
  EXPECT_TRUE(all[1].override_uris.empty());
}

TEST(External, ANameThatIsTooLongIsNoAuthorisation) {  // step 4
  TestZone zone;
  const auto label = std::string(60, 'a');
  const auto domain = label + "." + label + "." + label + ".example";
  const auto host = std::string(60, 'b') + ".test";
  const auto all = check(zone, domain, "v=DMARC1; p=none; rua=mailto:a@" + host);
  EXPECT_EQ(all[0].authorisation, Authorisation::unauthorised);
  EXPECT_FALSE(all[0].asked);
}

TEST(External, WhoReceivesMail) {
  TestZone zone;
  zone.mx("null.test", 0, ".")
      .mx("mx.test", 10, "a.mx.test")
      .address("a.test", "2001:db8::1")
      .txt("txt.test", "x");
  zone.fails("dead.test", facts::Why::servfail);
  const auto receives = [&](std::string_view name) {
    return zone.run([&](facts::Facts& facts) {
      std::string why;
      const auto result = receives_mail(TestZone::name(name), facts, why);
      return std::pair(result, why);
    });
  };
  EXPECT_EQ(receives("null.test").first, Receives::no);
  EXPECT_EQ(receives("mx.test").first, Receives::yes);
  EXPECT_EQ(receives("a.test").first, Receives::yes);
  EXPECT_EQ(receives("txt.test").first, Receives::no);
  EXPECT_EQ(receives("gone.test").first, Receives::no);
  EXPECT_EQ(receives("dead.test").first, Receives::unknown);
  EXPECT_FALSE(receives("dead.test").second.empty());
}

}  // namespace
}  // namespace rampart::dmarc
