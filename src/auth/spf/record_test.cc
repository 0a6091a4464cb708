#include "auth/spf/record.h"

#include <gtest/gtest.h>

namespace rampart::spf {
namespace {

struct Case {
  std::string_view text;
  FaultCode fault;
  std::string_view word;  // where it stands
};

TEST(SpfRecord, EveryFaultIsNamedWithItsPlace) {
  const Case cases[] = {
      {"v=spf1 moo -all", FaultCode::unknown_mechanism, "moo"},
      {"v=spf1 moo.cow/far=x", FaultCode::unknown_mechanism, "moo.cow/far=x"},
      {"v=spf1 redirect:x.example", FaultCode::modifier_as_mechanism, "redirect:x.example"},
      {"v=spf1 -redirect=x.example", FaultCode::qualified_modifier, "-redirect=x.example"},
      {"v=spf1 1up=x", FaultCode::bad_modifier_name, "1up=x"},
      {"v=spf1 =x", FaultCode::bad_modifier_name, "=x"},
      {"v=spf1 include", FaultCode::missing_domain, "include"},
      {"v=spf1 include: -all", FaultCode::missing_domain, "include:"},
      {"v=spf1 exists/24", FaultCode::missing_domain, "exists/24"},
      {"v=spf1 redirect=", FaultCode::missing_domain, "redirect="},
      {"v=spf1 a:museum", FaultCode::bad_domain, "a:museum"},
      {"v=spf1 a:x.123", FaultCode::bad_domain, "a:x.123"},
      {"v=spf1 a:x.-y", FaultCode::bad_domain, "a:x.-y"},
      {"v=spf1 a:192.0.2.1", FaultCode::address_as_domain, "a:192.0.2.1"},
      {"v=spf1 mx:192.0.2.1/24", FaultCode::address_as_domain, "mx:192.0.2.1/24"},
      {"v=spf1 exists:%(i).x.example", FaultCode::bad_macro, "exists:%(i).x.example"},
      {"v=spf1 exists:%{x}", FaultCode::bad_macro, "exists:%{x}"},
      {"v=spf1 exists:%{d0}", FaultCode::bad_macro, "exists:%{d0}"},
      {"v=spf1 exists:%{c}.x.example", FaultCode::exp_only_macro, "exists:%{c}.x.example"},
      {"v=spf1 ip4:192.0.2", FaultCode::bad_ip4, "ip4:192.0.2"},
      {"v=spf1 ip4:192.0.2.01", FaultCode::bad_ip4, "ip4:192.0.2.01"},
      {"v=spf1 ip4:2001:db8::", FaultCode::bad_ip4, "ip4:2001:db8::"},
      {"v=spf1 ip4", FaultCode::bad_ip4, "ip4"},
      {"v=spf1 ip6:192.0.2.1", FaultCode::bad_ip6, "ip6:192.0.2.1"},
      {"v=spf1 ip4:192.0.2.0/33", FaultCode::bad_prefix, "ip4:192.0.2.0/33"},
      {"v=spf1 ip4:192.0.2.0/08", FaultCode::bad_prefix, "ip4:192.0.2.0/08"},
      {"v=spf1 ip4:192.0.2.0/", FaultCode::bad_prefix, "ip4:192.0.2.0/"},
      {"v=spf1 ip6:::/129", FaultCode::bad_prefix, "ip6:::/129"},
      {"v=spf1 a/24/64", FaultCode::bad_prefix, "a/24/64"},
      {"v=spf1 a/33", FaultCode::bad_prefix, "a/33"},
      {"v=spf1 mx//129", FaultCode::bad_prefix, "mx//129"},
      {"v=spf1 -all:x", FaultCode::unexpected_argument, "-all:x"},
      {"v=spf1 ptr/24", FaultCode::unexpected_argument, "ptr/24"},
      {"v=spf1 redirect=a.example redirect=b.example", FaultCode::repeated_redirect, "redirect=b.example"},
      {"v=spf1 exp=a.example exp=b.example", FaultCode::repeated_exp, "exp=b.example"},
      {"v=spf1 \x80x -all", FaultCode::bad_byte, "\x80x"},
      {"v=spf1 a\t-all", FaultCode::bad_byte, "a\t-all"},
      {"v=spf1", FaultCode::none, ""},
      {"v=spf10 -all", FaultCode::version, "v=spf1"},
      {"", FaultCode::version, ""},
  };
  for (const Case& one : cases) {
    const Record record = parse(one.text);
    if (one.fault == FaultCode::none) {
      EXPECT_TRUE(record.valid()) << one.text;
      continue;
    }
    ASSERT_EQ(record.faults.size(), 1U) << one.text;
    EXPECT_EQ(to_string(record.faults[0].code), to_string(one.fault)) << one.text;
    EXPECT_EQ(record.at(record.faults[0].span), one.word) << one.text;
    EXPECT_FALSE(describe(one.fault).empty());
    EXPECT_FALSE(section_of(one.fault).empty());
  }
}

TEST(SpfRecord, AllFaultsOfARecordAreFoundAndTheRestIsRead) {
  const Record record = parse("v=spf1 ip4:1.2.3 a include: moo ip4:192.0.2.0/24 -all");
  ASSERT_EQ(record.faults.size(), 3U);
  EXPECT_EQ(record.faults[2].code, FaultCode::unknown_mechanism);
  ASSERT_EQ(record.terms.size(), 3U);
  EXPECT_EQ(record.terms[1].kind, TermKind::ip4);
  EXPECT_EQ(format(record), "v=spf1 a ip4:192.0.2.0/24 -all");
}

TEST(SpfRecord, TermsAreReadWhole) {
  const Record record = parse(
      "V=SPF1  ~A:Foo:bar/baz.example/24//64 ?MX/16 +ip6:2001:DB8::/32 ptr exp=x.example UNKNOWN.x=%{i}y ");
  ASSERT_TRUE(record.valid());
  ASSERT_EQ(record.terms.size(), 6U);
  EXPECT_EQ(record.terms[0].qualifier, Qualifier::softfail);
  EXPECT_EQ(record.domain(record.terms[0]), "Foo:bar/baz.example");
  EXPECT_EQ(record.terms[0].prefix4, 24);
  EXPECT_EQ(record.terms[0].prefix6, 64);
  EXPECT_EQ(record.terms[1].prefix4, 16);
  EXPECT_EQ(record.terms[2].address.text(), "2001:db8::");
  EXPECT_EQ(record.word(record.terms[3]), "ptr");
  EXPECT_TRUE(record.terms[5].macros);
  EXPECT_EQ(
      format(record),
      "v=spf1 ~a:Foo:bar/baz.example/24//64 ?mx/16 ip6:2001:db8::/32 ptr exp=x.example UNKNOWN.x=%{i}y");
}

TEST(SpfRecord, FormatOfItsOwnOutputChangesNothing) {
  for (const std::string_view text :
       {"v=spf1 +A:x.example/32//128 -all", "v=spf1 redirect=%{d1r}.x.example", "v=spf1 ip4:192.0.2.1/32"}) {
    const std::string once = format(parse(text));
    EXPECT_EQ(format(parse(once)), once);
  }
}

TEST(SpfRecord, FaultsAreBounded) {
  std::string text = "v=spf1";
  for (int i = 0; i < 5000; ++i) text += " !";
  EXPECT_EQ(parse(text).faults.size(), kMaxFaults);
}

TEST(SpfRecord, OnlyOneTextIsSpf) {
  EXPECT_TRUE(is_spf("v=spf1"));
  EXPECT_TRUE(is_spf("V=sPf1 -all"));
  EXPECT_FALSE(is_spf("v=spf1;-all"));
  EXPECT_FALSE(is_spf(" v=spf1 -all"));
  EXPECT_FALSE(is_spf("v=spf"));
}

}  // namespace
}  // namespace rampart::spf
