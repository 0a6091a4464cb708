#include "dns/domain.h"

#include <gtest/gtest.h>

#include "dns/known_suffix.h"

namespace rampart::dns {
namespace {

std::string parsed(std::string_view text) {
  const auto name = parse_domain(text);
  return name ? name->text() : "error: " + name.error().what;
}

std::string hint(std::string_view text) {
  const auto name = parse_domain(text);
  return name ? "accepted as " + name->text() : name.error().hint;
}

TEST(Domain, ReadsWhatPeopleWrite) {
  EXPECT_EQ(parsed("Ministry.Example"), "ministry.example");
  EXPECT_EQ(parsed("  ministry.example.\r\n"), "ministry.example");
  EXPECT_EQ(parsed("pk"), "pk") << "a top-level domain can be audited";
  EXPECT_EQ(parsed("_dmarc.ministry.example"), "_dmarc.ministry.example");
  EXPECT_EQ(parsed("a_b-.example"), "a_b-.example");
  EXPECT_EQ(parsed("2.0.192.in-addr.arpa"), "2.0.192.in-addr.arpa");
}

TEST(Domain, ULabelsAndALabelsAreOneName) {
  EXPECT_EQ(parsed("پاکستان.example"), "xn--mgbai9azgqp6j.example");
  EXPECT_EQ(parsed("XN--MGBAI9AZGQP6J.example"), "xn--mgbai9azgqp6j.example");
  EXPECT_EQ(parsed("BÜCHER.example"), "xn--bcher-kva.example");
  EXPECT_EQ(parsed("bu\u0308cher.example"), "xn--bcher-kva.example") << "NFC first";
  EXPECT_EQ(parsed("faß.example"), "xn--fa-hia.example") << "UTS 46, non-transitional";
  EXPECT_EQ(parsed("例え。example"), "xn--r8jz45g.example") << "an ideographic full stop separates labels";
  EXPECT_EQ(parsed("例え。example。"), "xn--r8jz45g.example");
  EXPECT_EQ(parsed("_dmarc.bücher.example"), "_dmarc.xn--bcher-kva.example");
}

TEST(Domain, HintsAtWhatWasMeant) {
  EXPECT_EQ(hint("https://ministry.example/"), "did you mean ministry.example?");
  EXPECT_EQ(hint("https://user@www.ministry.example:8443/a?b#c"), "did you mean www.ministry.example?");
  EXPECT_EQ(hint("ministry.example/contact"), "did you mean ministry.example?");
  EXPECT_EQ(hint("ministry.example:25"), "did you mean ministry.example?");
  EXPECT_EQ(hint("info@ministry.example"), "did you mean ministry.example?");
  EXPECT_EQ(hint("mailto:info@پاکستان.example"), "did you mean پاکستان.example?");
  EXPECT_EQ(hint("Info <info@ministry.example>"), "give one domain at a time; in a list, one a line");
  EXPECT_EQ(hint("*.ministry.example"), "did you mean ministry.example?");
  EXPECT_EQ(hint(".ministry.example"), "did you mean ministry.example?");
  EXPECT_EQ(hint("a.example,b.example"), "give one domain at a time; in a list, one a line");
  EXPECT_EQ(hint("https://"), "write the domain alone, as in ministry.example");
  EXPECT_EQ(hint(""), "write the domain alone, as in ministry.example");
}

TEST(Domain, RefusesWhatIsNoDomain) {
  EXPECT_EQ(parsed("   "), "error: the domain is empty");
  EXPECT_EQ(parsed("."), "error: the root is not a domain that sends mail");
  EXPECT_EQ(parsed("192.0.2.1"), "error: is an IP address, not a domain");
  EXPECT_EQ(parsed("[2001:db8::1]"), "error: is an IP address, not a domain");
  EXPECT_EQ(parsed("192.0.2.0/24"), "error: is an IP address, not a domain");
  EXPECT_EQ(parsed("192.0.2.300"), "error: ends in a number, which no domain does");
  EXPECT_EQ(parsed("a b.example"), "error: has a space in it");
  EXPECT_EQ(parsed("a\"b.example"), "error: holds '\"', which no domain has");
  EXPECT_EQ(parsed(std::string_view("a\0b.example", 11)), "error: holds the byte 0, which no domain has");
  EXPECT_EQ(parsed("a\u200bb.example"), "error: holds the invisible character U+200B, which no domain has");
  EXPECT_EQ(parsed("a℀b.example"), "error: holds '/', which no domain has") << "UTS 46 maps U+2100 to a/c";
  EXPECT_EQ(parsed("\xff.example"), "error: is not valid UTF-8");
  EXPECT_EQ(parsed("a..example"), "error: the name has an empty label (two dots in a row, or a leading dot)");
  EXPECT_EQ(parsed(std::string(64, 'a') + ".example"),
            "error: a label is longer than 63 octets (RFC 1035 section 2.3.4)");
  EXPECT_EQ(parsed(std::string(100'000, 'a')),
            "error: the name is longer than 253 characters (RFC 1035 section 2.3.4)");
  EXPECT_TRUE(parsed("-\u0301a.example").starts_with("error: is not a valid internationalised name"));
  const auto shown = parse_domain("a\x1b[31m.example/");
  ASSERT_FALSE(shown);
  EXPECT_EQ(shown.error().where, "a\\x1b[31m.example/");
}

TEST(Domain, ShowsULabelsThatDeceiveNobody) {
  const auto shown = [](std::string_view text) { return display(*parse_domain(text)); };
  EXPECT_EQ(shown("xn--mgbai9azgqp6j.example"), "پاکستان.example");
  EXPECT_EQ(shown("_dmarc.xn--bcher-kva.example"), "_dmarc.bücher.example");
  EXPECT_EQ(shown("ministry.example"), "ministry.example");
  EXPECT_EQ(shown("аррӏе.example"), "xn--80ak6aa92e.example") << "Cyrillic that looks like ASCII";
  EXPECT_EQ(shown("mіnistry.example"), "xn--mnistry-rog.example") << "one Cyrillic letter among Latin";
  EXPECT_EQ(shown("xn--a.example"), "xn--a.example") << "no U-label gives it";
  EXPECT_EQ(display(*Name::parse(R"(a\.b\027.xn--bcher-kva)")), "a\\.b\\027.bücher");
  EXPECT_EQ(display(Name()), ".");
}

TEST(Domain, PublicSuffixes) {
  const auto suffix = [](std::string_view text) { return public_suffix(*Name::parse(text)).text(); };
  EXPECT_EQ(suffix("www.ministry.gov.pk"), "gov.pk");
  EXPECT_EQ(suffix("gov.pk"), "gov.pk");
  EXPECT_EQ(suffix("www.ministry.example"), "example");
  EXPECT_EQ(suffix(R"(a\.co.uk)"), "uk") << "a dot inside a label is no border";
  EXPECT_EQ(suffix("."), ".");
  EXPECT_EQ(registered_domain(*Name::parse("mail.www.ministry.gov.pk"))->text(), "ministry.gov.pk");
  EXPECT_FALSE(registered_domain(*Name::parse("gov.pk")));
  EXPECT_FALSE(registered_domain(Name()));
}

TEST(Domain, KnownSuffixes) {
  for (const auto* text : {"example.com", "com", "a.co.uk", "x.pk", "a.github.io"})
    EXPECT_TRUE(has_known_suffix(*Name::parse(text))) << text;
  for (const auto* text : {"report.doc", "a.example", "localhost", "."})
    EXPECT_FALSE(has_known_suffix(*Name::parse(text))) << text;
}

}  // namespace
}  // namespace rampart::dns
