#include "guard/inspect/seen/look.h"

#include <cstdlib>
#include <ctime>
#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "guard/inspect/images/drawn_test.h"

namespace rampart::guard {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

// As it comes out of another process.
Inspected seen_in(std::string_view message) { return read_inspected(look(message)); }

std::string part(std::string_view type, std::string_view text, std::string_view more = "") {
  return fmt::format("--x\r\nContent-Type: {}\r\n{}\r\n{}\r\n", type, more, text);
}
std::string mixed(std::string_view parts) {
  return fmt::format("Content-Type: multipart/mixed; boundary=x\r\n\r\n{}--x--\r\n", parts);
}

TEST(LinkKey, BringsLinksToOneForm) {
  const auto key = [](std::string_view text) { return link_key(*url::parse(text)); };
  for (const auto* path :
       {"/%61/%62", "/x/../a/b", "\\a\\b", "/%2e%2E/a/b", "/./a/%2E/b", "/a/b#c", "/x/%2e./a/b"})
    EXPECT_EQ(key(fmt::format("https://evil.example{}", path)), "evil.example/a/b") << path;
  EXPECT_EQ(key("https://evil.example/a%2fb"), "evil.example/a%2Fb");
  EXPECT_EQ(key("https://evil.example/a%5cb?%41=%7e%c3"), "evil.example/a%5Cb?A=~%C3");
  EXPECT_EQ(key("https://u:p@Evil.example:8443"), "evil.example:8443/");
  EXPECT_EQ(key("https://evil.example/\xc3\xa4 b"), "evil.example/%C3%A4%20b");
  EXPECT_EQ(key("https://evil.example//a///b?c=//d"), "evil.example/a/b?c=//d");
  EXPECT_EQ(key("ftp://evil.example/a"), "evil.example/a");
  EXPECT_EQ(key("intent://evil.example/a#Intent;end"), "evil.example/a");
  EXPECT_EQ(key("mailto:a@b.example"), "");
}

TEST(Look, FindsLinksOfTextAndHtmlHoweverTheyAreEncoded) {
  const auto found = seen_in(
      mixed(part("text/plain", "See https://Evil.example:8443/a?b=c#d") +
            part("text/html",
                 "PGEgaHJlZj0iaHR0cDovL2ZvcmdlZC5leGFtcGxlL3BheSI+aHR0cHM6Ly9iYW5rLmV4YW1wbGUvPC9hPg==",
                 "Content-Transfer-Encoding: base64\r\n") +
            part("text/html", "<img src=3D\"http://192.0.2.1/x.png\">",
                 "Content-Transfer-Encoding: quoted-printable\r\n")));
  EXPECT_EQ(found.fault, "");
  EXPECT_THAT(found.link_keys, UnorderedElementsAre("evil.example:8443/a?b=c", "forged.example/pay",
                                                    "bank.example/", "192.0.2.1/x.png"));
  EXPECT_EQ(found.hashes.size(), 3U);
  ASSERT_EQ(found.links.size(), 4U);
  EXPECT_EQ(found.links[1].host, "forged.example");
  EXPECT_EQ(found.links[1].part, "2");
  EXPECT_EQ(found.links[1].relation, url::ShownRelation::other_domain);
  EXPECT_EQ(found.links[1].claimed_host, "bank.example");
  EXPECT_EQ(found.links[3].kind, html::LinkKind::image) << "what loads comes last";
  EXPECT_EQ(found.text, "https://bank.example/");
  EXPECT_EQ(found.body_part, "2");
}

TEST(Look, LooksIntoWrappersAndMessagesWithinTheMessage) {
  const auto found = seen_in(mixed(part("message/rfc822",
                                        "From: a@b.example\r\nContent-Type: text/plain\r\n\r\n"
                                        "https://nam01.safelinks.protection.outlook.com/"
                                        "?url=https%3A%2F%2Fevil.example%2Fx&data=1")));
  EXPECT_THAT(found.link_keys, Contains("evil.example/x"));
  ASSERT_EQ(found.links.size(), 1U);
  EXPECT_EQ(found.links[0].part, "1.1");
  EXPECT_EQ(found.links[0].targets.at(0).host, "evil.example");
  EXPECT_TRUE(found.links[0].targets.at(0).is_known);
}

TEST(Look, HashesWhatAPartHoldsAndNotHowItTravelled) {
  const auto found = seen_in(
      "Content-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: "
      "base64\r\n\r\nAAEC\r\n");
  EXPECT_THAT(found.hashes, ElementsAre(base::hex(crypto::sha256(std::string("\0\1\2", 3)))));
  ASSERT_EQ(found.parts.size(), 1U);
  EXPECT_TRUE(found.parts[0].is_attachment);
  EXPECT_EQ(found.parts[0].name, "a.bin");
  EXPECT_EQ(found.parts[0].size, 3U);
}

TEST(Look, ReadsCharacterSets) {
  const auto text_of = [](std::string_view charset, std::string_view bytes) {
    return seen_in(
        fmt::format("Content-Type: text/plain; charset={}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
                    charset, base::encode_base64(bytes)));
  };
  const auto wide = [](std::string_view text, bool big) {
    std::string out;
    for (const char c : text) (out += big ? '\0' : c) += big ? c : '\0';
    return out;
  };
  constexpr std::string_view kLink = "see https://evil.example/a now";
  for (const auto& [charset, bytes] : std::initializer_list<std::pair<const char*, std::string>>{
           {"utf-16le", wide(kLink, false)},
           {"utf-16be", wide(kLink, true)},
           {"utf-16", "\xff\xfe" + wide(kLink, false)},
           {"utf-8", wide(kLink, false)},
           {"us-ascii", "\xff\xfe" + wide(kLink, false)},
           {"utf-7", "see https+ADo-//evil.example/a now"}}) {
    const auto found = text_of(charset, bytes);
    EXPECT_EQ(found.fault, "") << charset;
    EXPECT_THAT(found.link_keys, Contains("evil.example/a")) << charset;
  }
  EXPECT_EQ(text_of("koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4").text, "Привет");
  EXPECT_EQ(text_of("windows-1252", "\x80 5").text, "€ 5");
  EXPECT_EQ(text_of("Shift_JIS", "\x93\xfa\x96\x7b").text, "日本");
  EXPECT_EQ(text_of("gb2312", "\xd6\xd0\xb9\xfa").text, "中国");
  EXPECT_EQ(text_of("iso-2022-jp", "\x1b$BF|K\\\x1b(B").text, "日本");
  EXPECT_EQ(text_of("windows-1256", "\xc7\xd1\xcf\xe6").text, "اردو");
  EXPECT_EQ(text_of("x-unheard-of", kLink).extent, Extent::part);
  EXPECT_THAT(text_of("x-unheard-of", kLink).link_keys, Contains("evil.example/a")) << "what can be read is";
  const auto page = seen_in("Content-Type: text/html\r\n\r\n<meta charset=windows-1251>\xcf\xf0\xe8");
  EXPECT_EQ(page.text, "При");
}

TEST(Look, ReadsCalendars) {
  const auto found = seen_in(
      "Content-Type: text/calendar\r\n\r\nBEGIN:VEVENT\r\nDESCRIPTION:Join at https://a.exa\r\n"
      " mple/x\\nor\\, else\r\nURL;VALUE=URI:https://b.example/\r\nATTACH:https://c.example/f\r\n"
      "LOCATION;ALTREP=\"https://d.example/\":Room\r\n"
      "X-ALT-DESC;FMTTYPE=text/html:<a href=\"https://e.example\">bank.example</a>\r\nEND:VEVENT\r\n");
  EXPECT_THAT(found.link_keys,
              UnorderedElementsAre("a.example/x", "b.example/", "c.example/f", "d.example/", "e.example/"));
  for (const auto& link : found.links) EXPECT_EQ(link.source, LinkSource::calendar) << link.url;
}

TEST(Look, KnowsImagesThatCameAlongAndWhatFormsAskFor) {
  const auto found = seen_in(
      "Content-Type: multipart/related; boundary=x\r\n\r\n" +
      part("text/html",
           "<a href=https://evil.example/><img src=\"cid:logo@a\"></a><form action=https://evil.example/p>"
           "<input type=password name=p></form>") +
      part("image/png; name=a.png", "x", "Content-ID: <logo@a>\r\n") + "--x--\r\n");
  ASSERT_EQ(found.pages.size(), 1U);
  EXPECT_EQ(found.pages[0].part_images, 1U);
  EXPECT_TRUE(found.pages[0].is_image_only);
  ASSERT_EQ(found.pages[0].forms.size(), 1U);
  EXPECT_TRUE(found.pages[0].forms[0].asks_for_credentials());
  EXPECT_EQ(found.pages[0].forms[0].registered, "evil.example");
  EXPECT_TRUE(found.parts[2].is_referenced);
  EXPECT_FALSE(found.parts[2].is_attachment);
}

TEST(Look, OnlyTextsAndPagesAreReadInCompany) {
  const auto page = part("text/html; charset=utf-8", "<a href=\"https://evil.example/\">here</a>");
  const auto shared = mixed(part("text/plain", "Hello https://a.example/") + page);
  EXPECT_EQ(look_in_company(shared), look(shared));
  const auto inside = mixed(part("message/rfc822", "Subject: x\r\nContent-Type: text/html\r\n\r\n<p>y"));
  EXPECT_EQ(look_in_company(inside), look(inside));
  for (const auto& file :
       {part("image/png", "\x89PNG"), part("application/pdf", "%PDF-1.7"), part("application/x", "y"),
        part("text/html", "<p>y", "Content-Disposition: attachment\r\n"), part("text/plain; name=a.txt", "y"),
        part("multipart/mixed", "y"), part("message/rfc822", "Content-Type: application/zip\r\n\r\nPK")})
    EXPECT_FALSE(look_in_company(mixed(page + file))) << file;
}

TEST(Look, SaysWhenItHasNotSeenAll) {
  std::string many;
  for (int i = 0; i < 300; ++i) many += part("text/plain", std::to_string(i));
  EXPECT_THAT(seen_in(mixed(many)).fault, HasSubstr("more parts"));
  std::string deep;
  for (int i = 0; i < 40; ++i)
    deep += fmt::format("Content-Type: multipart/mixed; boundary=b{0}\r\n\r\n--b{0}\r\n", i);
  EXPECT_THAT(seen_in(deep + "Content-Type: text/plain\r\n\r\nx\r\n").fault, HasSubstr("nested"));
  std::string links = "Content-Type: text/plain\r\n\r\n";
  for (int i = 0; i < 12'000; ++i) links += fmt::format("http://h{}.example/\r\n", i);
  const auto cut = seen_in(links);
  EXPECT_THAT(cut.fault, HasSubstr("more links"));
  EXPECT_EQ(cut.extent, Extent::part);
  EXPECT_EQ(cut.links.size(), kMaxSeenLinks);
  EXPECT_EQ(cut.links_left_out, 500U);
  const auto whole = seen_in("Subject: x\r\n\r\nno link\r\n");
  EXPECT_EQ(whole.fault, "");
  EXPECT_EQ(whole.extent, Extent::all);
  EXPECT_THAT(seen_in("Content-Transfer-Encoding: odd\r\n\r\nx").fault, HasSubstr("not known"));
}

TEST(Look, TakesOnlyWhatSaysHowABodyIsRead) {
  const std::string bytes =
      "Received: x\r\nContent-Type: text/html;\r\n charset=utf-8\r\nSubject: y\r\nMIME-Version: "
      "1.0\r\n\r\n<p>";
  const auto message = *mail::Message::parse(bytes);
  EXPECT_EQ(content_header(message.header), "Content-Type: text/html;\r\n charset=utf-8\r\n\r\n");
}

// What is dirt to some programs, another encoding is not.
TEST(Look, ZeroesHideNothing) {
  const auto keys_of = [](std::string_view type, std::string text) {
    std::ranges::replace(text, '~', '\0');
    return seen_in(fmt::format("Content-Type: {}\r\n\r\n{}", type, text)).link_keys;
  };
  for (const auto* text :
       {"~~~<a href=https://evil.example/a>x</a>", "~<~a href=https://evil.example/a>x</a>",
        "<a hr~ef='https://ev~il.example/a'>x</a>", "<~a~ href=https://evil.example/a>x</a>"})
    EXPECT_THAT(keys_of("text/html", text), Contains("evil.example/a")) << text;
  EXPECT_THAT(keys_of("text/plain", "https://ev~il.example/a"), Contains("evil.example/a"));
  std::string wide;
  for (const char c : std::string_view("<a href=https://evil.example/a>x</a>")) (wide += c) += '~';
  EXPECT_THAT(keys_of("text/html; charset=us-ascii", wide), Contains("evil.example/a"));
}

TEST(Look, ReadsAllTextsThatAreShown) {
  const auto found =
      seen_in(mixed(part("text/html", "<p>News of today") + part("text/html", "<p>Your mailbox is full") +
                    part("text/x-amp-html", "<a href=\"https&colon;//evil.example/a\">x</a>")));
  EXPECT_THAT(found.text, HasSubstr("News of today"));
  EXPECT_THAT(found.text, HasSubstr("Your mailbox is full"));
  EXPECT_EQ(found.body_part, "1");
  EXPECT_GT(found.shown_characters, 20U);
  EXPECT_THAT(found.link_keys, Contains("evil.example/a"));
}

TEST(Look, FindsFilesInATextAndWhatIsDrawnInIt) {
  // "MZ" and enough to be a program, as uuencode writes it.
  const auto found = seen_in(
      "Content-Type: text/plain\r\n\r\nHello\r\n\r\nbegin 644 invoice.js\r\n"
      "#86%A\r\n`\r\nend\r\n");
  ASSERT_EQ(found.parts.size(), 1U);
  EXPECT_TRUE(found.parts[0].file.has(files::FileFact::script));
  EXPECT_FALSE(found.parts[0].is_attachment);
  EXPECT_EQ(found.hashes.size(), 2U);
  const auto code = images::drawn("https://evil.example/pay", 1, 4);
  std::string art;
  for (std::size_t y = 0; y < code.height; y += 2) {
    for (std::size_t x = 0; x < code.width; ++x) {
      const bool top = code.row(y)[x] == 0;
      const bool bottom = y + 1 < code.height && code.row(y + 1)[x] == 0;
      art += top && bottom ? "\u2588" : top ? "\u2580" : bottom ? "\u2584" : " ";
    }
    art += "\r\n";
  }
  const auto drawn = seen_in("Content-Type: text/plain; charset=utf-8\r\n\r\nScan this:\r\n" + art);
  EXPECT_THAT(drawn.link_keys, Contains("evil.example/pay"));
  ASSERT_EQ(drawn.links.size(), 1U);
  EXPECT_EQ(drawn.links[0].source, LinkSource::qr);
}

TEST(Look, WhatComesAlongWithAMessageInAFile) {
  const std::string inner =
      "From: a@b.example\r\nSubject: x\r\nTo: c@d.example\r\nContent-Type: multipart/mixed; "
      "boundary=y\r\n\r\n"
      "--y\r\nContent-Type: text/html\r\n\r\n<a href=https://evil.example/a>x</a>\r\n"
      "--y\r\nContent-Type: application/x-a; name=run.js\r\n\r\nnew ActiveXObject('x')\r\n--y--\r\n";
  const auto found = seen_in(mixed(part("application/octet-stream; name=a.eml", inner)));
  EXPECT_THAT(found.link_keys, Contains("evil.example/a"));
  EXPECT_TRUE(found.parts.at(1).file.is_inside(files::FileFact::script));
  ASSERT_EQ(found.pages.size(), 1U);
  EXPECT_TRUE(found.pages[0].is_of_mail);
  EXPECT_EQ(found.pages[0].inside, "a.eml");
}

TEST(Look, StrangersMessagesCostLittle) {
  const auto quick = [](std::string_view text, const char* what) {
    const auto begun = std::clock();  // of this process, however busy the machine is
    (void)seen_in(text);
    EXPECT_LT((std::clock() - begun) / CLOCKS_PER_SEC, 10) << what << ", under sanitizers";
  };
  quick("Content-Type: text/html\r\n\r\n<a href=\"" + std::string(10'000'000, 'a') + "\">", "one attribute");
  quick("Content-Type: text/html\r\n\r\n<a href=\"https://a.example/" + std::string(10'000'000, '.') + "\">",
        "one URL");
  std::string deep;
  for (int i = 0; i < 100'000; ++i)
    deep += fmt::format("Content-Type: multipart/mixed; boundary=b{0}\n\n--b{0}\n", i);
  quick(deep, "nested parts");
  std::string carriers = "Content-Type: text/html\r\n\r\n";
  for (int i = 0; i < 500; ++i) {
    carriers += "<a href=\"";
    for (int k = 0; k < 200; ++k) carriers += fmt::format("https://a{}.example/?u=", i);
    carriers += "\">x</a>";
  }
  quick(carriers, "links that carry links");
}

TEST(Look, CorpusOfMalformedMail) {
  const auto* shared = std::getenv("RAMPART_SHARED");
  const auto folder =
      std::filesystem::path(shared == nullptr ? "../shared" : shared) / "corpus" / "malformed";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const auto bytes = base::read_file(entry.path().string(), std::size_t{64} << 20U);
    if (!bytes) continue;
    const auto begun = std::clock();  // of this process, however busy the machine is
    const auto seen = seen_in(*bytes);
    EXPECT_TRUE(seen.extent == Extent::all || seen.extent == Extent::part) << entry.path();
    EXPECT_LT((std::clock() - begun) / CLOCKS_PER_SEC, 10) << entry.path();
    ++count;
  }
  EXPECT_GT(count, 0U);
}

TEST(Inspected, AWorkersWordIsAStrangers) {
  EXPECT_THAT(read_inspected("").fault, HasSubstr("not whole"));
  auto said = look("Content-Type: text/plain\r\n\r\nhttps://evil.example/");
  EXPECT_EQ(read_inspected(said).extent, Extent::all);
  EXPECT_EQ(read_inspected(said.substr(0, said.size() - 1)).extent, Extent::nothing);
  said.insert(said.size() - 5, "x");
  EXPECT_THAT(read_inspected(said).fault, HasSubstr("not understood"));
  Inspected claims;
  claims.extent = Extent::killed;
  EXPECT_EQ(read_inspected(write_inspected(claims)).extent, Extent::nothing) << "that is for others to say";
  claims = {};
  claims.hashes = {"no hash"};
  EXPECT_EQ(read_inspected(write_inspected(claims)).extent, Extent::nothing);
  claims = {};
  claims.text = "a\x1b[2J\nb";
  claims.links.push_back({.url = "\x1b[2J"});
  const auto read = read_inspected(write_inspected(claims));
  EXPECT_EQ(read.text.find('\x1b'), std::string::npos);
  EXPECT_EQ(read.links.at(0).url, "\\x1b[2J");
}

}  // namespace
}  // namespace rampart::guard
