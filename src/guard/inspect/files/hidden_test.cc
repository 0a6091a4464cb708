// Files that hide what they are, or what is in them, and honest ones that look like it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "base/worker.h"
#include "guard/inspect/files/file_facts.h"
#include "guard/inspect/files/made_files.h"

namespace rampart::guard::files {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> facts_of(std::string_view name, std::string_view bytes) {
  Budget budget;
  const auto facts = look_at_file({.name = name, .declared_type = {}, .bytes = bytes}, budget);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < kFileFacts; ++i)
    if (facts.has(static_cast<FileFact>(i))) out.emplace_back(to_string(static_cast<FileFact>(i)));
  for (std::size_t i = 0; i < kUnseens; ++i)
    if (facts.is_unseen(static_cast<Unseen>(i)))
      out.push_back("?" + std::string(to_string(static_cast<Unseen>(i))));
  return out;
}

std::string project() {
  return made::compound({{"VBA/dir", "x"}, {"VBA/M", made::vba_module("Sub AutoOpen()\r\nEnd Sub\r\n")}});
}

TEST(HiddenFiles, MacrosOfOlderPresentations) {
  const auto slides = [](const std::string& stream) {
    return made::compound(
        {{"Current User", "x"}, {"PowerPoint Document", stream + std::string(5'000, '\0')}});
  };
  const auto record = [](std::size_t head, const std::string& data) {
    return made::le(head, 2) + made::le(0x1011, 2) + made::le(data.size(), 4) + data;
  };
  const auto packed = record(0x10, made::le(project().size(), 4) + made::zlib(project()));
  EXPECT_THAT(facts_of("a.ppt", slides(packed)), ElementsAre("macros", "auto-macro"));
  EXPECT_THAT(facts_of("a.ppt", slides(record(0, project()))), ElementsAre("macros", "auto-macro"));
  // A record before it that says that all the rest is its own.
  EXPECT_THAT(
      facts_of("a.ppt", slides(made::le(0, 2) + made::le(0x03e8, 2) + made::le(0x7fff'ffff, 4) + packed)),
      ElementsAre("macros", "auto-macro"));
  auto broken = packed;
  broken.replace(40, 20, std::string(20, '\xff'));
  EXPECT_THAT(facts_of("a.ppt", slides(broken)), ElementsAre("?damaged"));
  EXPECT_THAT(facts_of("a.ppt", slides("")), IsEmpty());
}

// Specification 1.9.1, "Control Word": letters, a number, one space. What follows is data again.
TEST(HiddenFiles, DigitsOfRichTextAmongControlWords) {
  const auto data = made::le(0x501, 4) + made::le(2, 4) + made::le(11, 4) + std::string("Equation.3\0", 11);
  std::string hex;
  for (const char c : data) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  const auto in = [](const std::string& digits) { return "{\\rtf1{\\object{\\*\\objdata " + digits + "}}}"; };
  // A digit behind a control word would be of its number: the rest begins with a letter.
  const auto first = hex.substr(0, 17);
  const auto rest = hex.substr(17);
  for (const auto* between :
       {"", "\\x1", "\\x-1 ", "\\xyz ", "\\*", "\\~", "\\'41", "{\\a1}", "\r\n\\x1 \\y2 "})
    EXPECT_THAT(facts_of("a.rtf", in(first + between + rest)), Contains("equation-object")) << between;
  EXPECT_THAT(facts_of("a.rtf", in(hex.substr(0, 20) + "\\bin" + std::to_string(data.size() - 10) + " " +
                                   data.substr(10))),
              Contains("equation-object"));
}

TEST(HiddenFiles, HonestOnesAreNone) {
  EXPECT_THAT(
      facts_of("a.xlsx", made::zip({{"[Content_Types].xml", "<Types/>"},
                                    {"xl/workbook.xml", "<workbook/>"},
                                    {"xl/externalLinks/_rels/externalLink1.xml.rels",
                                     made::relations("externalLinkPath", "https://a.example/b.xlsx")}})),
      IsEmpty());
  EXPECT_THAT(facts_of("a.zip", made::zip({{"META-INF/MANIFEST.MF", "x"}, {"a.txt", "x"}})),
              ElementsAre("archive"));
  EXPECT_THAT(facts_of("a.zip", made::zip({{"META-INF/MANIFEST.MF", "x"}, {"a/B.class", "x"}})),
              ElementsAre("executable"));
  EXPECT_THAT(facts_of("a.zip", made::zip({{"a/../b.txt", "x"}, {"..b/c..txt", "x"}})),
              ElementsAre("archive"));
  EXPECT_THAT(facts_of("a.txt", "begin 2026 with us\nand so on\n"), IsEmpty());
  EXPECT_THAT(facts_of("a.csv", "name,sum\r\n=A1|B1,-5\r\na|b!,c\r\n"), IsEmpty());
}

TEST(HiddenFiles, ArchivesThatHarm) {
  for (const auto* name : {"../a.txt", "a/../../b.txt", "..\\a.txt", "C:\\a.txt", "a\\..\\..\\b"})
    EXPECT_THAT(facts_of("a.zip", made::zip({{name, "x"}})), ElementsAre("archive", "outside-name")) << name;
  EXPECT_THAT(
      facts_of("a.tar", made::archive(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, {{"../a.txt", "x"}})),
      Contains("outside-name"));
  EXPECT_THAT(facts_of("a.zip", made::zip({{"a.txt", std::string(20'000'000, 'a')}})),
              ElementsAre("archive", "bomb", "?too-large"));
  EXPECT_THAT(facts_of("a.gz", made::archive(ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP,
                                             {{"x", std::string(20'000'000, 'a')}})),
              ElementsAre("archive", "bomb", "?too-large"));
}

// What opens a zip looks for its directory at its end; what was there before another, others show.
TEST(HiddenFiles, ZipsBehindSomethingElse) {
  const auto program = made::zip({{"a.exe", made::program()}});
  for (const auto* name : {"a.zip", "a.dat", ""})
    EXPECT_THAT(facts_of(name, "some words before it " + program), Contains("executable")) << name;
  EXPECT_THAT(facts_of("a.zip", "GIF89a" + std::string(30, '\0') + program), Contains("executable"));
  EXPECT_THAT(facts_of("a.zip", "%PDF-1.4\n" + program), Contains("executable"));
  EXPECT_THAT(facts_of("a.gif", "GIF89a" + std::string(30, '\0') + program), Not(Contains("executable")));
  const auto harmless = made::zip({{"b.txt", "x"}});
  EXPECT_THAT(facts_of("a.zip", program + harmless),
              ElementsAre("dangerous-name", "executable", "archive", "two-archives"));
  EXPECT_THAT(facts_of("a.zip", harmless + program), Contains("executable"));
}

TEST(HiddenFiles, NamesOfOtherArchives) {
  const auto bytes = made::archive(ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE,
                                   {{"\xd8\xb1\xe2\x80\xae"
                                     "fdp.js",
                                     "new ActiveXObject('x')"}});
  EXPECT_THAT(facts_of("a.7z", bytes), Contains("bidi-name"));
  prepare_files();
  const auto shut_in = [](std::string_view request) {
    std::string out;
    for (const auto& fact : facts_of("a.7z", request)) out += fact + " ";
    return out;
  };
  auto worker = base::Worker::start(+shut_in, {});
  ASSERT_TRUE(worker);
  const auto reply = worker->call(bytes);
  ASSERT_TRUE(reply);
  EXPECT_THAT(reply->bytes, testing::HasSubstr("bidi-name")) << reply->fault;
}

TEST(HiddenFiles, MessagesAndPagesAsFiles) {
  const auto with = [](std::string_view head, std::string_view part) {
    return fmt::format(
        "From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: {}; "
        "boundary=q\r\n\r\n--q\r\nContent-Type: text/plain\r\n\r\nhello\r\n--q\r\n{}\r\n--q--\r\n",
        head, part);
  };
  const auto program =
      "Content-Type: application/octet-stream; name=a.exe\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
      base::encode_base64(made::program());
  const auto mail = with("multipart/mixed", program);
  EXPECT_THAT(facts_of("a.eml", mail), ElementsAre("dangerous-name", "executable", "mail-in-file"));
  EXPECT_THAT(facts_of("a.zip", made::zip({{"a.eml", mail}})), Contains("executable"));
  // A document of Word as a page, with its macros: zlib behind a header.
  const auto macros =
      "Content-Location: file:///C:/editdata.mso\r\nContent-Type: application/x-mso\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n" +
      base::encode_base64("ActiveMime" + std::string(0x28, '\0') + made::zlib(project()));
  EXPECT_THAT(facts_of("a.doc", with("multipart/related", macros)), Contains("auto-macro"));
}

// RFC 5652 section 5.2, whole and in pieces of which none says how long it is.
TEST(HiddenFiles, WhatIsSigned) {
  const auto of = [](char tag, const std::string& content) {
    return std::string(1, tag) + '\x83' + static_cast<char>(content.size() >> 16U) +
           static_cast<char>(content.size() >> 8U & 0xffU) + static_cast<char>(content.size() & 0xffU) +
           content;
  };
  const std::string oid("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", 11);
  const std::string data("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01", 11);
  const auto mail = "Content-Type: application/octet-stream; name=a.exe\r\n\r\n" + made::program();
  const auto head = std::string("\x02\x01\x01", 3) + of('\x31', "");
  const auto whole =
      of('\x30', oid + of('\xa0', of('\x30', head + of('\x30', data + of('\xa0', of('\x04', mail))))));
  EXPECT_THAT(facts_of("smime.p7m", whole), Contains("executable"));
  const std::string end("\0\0", 2);
  const auto open = [&](char tag, const std::string& content) {
    return std::string(1, tag) + '\x80' + content + end;
  };
  const auto pieces = open('\x24', of('\x04', mail.substr(0, 70)) + of('\x04', mail.substr(70)));
  const auto loose =
      open('\x30',
           oid + open('\xa0', open('\x30', std::string("\x02\x01\x01", 3) + open('\x31', open('\x30', data)) +
                                               open('\x30', data + open('\xa0', pieces)))));
  EXPECT_THAT(facts_of("smime.p7m", loose), Contains("executable"));
  for (std::size_t size = 0; size < loose.size(); ++size) facts_of("smime.p7m", loose.substr(0, size));
}

TEST(HiddenFiles, FilesInText) {
  std::string lines;
  const auto program = made::program();
  for (std::size_t at = 0; at < program.size(); at += 45) {
    const auto piece = program.substr(at, 45);
    lines += static_cast<char>(' ' + piece.size());
    for (std::size_t i = 0; i < piece.size(); i += 3) {
      unsigned bits = 0;
      for (std::size_t k = 0; k < 3; ++k)
        bits = bits << 8U | (i + k < piece.size() ? static_cast<unsigned char>(piece[i + k]) : 0U);
      for (unsigned k = 0; k < 4; ++k) {
        const auto digit = bits >> (18 - 6 * k) & 63U;
        lines += digit == 0 ? '`' : static_cast<char>(' ' + digit);
      }
    }
    lines += "\r\n";
  }
  const auto text = "Hello,\r\n\r\nbegin 644 a.exe\r\n" + lines + "`\r\nend\r\n";
  EXPECT_THAT(facts_of("", text), ElementsAre("dangerous-name", "executable"));
  EXPECT_THAT(facts_of("a.csv", "a,b\r\n=cmd|'/c calc'!A0,x\r\n"), ElementsAre("dde"));
  EXPECT_THAT(facts_of("a.slk", "ID;P\r\nC;X1;Y1;K0;ECMD|'/c calc'!A0\r\nE\r\n"), ElementsAre("dde"));
  EXPECT_THAT(facts_of("a.iqy", "WEB\r\n1\r\nhttps://a.example/\r\n"), ElementsAre("remote-object"));
}

}  // namespace
}  // namespace rampart::guard::files
