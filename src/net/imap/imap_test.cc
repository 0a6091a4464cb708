#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/imap/command.h"
#include "net/imap/response.h"

namespace rampart::net::imap {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Response read(std::string_view bytes, std::size_t most = kMaxLiteral) {
  ResponseReader reader;
  reader.allow_literal(most);
  reader.feed(bytes);
  auto response = reader.next();
  EXPECT_TRUE(response) << (response ? "" : response.error().what);
  EXPECT_TRUE(response && *response) << bytes;
  return response && *response ? **response : Response();
}
std::string fault(std::string_view bytes, std::size_t most = kMaxLiteral) {
  ResponseReader reader;
  reader.allow_literal(most);
  reader.feed(bytes);
  for (;;) {
    const auto response = reader.next();
    if (!response) return response.error().what;
    if (!*response) return "";
  }
}

TEST(ImapResponse, StatusesHaveCodesAndText) {
  auto ok = read("r1 OK [READ-WRITE] Select completed (0.001 secs).\r\n");
  EXPECT_EQ(ok.kind, Response::Kind::tagged);
  EXPECT_EQ(ok.tag, "r1");
  EXPECT_EQ(ok.code, "READ-WRITE");
  EXPECT_EQ(ok.text, "Select completed (0.001 secs).");
  const auto validity = read("* ok [uidvalidity 3857529045] \"odd { text {5}\r\n");
  EXPECT_EQ(validity.word, "OK");
  EXPECT_EQ(validity.code, "UIDVALIDITY");
  ASSERT_EQ(validity.values.size(), 1U);
  EXPECT_EQ(validity.values[0].text, "3857529045");
  EXPECT_EQ(validity.text, "\"odd { text {5}") << "no literal stands in a text for people";
  EXPECT_EQ(read("+ \r\n").kind, Response::Kind::proceed);
  EXPECT_EQ(read("+\r\n").text, "");
  EXPECT_EQ(read("* BYE so long\r\n").word, "BYE");
  EXPECT_EQ(read("* OK [broken (code] x\r\n").text, "x");
}

TEST(ImapResponse, AMessageComesInALiteral) {
  const auto got = read(
      "* 12 FETCH (FLAGS (\\Seen $Read) BODY[]<0> {6}\r\n(\"\r\n){ UID 7 NOTE \"a \\\"b\\\\\" X NIL)\r\n");
  EXPECT_EQ(got.number, 12U);
  ASSERT_EQ(got.values.size(), 1U);
  const auto& items = got.values[0].items;
  ASSERT_EQ(items.size(), 10U);
  EXPECT_EQ(items[1].items[1].text, "$Read");
  EXPECT_TRUE(items[2].is("body[]<0>"));
  EXPECT_EQ(items[3].text, "(\"\r\n){");
  EXPECT_EQ(items[5].text, "7");
  EXPECT_EQ(items[7].text, "a \"b\\");
  EXPECT_EQ(items[9].form, Value::Form::nil);
  EXPECT_EQ(read({"* 1 FETCH (BINARY[] ~{3}\r\n\0a\0)\r\n", 32}).values.size(), 1U);
}

TEST(ImapResponse, ComesInPieces) {
  const std::string_view bytes = "* 1 FETCH (BODY[] {5}\r\nab\r\nc)\r\nr1 OK done\r\n";
  ResponseReader reader;
  std::vector<std::string> words;
  for (const char c : bytes) {
    reader.feed({&c, 1});
    while (true) {
      auto response = reader.next();
      ASSERT_TRUE(response);
      if (!*response) break;
      words.push_back((*response)->word);
    }
  }
  EXPECT_THAT(words, ElementsAre("FETCH", "OK"));
  EXPECT_FALSE(reader.has_more());
}

TEST(ImapResponse, LimitsAreKept) {
  EXPECT_THAT(fault("* 1 FETCH (BODY[] {99999999999999999999}\r\n"), HasSubstr("literal is larger"));
  EXPECT_THAT(fault("* 1 FETCH (BODY[] {101}\r\n", 100), HasSubstr("larger than the 100 octets"));
  EXPECT_EQ(fault("* 1 FETCH (BODY[] {100}\r\n", 100), "");
  EXPECT_THAT(fault("* " + std::string(kMaxLine, 'a')), HasSubstr("longer than"));
  EXPECT_THAT(fault("* LIST " + std::string(kMaxDepth + 2, '(') + "\r\n"), HasSubstr("cannot be read"));
  std::string literals = "* LIST";
  for (std::size_t i = 0; i <= kMaxLiterals; ++i) literals += " {1}\r\na";
  EXPECT_THAT(fault(literals), HasSubstr("literals"));
  std::string many = "* LIST (";
  for (std::size_t i = 0; i <= kMaxValues; ++i) many += "a ";
  EXPECT_NE(fault(many + ")\r\n"), "");
}

TEST(ImapResponse, WhatIsNoneIsRefused) {
  for (const auto* bytes :
       {"\r\n", "\n", "* OK\n", "HTTP/1.1 200 OK\r\n", "r1 MAYBE x\r\n", "*\r\n", "* \r\n", "- OK\r\n",
        "* 1 FETCH (UID 7\r\n", "* 1 FETCH UID)\r\n", "* CAPABILITY \"a\r\n", "* 1 FETCH (BODY[] {3} \r\n"})
    EXPECT_NE(fault(bytes), "") << bytes;
  // What we do not read may look as it likes.
  EXPECT_EQ(read("* XLIST-OTHER ((( \"\r\n").word, "XLIST-OTHER");
  EXPECT_EQ(read("* 5 EXISTS\r\n").number, 5U);
  EXPECT_FALSE(read("* 99999999999 EXISTS\r\n").number);
}

TEST(ImapDateTime, IsReadWithItsZone) {
  EXPECT_EQ(base::format_time(*parse_date_time("17-Jul-1996 02:44:25 -0700")), "1996-07-17T09:44:25Z");
  EXPECT_EQ(base::format_time(*parse_date_time(" 1-jan-2026 00:00:00 +0530")), "2025-12-31T18:30:00Z");
  for (const auto* text :
       {"", "17-Jul-1996 02:44:25", "17-Xxx-1996 02:44:25 -0700", "31-Feb-2026 02:44:25 +0000",
        "17-Jul-1996 25:44:25 -0700", "17-Jul-1996 02:44:25 00700", "17-Jul-1996T02:44:25 -0700"})
    EXPECT_FALSE(parse_date_time(text)) << text;
}

TEST(ImapCommand, MailboxNames) {
  EXPECT_EQ(mailbox_name("INBOX"), "INBOX");
  EXPECT_EQ(mailbox_name("A&B"), "A&-B");
  // RFC 3501 section 5.1.3.
  EXPECT_EQ(mailbox_name("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
  EXPECT_EQ(mailbox_name("\xf0\x9f\x93\xa8"), "&2D3c6A-");
  EXPECT_EQ(mailbox_name("a\r\nb"), "a&AA0ACg-b") << "nothing ends a command";
  EXPECT_EQ(mailbox_name("\xff"), "");
}

TEST(ImapCommand, TextAndSets) {
  EXPECT_EQ(quoted("a \"b\" \\"), "\"a \\\"b\\\" \\\\\"");
  EXPECT_EQ(quoted("a\r\nb"), "\"ab\"");
  EXPECT_NE(check_text("a\rb"), "");
  EXPECT_EQ(check_text("a b"), "");
  EXPECT_EQ(uid_set({9, 4, 5, 6, 5}), "4:6,9");
  EXPECT_EQ(uid_set({}), "");
}

TEST(ImapCommand, Sasl) {
  EXPECT_EQ(sasl_plain("tim", "tanstaaftanstaaf"), std::string("\0tim\0tanstaaftanstaaf", 21));
  // RFC 7628 section 4.1.
  EXPECT_EQ(sasl_oauthbearer("user@example.com", "server.example.com", 143, "vF9dft4qmT"),
            "n,a=user@example.com,\x01host=server.example.com\x01port=143\x01"
            "auth=Bearer vF9dft4qmT\x01\x01");
  EXPECT_THAT(sasl_oauthbearer("a=b,c", "h", 1, "t"), HasSubstr("a=a=3Db=2Cc,"));
  EXPECT_EQ(sasl_xoauth2("u", "t"),
            "user=u\x01"
            "auth=Bearer t\x01\x01");
  EXPECT_TRUE(is_bearer_token("ya29.a0AfH-_~+/=="));
  for (const auto* text : {"", "=", "a b", "a\x01", "a=b"}) EXPECT_FALSE(is_bearer_token(text)) << text;
}

}  // namespace
}  // namespace rampart::net::imap
