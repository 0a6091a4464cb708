#include "mail/mime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "base/worker.h"

namespace rampart::mail {
namespace {

using testing::ElementsAre;

class MimeTest : public testing::Test {
 protected:
  base::Worker::Reply call(std::string_view message) { return worker_.call(message).value(); }
  std::vector<MimePart> parts(std::string_view message) {
    const auto reply = call(message);
    EXPECT_EQ(reply.fault, "");
    auto out = parse_parts(reply.bytes);
    EXPECT_TRUE(out);
    return out.value_or(std::vector<MimePart>());
  }

  base::Worker worker_ = base::Worker::start(&unpack_mime, {}).value();
};

TEST_F(MimeTest, OnePart) {
  EXPECT_THAT(parts("From: a@b.example\r\nContent-Type: Application/GZIP; "
                    "name=\"a.xml.gz\"\r\nContent-Transfer-Encoding: "
                    "base64\r\n\r\n" +
                    base::encode_base64(std::string("\x1f\x8b\0\xff", 4)) + "\r\n"),
              ElementsAre(MimePart{"application/gzip", "a.xml.gz", std::string("\x1f\x8b\0\xff", 4), 0}));
  EXPECT_THAT(parts("From: a@b.example\n\nhello\n"), ElementsAre(MimePart{"text/plain", "", "hello\n", 0}));
}

TEST_F(MimeTest, PartsWithinParts) {
  const auto found = parts(
      "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\none\n--b\nContent-Type: "
      "message/rfc822\n\n"
      "Subject: x\nContent-Type: multipart/report; boundary=c\n\n--c\nContent-Type: "
      "message/feedback-report\n\nFeedback-Type: "
      "auth-failure\n--c--\n--b\nContent-Type: text/xml\nContent-Disposition: attachment; "
      "filename*=utf-8''r%C3%A4.xml\n\n<a/>\n--b--\n");
  std::vector<std::string> said;
  for (const auto& part : found)
    said.push_back(std::to_string(part.depth) + " " + part.type + " " + part.name);
  EXPECT_THAT(said,
              ElementsAre("0 multipart/mixed ", "1 text/plain ", "1 message/rfc822 ", "2 multipart/report ",
                          "3 message/feedback-report ", "1 text/xml r\xc3\xa4.xml"));
}

TEST_F(MimeTest, WhatKillsItKillsNothingElse) {
  std::string groups = "To: ";
  for (int i = 0; i < 200'000; ++i) groups += "g:";
  (void)call(groups + "\r\n\r\nx");  // whatever becomes of it
  std::string deep;
  for (int i = 0; i < 20'000; ++i) deep += "Content-Type: multipart/mixed; boundary=b\n\n--b\n";
  const auto reply = call(deep);
  if (reply.fault.empty()) EXPECT_TRUE(parse_parts(reply.bytes));
  EXPECT_EQ(parts("A: 1\n\nhello\n").size(), 1U);
}

TEST(MimeParts, OtherBytesAreNone) {
  EXPECT_TRUE(parse_parts("")->empty());
  EXPECT_FALSE(parse_parts("x"));
  EXPECT_FALSE(parse_parts(std::string(16, '\xff')));
  EXPECT_FALSE(parse_parts(std::string(kMaxParts * 40, '\0')));
}

}  // namespace
}  // namespace rampart::mail
