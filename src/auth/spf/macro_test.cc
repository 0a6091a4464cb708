#include "auth/spf/macro.h"

#include <gtest/gtest.h>

namespace rampart::spf {
namespace {

// The values of RFC 7208 section 7.4.
MacroValues rfc_values(std::string_view ip = "192.0.2.3") {
  return {.local_part = "strong-bad",
          .sender_domain = "email.example.com",
          .domain = "email.example.com",
          .helo = "mx.example.org",
          .receiver = "mx.example.net",
          .validated = "mx.example.org",
          .ip = *base::IpAddress::parse(ip),
          .now = base::Time(std::chrono::seconds(1234567890))};
}

std::string expanded(std::string_view text, const MacroValues& values) {
  char buffer[1024];
  return std::string(expand(text, values, buffer).text);
}

TEST(SpfMacro, TheExamplesOfTheStandard) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"%{s}", "strong-bad@email.example.com"},
      {"%{o}", "email.example.com"},
      {"%{d}", "email.example.com"},
      {"%{d4}", "email.example.com"},
      {"%{d3}", "email.example.com"},
      {"%{d2}", "example.com"},
      {"%{d1}", "com"},
      {"%{dr}", "com.example.email"},
      {"%{d2r}", "example.email"},
      {"%{l}", "strong-bad"},
      {"%{l-}", "strong.bad"},
      {"%{lr}", "strong-bad"},
      {"%{lr-}", "bad.strong"},
      {"%{l1r-}", "strong"},
      {"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
      {"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
      {"%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
      {"%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"},
      {"%%%_%-", "% %20"},
      {"%{h} %{r} %{c} %{t} %{p}", "mx.example.org mx.example.net 192.0.2.3 1234567890 mx.example.org"},
      {"%{d99999999999999999999}", "email.example.com"},
  };
  for (const auto& [text, want] : cases) {
    EXPECT_EQ(check_macros(text, MacroUse::explanation).code, FaultCode::none) << text;
    EXPECT_EQ(expanded(text, rfc_values()), want) << text;
  }
  EXPECT_EQ(expanded("%{ir}.%{v}._spf.%{d2}", rfc_values("2001:db8::cb01")),
            "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6._spf.example.com");
}

TEST(SpfMacro, UpperCaseIsUrlEscaped) {
  auto values = rfc_values();
  values.local_part = "~jack&jill=up-a_b3.c\xff";
  EXPECT_EQ(expanded("%{L}", values), "~jack%26jill%3Dup-a_b3.c%FF");
  EXPECT_EQ(expanded("%{S1}", values), "com");
}

TEST(SpfMacro, FaultsAreNamed) {
  const std::pair<std::string_view, FaultCode> cases[] = {
      {"%", FaultCode::bad_macro},
      {"%a", FaultCode::bad_macro},
      {"%{", FaultCode::bad_macro},
      {"%{i", FaultCode::bad_macro},
      {"%{s2.@}", FaultCode::bad_macro},
      {"%{irr}", FaultCode::bad_macro},
      {"%{r}", FaultCode::exp_only_macro},
      {"a b", FaultCode::bad_byte},
      {std::string_view("%\0", 2), FaultCode::bad_macro},
      {std::string_view("%{\0}", 4), FaultCode::bad_macro},
  };
  for (const auto& [text, want] : cases) EXPECT_EQ(check_macros(text, MacroUse::domain).code, want) << text;
  EXPECT_EQ(check_macros("%{r}", MacroUse::modifier).code, FaultCode::none);
  EXPECT_EQ(check_macros("a b", MacroUse::modifier).code, FaultCode::bad_byte);
  EXPECT_EQ(check_macros("a b", MacroUse::explanation).code, FaultCode::none);
}

TEST(SpfMacro, DomainSpecsEndInAMacroOrATopLabel) {
  for (const std::string_view good :
       {"a.b", "a.b.", "%{d}", "x%{d}", "a.%{d}.xn--x", "%%.example", "%%", "a..example"}) {
    EXPECT_EQ(check_domain_spec(good).code, FaultCode::none) << good;
  }
  for (const std::string_view bad : {"", "a", "a.", ".", "a.1", "a.b-", "a.b..", "%{d}x", "a.b c.d"}) {
    EXPECT_NE(check_domain_spec(bad).code, FaultCode::none) << bad;
  }
}

TEST(SpfMacro, LongNamesLoseLabelsOnTheLeft) {
  auto values = rfc_values();
  const std::string label(60, 'a');
  values.local_part = label;
  const auto name = expand_name("%{l}.%{l}.%{l}.%{l}.%{l}.x.example", values);
  ASSERT_TRUE(name);
  EXPECT_EQ(name->text(), label + "." + label + "." + label + "." + label + ".x.example");
  // a first label that is itself too long leaves the labels behind it
  const std::string long_label(256, 'b');
  values.local_part = long_label;
  EXPECT_EQ(expand_name("%{l}.y.example", values)->text(), "y.example");
  EXPECT_FALSE(expand_name("%{l}", values));
}

TEST(SpfMacro, NoLegalNameIsNoName) {
  auto values = rfc_values();
  values.helo = "..";
  EXPECT_FALSE(expand_name("%{h}", values));
  values.helo = "";
  EXPECT_FALSE(expand_name("%{h}", values));
  EXPECT_FALSE(expand_name("a..example", values));
  values.helo = "foo..";
  EXPECT_FALSE(expand_name("%{h}", values));
  EXPECT_EQ(expand_name("A.Example.", values)->text(), "a.example");
}

TEST(SpfMacro, TheCostIsBoundedByTheBuffer) {
  auto values = rfc_values();
  const std::string local = std::string(200, 'x') + "." + std::string(50, 'y');
  values.local_part = local;
  std::string text;
  for (int i = 0; i < 10000; ++i) text += "%{lr.-+}";
  char buffer[512];
  const auto out = expand(text, values, buffer);
  EXPECT_TRUE(out.cut);
  EXPECT_EQ(out.text.size(), sizeof buffer);
}

TEST(SpfMacro, ValuesThatWereNotGivenAreEmpty) {
  EXPECT_EQ(expanded("%{h}.%{l}.%{s}.x", {}), "..@.x");
  EXPECT_EQ(expanded("%{hr}%{L}", {}), "");
}

TEST(SpfMacro, RawTextKeepsEveryByte) {
  RawNameBuffer buffer;
  EXPECT_EQ(raw_text(*dns::Name::from_raw("a b.c\\d.example"), buffer), "a b.c\\d.example");
  EXPECT_EQ(raw_text(dns::Name(), buffer), "");
}

}  // namespace
}  // namespace rampart::spf
