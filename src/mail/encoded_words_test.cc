#include "mail/encoded_words.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "mail/charset.h"
#include "mail/mailboxes.h"

namespace rampart::mail {
namespace {

std::string decode(std::string_view value) { return decode_words(value).text; }

// RFC 2047 section 8.
TEST(EncodedWords, AsTheRfcHasThem) {
  EXPECT_EQ(decode("=?ISO-8859-1?Q?a?="), "a");
  EXPECT_EQ(decode("=?ISO-8859-1?Q?a?= b"), "a b");
  EXPECT_EQ(decode("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?="), "ab");
  EXPECT_EQ(decode("=?ISO-8859-1?Q?a?=  \r\n  =?ISO-8859-1?Q?b?="), "ab");
  EXPECT_EQ(decode("=?ISO-8859-1?Q?a_b?="), "a b");
  EXPECT_EQ(decode("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?="), "a b");
  EXPECT_EQ(decode("=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n "
                   "=?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?="),
            "If you can read this you understand the example.");
  EXPECT_EQ(decode("=?US-ASCII*EN?Q?Keith_Moore?="), "Keith Moore");  // RFC 2231 section 5
}

TEST(EncodedWords, AsProgramsTakeThem) {
  EXPECT_EQ(decode("a\r\n b\t c "), "a b c");
  EXPECT_EQ(decode("\"=?utf-8?q?caf=c3=a9?=\""), "\"café\"");
  EXPECT_EQ(decode("x=?utf-8?q?y?=z"), "xyz");
  EXPECT_EQ(decode("=?utf-8?q?a b?="), "a b");
  EXPECT_EQ(decode("=?utf-8?q?Really?\?="), "Really?");
  EXPECT_EQ(decode("=?utf-8?q?\?= a"), "a");
  // Characters that are parted between words.
  EXPECT_EQ(decode("=?utf-8?B?2Lk=?= =?utf-8?B?2Q==?= =?utf-8?B?hA==?="), "عل");
  EXPECT_EQ(decode("=?utf-8?B?Y2Fmw6k?="), "café");
  for (const auto* plain :
       {"=?", "=?utf-8", "=?utf-8?q", "=?utf-8?q?", "=?utf-8?q?a", "=?utf-8?x?a?=", "=? a", "a =? b ?= c"})
    EXPECT_EQ(decode(plain), plain);
  EXPECT_EQ(decode("=?=?utf-8?q?a?="), "=?a");
  EXPECT_EQ(decode("a\xff"
                   "b"),
            "a\xef\xbf\xbd"
            "b");
}

TEST(EncodedWords, WhatIsOddIsSaid) {
  EXPECT_EQ(decode_words("=?utf-8?q?a?= =?utf-8?q?b?=").encoded, 2U);
  EXPECT_TRUE(decode_words("=?utf-8?q?ab?=").all_ascii);
  EXPECT_FALSE(decode_words("=?utf-8?q?=c3=a9?=").all_ascii);
  EXPECT_TRUE(decode_words("=?utf-8?q?a=0Ab?=").has_controls);
  EXPECT_FALSE(decode_words("a\r\n b").has_controls);
  EXPECT_TRUE(decode_words("=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3F=3D?=").has_nested);
  const auto unread = decode_words("=?x-none?q?ab?= c");
  EXPECT_TRUE(unread.has_unread_charset);
  EXPECT_EQ(unread.text, "=?x-none?q?ab?= c");
  EXPECT_EQ(decode_words(std::string(100, 'a'), 10).text, std::string(10, 'a'));
}

TEST(Charset, TheSetsOfMail) {
  EXPECT_EQ(decode_charset("caf\xe9", "ISO-8859-1"), "café");
  EXPECT_EQ(decode_charset("\x80", "iso-8859-1"), "€");
  EXPECT_EQ(decode_charset("\xd0\xcf", "koi8-r"), "по");
  EXPECT_EQ(decode_charset("\x93\xfa", "Shift_JIS"), "日");
  EXPECT_EQ(decode_charset("\x1b$BF|\x1b(B", "iso-2022-jp"), "日");
  EXPECT_EQ(decode_charset("\xc4\xe3", "gb2312"), "你");
  EXPECT_EQ(decode_charset("\xd3", "windows-1256"), "س");
  EXPECT_EQ(decode_charset(std::string_view("a\0b\0", 4), "utf-16le"), "ab");
  EXPECT_EQ(decode_charset("a\xff", "utf-8"), "a\xef\xbf\xbd");
  EXPECT_EQ(decode_charset("a", ""), "a");
  for (const auto* name : {"x-none", "ibm-37", "scsu", "windows-1252,swaplfnl", "utf-8\n"})
    EXPECT_FALSE(decode_charset("a", name)) << name;
  EXPECT_FALSE(decode_charset("a", std::string(1000, 'a')));
}

// "name|comment|address;…"
std::string boxes(std::string_view value) {
  std::string out;
  for (const auto& box : read_mailboxes(value))
    out += fmt::format("{}{}|{}|{}", out.empty() ? "" : ";", box.name, box.comment, box.address);
  return out;
}

TEST(Mailboxes, AsMailHasThem) {
  EXPECT_EQ(boxes("a@b.example"), "||a@b.example");
  EXPECT_EQ(boxes(" Sana Malik <a@b.example> "), "Sana Malik||a@b.example");
  EXPECT_EQ(boxes("\"Malik, Sana \\\"S\\\"\" <a@b.example>, c@d.example"),
            "Malik, Sana \"S\"||a@b.example;||c@d.example");
  EXPECT_EQ(boxes("a@b.example (Sana (Malik))"), "|Sana (Malik)|a@b.example");
  EXPECT_EQ(boxes("=?utf-8?q?a,b?= <a@b.example>"), "=?utf-8?q?a,b?=||a@b.example");
  EXPECT_EQ(boxes("Friends: a@b.example, c@d.example;"), "||a@b.example;||c@d.example");
  EXPECT_EQ(boxes("Re: Sana <a@b.example>"), "Re: Sana||a@b.example");
  EXPECT_EQ(boxes("Sana\r\n Malik <a@\r\n b.example>"), "Sana Malik||a@b.example");
  EXPECT_EQ(boxes("boss@c.example <a@b.example>"), "boss@c.example||a@b.example");
}

TEST(Mailboxes, WhateverItIs) {
  EXPECT_EQ(boxes(""), "");
  EXPECT_EQ(boxes(",,;"), "");
  EXPECT_EQ(boxes("nobody"), "nobody||");
  EXPECT_EQ(boxes("<>"), "");
  EXPECT_EQ(boxes("a <b"), "a||b");
  EXPECT_EQ(boxes("\"a"), "a||");
  EXPECT_EQ(boxes("(a"), "|a|");
  EXPECT_EQ(boxes("x <a@b.example> <c@d.example>"), "x a@b.example||c@d.example");
  EXPECT_EQ(read_mailboxes(std::string(50'000, ','), 5).size(), 0U);
  EXPECT_EQ(read_mailboxes("a,b,c,d", 2).size(), 2U);
  EXPECT_EQ(read_mailboxes(std::string(60'000, '(')).size(), 1U);
}

}  // namespace
}  // namespace rampart::mail
