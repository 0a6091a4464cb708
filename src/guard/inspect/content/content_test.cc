#include "guard/inspect/content/content.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "guard/inspect/content/inspector.h"

namespace rampart::guard {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

Content content(std::string_view message) {
  return content_of({.bytes = look_at_content(message), .fault = {}});
}

TEST(Content, FindsLinksOfTextAndHtmlHoweverTheyAreEncoded) {
  const auto found = content(
      "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
      "--x\r\nContent-Type: text/plain\r\n\r\nSee https://Evil.example:8443/a?b=c#d\r\n"
      "--x\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"
      "PGEgaHJlZj0iaHR0cDovL2ZvcmdlZC5leGFtcGxlL3BheSI+YmFuay5leGFtcGxlPC9hPg==\r\n"
      "--x\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
      "<img src=3D\"http://192.0.2.1/x.png\">\r\n--x--\r\n");
  EXPECT_EQ(found.fault, "");
  EXPECT_THAT(found.urls, testing::UnorderedElementsAre("evil.example:8443/a?b=c", "forged.example/pay",
                                                        "192.0.2.1/x.png"));
  EXPECT_EQ(found.hashes.size(), 3U);
}

TEST(Content, LooksIntoWrappersAndMessagesWithinTheMessage) {
  const auto found = content(
      "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n"
      "From: a@b.example\r\nContent-Type: text/plain\r\n\r\n"
      "https://nam01.safelinks.protection.outlook.com/"
      "?url=https%3A%2F%2Fevil.example%2Fx&data=1\r\n--x--\r\n");
  EXPECT_THAT(found.urls, Contains("evil.example/x"));
}

TEST(Content, HashesWhatAPartHoldsAndNotHowItTravelled) {
  const auto found = content(
      "Content-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: "
      "base64\r\n\r\nAAEC\r\n");
  EXPECT_THAT(found.hashes, ElementsAre(base::hex(crypto::sha256(std::string("\0\1\2", 3)))));
}

TEST(Content, SaysWhenItHasNotSeenAll) {
  std::string many = "Content-Type: multipart/mixed; boundary=x\r\n\r\n";
  for (int i = 0; i < 300; ++i) many += fmt::format("--x\r\nContent-Type: text/plain\r\n\r\n{}\r\n", i);
  EXPECT_THAT(content(many + "--x--\r\n").fault, HasSubstr("more parts"));
  std::string deep;
  for (int i = 0; i < 40; ++i)
    deep += fmt::format("Content-Type: multipart/mixed; boundary=b{0}\r\n\r\n--b{0}\r\n", i);
  EXPECT_THAT(content(deep + "Content-Type: text/plain\r\n\r\nx\r\n").fault, HasSubstr("nested"));
  std::string links = "Content-Type: text/plain\r\n\r\n";
  for (int i = 0; i < 2'000; ++i) links += fmt::format("http://h{}.example/\r\n", i);
  EXPECT_THAT(content(links).fault, HasSubstr("more links"));
  EXPECT_EQ(content("Subject: x\r\n\r\nno link\r\n").fault, "");
  EXPECT_THAT(content("Content-Type: text/plain; charset=utf-16le\r\nContent-Transfer-Encoding: "
                      "base64\r\n\r\naAB0AA==\r\n")
                  .fault,
              HasSubstr("encoding"));
}

TEST(Content, TakesAWorkersWordForAStrangers) {
  const auto said = [](std::string bytes, std::string fault = {}) {
    return content_of({.bytes = std::move(bytes), .fault = std::move(fault)});
  };
  EXPECT_THAT(said("").fault, HasSubstr("not whole"));
  EXPECT_EQ(said("", "it took too long").fault, "it took too long");
  EXPECT_THAT(said("u a.example/\n").fault, HasSubstr("not whole"));
  for (const auto* line : {"x 1\n", "h 12\n", "\n",
                           "h "
                           "G",
                           "u\n"})
    EXPECT_NE(said(std::string(line) + "\n.\n").fault, "") << line;
  EXPECT_NE(said("u " + std::string(10'000, 'a') + "\n.\n").fault, "");
  EXPECT_THAT(said("u a.example/\n! doubt\n.\n").urls, ElementsAre("a.example/"));
}

TEST(Inspector, AnswersOnTheLoopThatAsked) {
  boost::asio::io_context io;
  auto inspector = Inspector::start(2).value();
  int answered = 0;
  for (int i = 0; i < 20; ++i)
    inspector->look("Content-Type: text/plain\r\n\r\nhttp://evil.example/\r\n", io, kContentPatience,
                    [&](const Content& content) {
                      EXPECT_EQ(content.fault, "");
                      EXPECT_THAT(content.urls, ElementsAre("evil.example/"));
                      ++answered;
                    });
  EXPECT_EQ(answered, 0);
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (answered < 20 && std::chrono::steady_clock::now() < end) {
    io.restart();
    io.run_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(answered, 20);
}

TEST(Inspector, WaitsNoLongerThanItMay) {
  boost::asio::io_context io;
  auto inspector = Inspector::start(0).value();  // nobody works
  Content got;
  inspector->look("x", io, std::chrono::seconds(1), [&](Content content) { got = std::move(content); });
  io.run();
  EXPECT_THAT(got.fault, HasSubstr("longer than 1 s"));
}

}  // namespace
}  // namespace rampart::guard
