#include "dns/name.h"

#include <gtest/gtest.h>

#include "dns/rr.h"

namespace rampart::dns {
namespace {

TEST(Name, IsCanonical) {
  const auto name = Name::parse("Mail.Ministry.EXAMPLE.");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->text(), "mail.ministry.example");
  EXPECT_EQ(*name, *Name::parse("mail.ministry.example"));
  EXPECT_EQ(name->hash(), Name::parse("MAIL.ministry.example")->hash());
  EXPECT_EQ(name->label_count(), 3U);
  EXPECT_EQ(name->label(1), "ministry");
  EXPECT_EQ(name->label(3), "");
  EXPECT_EQ(name->parent().text(), "ministry.example");
  EXPECT_EQ(name->suffix(1).text(), "example");
  EXPECT_EQ(Name().text(), ".");
  EXPECT_EQ(Name().parent(), Name());
}

TEST(Name, AnyByteMayStandInALabel) {
  const auto name = Name::parse(R"(a\.b.c\032\000d.example)");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->label_count(), 3U);
  EXPECT_EQ(name->label(0), "a.b");
  EXPECT_EQ(name->label(1), std::string_view("c \0d", 4));
  EXPECT_EQ(name->text(), R"(a\.b.c\032\000d.example)");
  EXPECT_EQ(Name::from_raw(R"(a\b.example)")->label(0), R"(a\b)");
  EXPECT_EQ(Name::from_wire(name->wire()), name);
}

TEST(Name, RefusesWhatIsNoName) {
  for (const auto* bad : {"", "..", ".a", "a..b", R"(a\)", R"(a\25)", R"(a\256)"})
    EXPECT_FALSE(Name::parse(bad)) << bad;
  EXPECT_TRUE(Name::parse(std::string(63, 'a') + ".b"));
  EXPECT_FALSE(Name::parse(std::string(64, 'a') + ".b"));
  std::string longest;  // 253 characters: three labels of 63 and one of 61
  for (const int length : {63, 63, 63, 61})
    longest += std::string(static_cast<std::size_t>(length), 'x') + ".";
  EXPECT_TRUE(Name::parse(longest));
  EXPECT_FALSE(Name::parse("x" + longest));
  EXPECT_FALSE(Name::parse(longest)->prepend("a"));
  EXPECT_EQ(Name::parse("a..b").error().where, "a..b");
  EXPECT_FALSE(
      Name::from_wire(std::string_view("\x05"
                                       "ab",
                                       3)));
}

TEST(Name, KnowsItsFamily) {
  const auto parent = *Name::parse("example.com");
  EXPECT_TRUE(Name::parse("a.example.com")->is_within(parent));
  EXPECT_TRUE(parent.is_within(parent));
  EXPECT_TRUE(parent.is_within(Name()));
  EXPECT_FALSE(Name::parse("badexample.com")->is_within(parent));
  EXPECT_FALSE(parent.is_within(*Name::parse("a.example.com")));
  EXPECT_EQ(parent.prepend("s1._domainkey")->text(), "s1._domainkey.example.com");
  EXPECT_EQ(parent.prepend_label("a.b")->text(), R"(a\.b.example.com)");
}

TEST(Rr, ReadsItsData) {
  EXPECT_EQ(parse_rr_type("txt"), RrType::txt);
  EXPECT_FALSE(parse_rr_type("SPF"));
  std::string soa = std::string(Name::parse("ns.example")->wire()) + '\0' +
                    std::string(Name::parse("h.example")->wire()) + '\0';
  soa += std::string(
      "\0\0\0\7"
      "\0\0\0\1"
      "\0\0\0\2"
      "\0\0\0\3"
      "\0\0\1\0",
      20);
  const auto parsed = parse_soa(soa);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->serial, 7U);
  EXPECT_EQ(parsed->minimum, 256U);
  EXPECT_FALSE(parse_soa(soa.substr(1)));
  EXPECT_EQ(parse_tlsa("\3\1\1abc")->association, "abc");
  EXPECT_FALSE(parse_tlsa("\3\1\1"));
}

}  // namespace
}  // namespace rampart::dns
