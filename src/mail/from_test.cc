#include "mail/from.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::mail {
namespace {

using ::testing::HasSubstr;

// "one.example two.example", and behind a bar what is wrong.
std::string read(std::string_view fields) {
  const auto text = fmt::format("{}\r\n\r\n", fields);
  const auto header = read_header(text);
  const auto author = read_author(*header);
  std::string out;
  for (const auto& domain : author.domains) out += (out.empty() ? "" : " ") + domain.text();
  return author.fault.empty() ? out : fmt::format("{} | {}", out, author.fault);
}
std::string from(std::string_view value) { return read(fmt::format("From: {}", value)); }

TEST(From, AsMailIs) {
  EXPECT_EQ(from("a@one.example"), "one.example");
  EXPECT_EQ(from("A <a@one.example>"), "one.example");
  EXPECT_EQ(from("\"A, B\" <a@ONE.example>"), "one.example");
  EXPECT_EQ(from("\"\\\"M, Inc.\\\"\" <a@one.example>"), "one.example");
  EXPECT_EQ(from("\"'X, Y' via Z\" <a@one.example>"), "one.example");
  EXPECT_EQ(from("=?utf-8?Q?A=2C_B?= <a@one.example>"), "one.example");
  EXPECT_EQ(from("\"A\r\n B, C\"\r\n <a@one.example>"), "one.example");
  EXPECT_EQ(from("J. Doe <j.doe@one.example> (at work (or not))"), "one.example");
  EXPECT_EQ(from("(a@two.example) a@one.example"), "one.example");
  EXPECT_EQ(from("a @ one.example"), "one.example");
  EXPECT_EQ(from("علی <علی@پاکستان.example>"), "xn--mgbai9azgqp6j.example");
}

// Cases 4 to 7 of known mistakes, and more: what stands in quotes and comments is no address.
TEST(From, QuotesHideNothing) {
  EXPECT_EQ(from("\"x <a@junk.example>\"@one.example"), "one.example");
  EXPECT_EQ(from("\"a@junk.example\" <a@one.example>"), "one.example");
  EXPECT_EQ(from("\"a@junk.example, \"<a@one.example>"), "one.example");
  EXPECT_EQ(from("a@one.example (b@junk.example)"), "one.example");
  EXPECT_EQ(from("\"\\\" <a@junk.example>\" <a@one.example>"), "one.example");
}

TEST(From, SeveralAddresses) {
  EXPECT_EQ(from("a@one.example, b@two.example"), "one.example two.example");
  EXPECT_EQ(from("a@one.example, b@one.example"), "one.example");
  EXPECT_EQ(from("All: a@one.example, B <b@two.example>;"), "one.example two.example");
  EXPECT_EQ(from("All: a@one.example;, c@three.example"), "one.example three.example");
  EXPECT_EQ(from("Nobody:;"), " | the From field has no address");
}

TEST(From, WhatIsMalformedIsSaidAndEveryDomainSeen) {
  EXPECT_THAT(from("a@one.example@two.example"), HasSubstr("one.example two.example | something follows"));
  EXPECT_THAT(from("a@one.example b@two.example"), HasSubstr("one.example two.example | something follows"));
  EXPECT_THAT(from("<a@one.example> <b@two.example>"),
              HasSubstr("one.example two.example | something follows"));
  EXPECT_THAT(from("A <a@one.example"), HasSubstr("one.example | an address in < does not end"));
  EXPECT_THAT(from("\"A <a@one.example>"), HasSubstr("does not end"));
  EXPECT_THAT(from("(A <a@one.example>"), HasSubstr("a comment does not end"));
  EXPECT_THAT(from("a..b@one.example"), HasSubstr("one.example | the part before the @"));
  EXPECT_THAT(from("@one.example"), HasSubstr("one.example | the part before the @"));
  EXPECT_THAT(from("a@[192.0.2.1]"), HasSubstr("| an address has no domain but a literal"));
  EXPECT_THAT(from("a@one_.example."), HasSubstr("|"));
  EXPECT_THAT(from("a@one.example(.two.example"), HasSubstr("|"));
  EXPECT_THAT(from("just a name"), HasSubstr("| it has a name without an address"));
  EXPECT_THAT(from(""), HasSubstr("| the From field has no address"));
  EXPECT_THAT(from("a@one.example\x01"), HasSubstr("no address has"));
  // What one reads as one name, and another cuts at the space.
  for (const auto* apart : {"a@one.example .two.example", "a@one.example(x).two.example",
                            "a@one.example\r\n .two.example", "a@one. example"})
    EXPECT_THAT(from(apart), HasSubstr("| there is space within a domain")) << apart;
  EXPECT_EQ(from("<@two.example,@three.example:a@one.example>"),
            "one.example | an address has a route, which nobody uses any more");
  EXPECT_THAT(from(std::string(200, '(')), HasSubstr("|"));
}

TEST(From, FieldsThatAreNoneOrSeveral) {
  EXPECT_THAT(read("To: a@one.example"), HasSubstr("there is no From field"));
  EXPECT_EQ(read("From: a@one.example\r\nFrom: b@two.example"),
            "one.example two.example | there are 2 From fields");
  EXPECT_EQ(read("From: a@one.example\r\nFROM : b@one.example"), "one.example | there are 2 From fields");
  EXPECT_THAT(read("From\t: a@one.example"), HasSubstr("one.example"));
}

// What one reader takes for From and another for nothing: never an author without doubt.
TEST(From, LinesLikeAFromField) {
  for (const auto* odd : {" From", "\tFROM", "From\r\n ", "From \r\n\t", "Fr\x01om",
                          "\xef\xbb\xbf"
                          "From"}) {
    const auto line = fmt::format("{}: b@two.example", odd);
    EXPECT_EQ(read(line + "\r\nFrom: a@one.example"),
              "one.example two.example | a line that is no field looks like a From field");
    EXPECT_EQ(read(line), "two.example | there is no From field");
  }
  // A bare CR ends a line to some, and what looks like an mbox's line is a field to others.
  for (const auto* hidden :
       {"Subject: x\rFrom: b@two.example", "From \x01: b@two.example", "X: 1\r\rFrom : b@two.example\ry"})
    EXPECT_EQ(read(std::string(hidden) + "\r\nFrom: a@one.example"),
              "one.example two.example | a line that is no field looks like a From field")
        << hidden;
  EXPECT_EQ(read("Subject: x\rFromage: b@two.example\r\nFrom: a@one.example"), "one.example");
  EXPECT_EQ(read("From : b@two.example\r\nFrom: a@one.example"),
            "two.example one.example | there are 2 From fields");
  for (const auto* other : {"From b@two.example Thu Nov 26 09:00:00 2026", " Fromage: b@two.example",
                            " From b@two.example", " X-From: b@two.example"})
    EXPECT_EQ(read(other + std::string("\r\nFrom: a@one.example")), "one.example") << other;
}

// The text that ends GMime 3.2.13 by a call within a call for each of them.
TEST(From, GroupsInGroupsCostNoDepth) {
  EXPECT_EQ(from("a: b: x@one.example, y@two.example;, z@three.example;"),
            "one.example two.example three.example | a group stands in a group");
  std::string deep;
  for (int i = 0; i < 30'000; ++i) deep += "g:";
  EXPECT_EQ(from(deep + "x@one.example;"), "one.example | a group stands in a group");
}

TEST(From, TooManyAreCutAndSaid) {
  std::string many = "a@d0.example";
  for (int i = 1; i < 150; ++i) many += fmt::format(", a@d{}.example", i);
  const auto text = fmt::format("From: {}\r\n\r\n", many);
  const auto header = read_header(text);
  const auto author = read_author(*header);
  EXPECT_EQ(author.domains.size(), kMaxAuthors);
  EXPECT_THAT(author.fault, HasSubstr("too many"));
}

}  // namespace
}  // namespace rampart::mail
