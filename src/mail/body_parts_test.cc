#include "mail/body_parts.h"

#include <ctime>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mail/content_fields.h"

namespace rampart::mail {
namespace {

using testing::ElementsAre;

std::vector<std::string> told(std::string_view message) {
  std::vector<std::string> out;
  for (const auto& part : read_body_parts(message).all)
    out.push_back(fmt::format("{} {} {}", part.path, part.type, part.is_leaf() ? decode_body(part) : "…"));
  return out;
}

TEST(BodyParts, AreNumberedAsImapDoes) {
  EXPECT_THAT(told("Subject: x\r\n\r\nhello\r\n"), ElementsAre("1 text/plain hello\r\n"));
  // RFC 9051 section 6.4.5.1: a message in a multipart, which holds a multipart.
  EXPECT_THAT(
      told("Content-Type: multipart/mixed; boundary=\"a\"\n\npreamble\n--a\n\none\n--a\n"
           "Content-Type: message/rfc822\n\nSubject: in\nContent-Type: multipart/alternative; boundary=b\n\n"
           "--b\nContent-Type: text/plain\n\ntwo\n--b\nContent-Type: TEXT/HTML\n\n<p>three\n--b--\n"
           "epilogue\n--a\nContent-Type: message/rfc822\n\nSubject: alone\n\nfour\n--a--\nepilogue\n"),
      ElementsAre(" multipart/mixed …", "1 text/plain one", "2 message/rfc822 …", "2 multipart/alternative …",
                  "2.1 text/plain two", "2.2 text/html <p>three", "3 message/rfc822 …",
                  "3.1 text/plain four"));
  EXPECT_EQ(read_body_parts("Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: "
                            "message/rfc822\n\nS: t\n\nx\n--a--\n")
                .all[1]
                .body,
            "S: t\n\nx");
}

TEST(BodyParts, AreReadAsLenientAsMailProgramsDo) {
  EXPECT_THAT(told("Content-Type: multipart/mixed; boundary=a \r\n\r\n--a  \r\nContent-Type: text/html; "
                   "charset=x\r\n\r\n<b>\r\n"),
              ElementsAre(" multipart/mixed …", "1 text/html <b>\r\n"))
      << "white space behind boundaries; none at the end";
  EXPECT_THAT(told("Content-Type: multipart/mixed; boundary=a\n\n--a\n<p>no header\n--a--\n"),
              ElementsAre(" multipart/mixed …", "1 text/plain <p>no header"));
  EXPECT_THAT(
      told("Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; "
           "boundary=b\n\n--b\n\nx\n--a\n\ny\n"),
      ElementsAre(" multipart/mixed …", "1 multipart/mixed …", "1.1 text/plain x", "2 text/plain y\n"))
      << "an outer boundary ends what is within";
  EXPECT_THAT(told("Content-Type: multipart/mixed\n\n--a\nhttps://a.example\n"),
              ElementsAre("1 multipart/mixed --a\nhttps://a.example\n"))
      << "without a boundary nothing is taken apart";
  EXPECT_THAT(told("Content-Type: multipart/mixed; boundary=b\n\nhttps://a.example\n"),
              ElementsAre("1 multipart/mixed https://a.example\n"))
      << "nor where it never comes";
  EXPECT_THAT(
      told("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKaGk=\n"),
      ElementsAre("1 message/rfc822 …", "1.1 text/plain hi"));
  EXPECT_THAT(told("Content-Type: text\n\nx"), ElementsAre("1 text/plain x"));
}

TEST(BodyParts, SayWhereOthersMayReadSomethingElse) {
  for (const auto* text :
       {"Content-Type: text/html\nContent-Type: text/plain\n\nx",
        "Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n\nx",
        "Content-Type: multipart/mixed; boundary=a; boundary=b\n\n--a\n\nx\n--a--\n",
        "Content-Type: multipart/mixed; boundary=a\n\n--ab\n\nx\n--a\n\ny\n--a--\n",
        "Content-Type: multipart/mixed; boundary=a\n\nx\n", "Content-Type: message/partial; id=x\n\nx",
        "Content-Type: multipart/mixed; boundary=a\nContent-Transfer-Encoding: base64\n\n--a\n\nx\n--a--\n",
        "Content-Type: text/plain\rContent-Type: text/html\n\nx"})
    EXPECT_TRUE(read_body_parts(text).is_ambiguous) << text;
  for (const auto* text : {"Content-Type: text/html\nContent-Type: text/html\n\nx", "X: y\n\nx",
                           "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--\n"})
    EXPECT_FALSE(read_body_parts(text).is_ambiguous) << text;
  // What no program writes: told by itself, but not of a message that is handed on, which may be cut.
  for (const auto* text :
       {"Content-Type: text/html\nContent-Type: text/plain\n\nx",
        "Content-Type: multipart/mixed; boundary=a; boundary=b\n\n--a\n\nx\n--a--\n",
        "Content-Type: multipart/mixed; boundary=a\n\nx\n", "Content-Type: message/partial; id=x\n\nx"})
    EXPECT_TRUE(read_body_parts(text).is_contradictory) << text;
  const std::string report = "Content-Type: multipart/report; boundary=r\n\n--r\n\nfailed\n--r\n";
  for (const auto& text :
       {report + "Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=a\n\ncut\n--r--\n",
        report + "Content-Type: message/rfc822\n\nContent-Type: a/b\nContent-Type: c/d\n\nx\n--r--\n",
        std::string("Content-Type: multipart/mixed; boundary=a\n\n--ab\n\nx\n--a\n\ny\n--a--\n"),
        std::string("Content-Type: multipart/mixed; boundary=a\n\n")})
    EXPECT_FALSE(read_body_parts(text).is_contradictory) << text;
  for (const auto* encoding : {"(a) base64", "base64 (b)", "\"base64\"", "base64;", "base-64", " BASE64 "})
    EXPECT_EQ(read_body_parts(fmt::format("Content-Transfer-Encoding: {}\n\naGk=", encoding)).all[0].encoding,
              BodyEncoding::base64)
        << encoding;
  EXPECT_EQ(read_body_parts("Content-Type: \"text/html\"\n\nx").all[0].type, "text/html");
  EXPECT_TRUE(read_body_parts("Content-Type: html\n\nx").all[0].is_guess);
}

TEST(BodyParts, HoldWhatTravelled) {
  EXPECT_EQ(decode_lenient_base64("aGVs\r\nbG8="), "hello");
  EXPECT_EQ(decode_lenient_base64("aGVsbG8"), "hello");
  EXPECT_EQ(decode_lenient_base64("aGk=!\naGk="), "hihi");
  EXPECT_EQ(decode_quoted_printable("a=3Db=\r\nc= \nd=zz=4"), "a=bcd=zz=4");
  EXPECT_EQ(decode_body({.encoding = BodyEncoding::uuencode, .body = "begin 644 a\n#0V%T\n`\nend\n"}), "Cat");
}

TEST(ContentFields, ParametersAreContinuedAndEncoded) {
  const auto field = read_parameters(
      "Attachment (a comment; with=that); filename*0*=utf-8''r%C3%A4; filename*1=\"te.pdf\"; "
      "filename=old.pdf; x=\"a\\\"b;c\"");
  EXPECT_EQ(field.value, "attachment");
  EXPECT_EQ(field.find("filename"), "r\xc3\xa4te.pdf");
  EXPECT_EQ(field.find("x"), "a\"b;c");
  ContentFieldReader reader;
  for (const auto* line :
       {"Content-Type: Text/HTML;", "\tcharset=\"UTF-8\"; name=\"=?utf-8?q?r=C3=A4?=\"", "content-id : <a@b>",
        "Content-Type: text/plain", "Content-Transfer-Encoding: BASE64", "Content-Disposition: odd"})
    reader.add(line);
  const auto fields = reader.finish();
  EXPECT_EQ(fields.type, "text/html") << "the first counts";
  EXPECT_EQ(fields.charset, "utf-8");
  EXPECT_EQ(fields.name, "r\xc3\xa4");
  EXPECT_EQ(fields.content_id, "a@b");
  EXPECT_EQ(fields.encoding, BodyEncoding::base64);
  EXPECT_EQ(fields.disposition, Disposition::attachment);
}

// What stands behind a limit others may read.
TEST(ContentFields, SayWhatIsNotRead) {
  const auto is_told = [](const std::string& text) { return read_body_parts(text).is_contradictory; };
  const std::string parts = "\n\n--a\n\nx\n--a--\n";
  EXPECT_TRUE(
      is_told("Content-Type: multipart/mixed; x=" + std::string(9'000, 'y') + "; boundary=a" + parts));
  std::string many = "Content-Type: multipart/mixed";
  for (int i = 0; i < 60; ++i) many += fmt::format("; p{}=x", i);
  EXPECT_TRUE(is_told(many + "; boundary=a" + parts));
  std::string fields;
  for (int i = 0; i < 1'200; ++i) fields += "X: y\n";
  EXPECT_TRUE(is_told(fields + "Content-Type: multipart/mixed; boundary=a" + parts));
  EXPECT_TRUE(is_told("Content-Type: multipart/mixed" + parts));
  EXPECT_FALSE(is_told("Content-Type: multipart/mixed; boundary=a" + parts));
  const auto& both =
      read_body_parts("Content-Type: a/b; name=x.exe\nContent-Disposition: attachment; filename=x.txt\n\nx");
  EXPECT_EQ(both.all[0].name, "x.txt");
  EXPECT_EQ(both.all[0].other_name, "x.exe");
  EXPECT_FALSE(
      is_told("Content-Disposition: attachment; filename*=utf-8''r%C3%A4.pdf; filename=\"ra.pdf\"\n\nx"));
  EXPECT_TRUE(is_told("Content-Disposition: attachment; filename=a.exe; filename=a.txt\n\nx"));
}

TEST(BodyParts, StrangersMakeThemAsManyAndAsDeepAsTheyLike) {
  const auto begun = std::clock();  // of this process, however busy the machine is
  std::string deep;
  for (int i = 0; i < 100'000; ++i)
    deep += fmt::format("Content-Type: multipart/mixed; boundary=b{0}\n\n--b{0}\n", i);
  const auto parts = read_body_parts(deep);
  EXPECT_TRUE(parts.is_deeper);
  EXPECT_EQ(parts.all.size(), kMaxBodyDepth + 1);
  std::string messages;
  for (int i = 0; i < 100'000; ++i) messages += "Content-Type: message/rfc822\n\n";
  EXPECT_TRUE(read_body_parts(messages).is_deeper);
  std::string wide = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 100'000; ++i) wide += "--b\n\n\n";
  EXPECT_TRUE(read_body_parts(wide).has_more);
  std::string same = "Content-Type: multipart/mixed; boundary=\"" + std::string(200, '-') + "\"\n\n";
  for (int i = 0; i < 100'000; ++i) same += std::string(150, '-') + '\n';
  EXPECT_EQ(read_body_parts(same).all.size(), 1U);
  const auto long_field = "Content-Type: text/plain;" + std::string(10'000'000, ' ') + "name=x\n\ny";
  EXPECT_EQ(read_body_parts(long_field).all[0].name, "");
  EXPECT_EQ(read_body_parts("Content-Type: (" + std::string(5'000'000, '(') + "\n\nx").all.size(), 1U);
  EXPECT_LT((std::clock() - begun) / CLOCKS_PER_SEC, 5) << "under sanitizers";
}

}  // namespace
}  // namespace rampart::mail
