#include "guard/inspect/url/url.h"

#include <ctime>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "guard/inspect/url/find.h"
#include "guard/inspect/url/flowed.h"

namespace rampart::guard::url {
namespace {

struct Case {
  std::string_view text;
  std::string_view parsed;  // Url::text()
  std::uint32_t odd = 0;
};

TEST(Url, AsABrowserReadsIt) {
  const Case cases[] = {
      {"http://example.com", "http://example.com/"},
      {"HTTPS://User:Pw@EXAMPLE.com:8443/a?b#c", "https://example.com:8443/a?b#c", kUserinfo | kPassword},
      {"https://bank.example@evil.example/", "https://evil.example/", kUserinfo | kUserLooksLikeHost},
      {"https://a@b@c.example/", "https://c.example/", kUserinfo},
      {"https://bank.example\\@evil.example/", "https://bank.example/@evil.example/", kBackslash},
      {"http:\\\\example.com\\a", "http://example.com/a", kBackslash},
      {"http:example.com/a", "http://example.com/a", kSlashes},
      {"https:/example.com", "https://example.com/", kSlashes},
      {"https://///example.com", "https://example.com/", kSlashes},
      {"//example.com/a", "https://example.com/a", kNoScheme},
      {"\\\\example.com/a", "https://example.com/a", kNoScheme | kBackslash},
      {" ht\ntp://exa\tmple.com/\r\na ", "http://example.com/a", kWhiteSpace | kControl},
      {"http://example.com:80/", "http://example.com/"},
      {"http://example.com:443/", "http://example.com:443/"},
      {"http://example.com:/", "http://example.com/"},
      {"http://example.com?a#b?c", "http://example.com/?a#b?c"},
      {"http://example.com./", "http://example.com/", kFinalDot},
      {"http://_dmarc.example.com/", "http://_dmarc.example.com/"},
      // addresses
      {"http://127.0.0.1/", "http://127.0.0.1/"},
      {"http://2130706433/", "http://127.0.0.1/", kNumberHost},
      {"http://0x7f000001/", "http://127.0.0.1/", kNumberHost},
      {"http://0x7f.0.0.1/", "http://127.0.0.1/", kNumberHost},
      {"http://0177.0.0.01/", "http://127.0.0.1/", kNumberHost},
      {"http://127.1/", "http://127.0.0.1/", kNumberHost},
      {"http://192.168.257/", "http://192.168.1.1/", kNumberHost},
      {"http://127.0.0.1./", "http://127.0.0.1/"},
      {"http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080/"},
      {"http://[::ffff:192.0.2.9]/", "http://192.0.2.9/", kNumberHost},
      {"http://[::FFFF:c000:209]:81/", "http://192.0.2.9:81/", kNumberHost},
      {"http://１２７.0.0.1/", "http://127.0.0.1/", kMappedHost},
      {"http://①②⑦。0。0。1/", "http://127.0.0.1/", kMappedHost},
      {"http://%31%32%37.0.0.1/", "http://127.0.0.1/", kPercentHost},
      // names
      {"http://ex%61mple.com/%61", "http://example.com/%61", kPercentHost},
      {"http://ｅxample。com/", "http://example.com/", kMappedHost},
      {"http://exa\u00admp\u200ble.com/", "http://example.com/", kIgnoredInHost},
      {"http://bücher.example/", "http://xn--bcher-kva.example/"},
      {"http://b%C3%BCcher.example/", "http://xn--bcher-kva.example/", kPercentHost},
      {"http://پاکستان.example/", "http://xn--mgbai9azgqp6j.example/"},
      // other schemes
      {"mailto:a@b.example?subject=x", "mailto:a@b.example?subject=x"},
      {"javascript://a%0aalert(1)", "javascript://a%0aalert(1)"},
      {"data:text/html,x", "data:text/html,x"},
      {"ssh://host.example:22/x", "ssh://host.example:22/x"},
      {"file:///etc/passwd", "file:/etc/passwd"},
  };
  for (const auto& [text, parsed, odd] : cases) {
    const auto url = parse(text);
    ASSERT_TRUE(url) << text;
    EXPECT_EQ(url->text(), parsed) << text;
    EXPECT_EQ(url->odd, odd) << text;
    EXPECT_NE(url->host_kind, HostKind::invalid) << text;
  }
}

TEST(Url, HostsThatAreNone) {
  for (const std::string_view text :
       {"http://", "http:///", "http://a b/", "http://a..b/", "http://0300.0250../", "http://256.0.0.1/",
        "http://1.2.3.4.5/", "http://0x100000000/", "http://08.0.0.1/", "http://[::1/", "http://[1.2.3.4]/",
        "http://a:70000/", "http://a:b/", "http://a%20b/", "http://a%2Fb/", "http://\xff/",
        "http://exa<mple.com/", "http://1.2.3.09x0/%00", "http://@/"}) {
    const auto url = parse(text);
    ASSERT_TRUE(url) << text;
    EXPECT_TRUE(url->host_kind == HostKind::invalid || text == "http://1.2.3.09x0/%00")
        << text << url->text();
  }
  EXPECT_EQ(parse("http://" + std::string(2000, 'a'))->host_kind, HostKind::invalid);
}

TEST(Url, NoSchemeNoUrl) {
  for (const std::string_view text : {"", " ", "example.com", "/a", "#a", "?a", ":a", "1a:b", "a b:c"})
    EXPECT_FALSE(parse(text)) << text;
}

TEST(Url, KeepsWithinItsLimits) {
  const std::string long_text(10'000'000, 'a');
  const auto path = parse("http://example.com/" + long_text);
  EXPECT_EQ(path->path.size(), kMaxUrl);
  EXPECT_TRUE(path->is(kCut));
  const auto user = parse("http://" + long_text + "@evil.example/");
  EXPECT_EQ(user->host, "evil.example") << "however far behind it stands";
  EXPECT_EQ(user->user.size(), kMaxUserinfo);
  EXPECT_EQ(parse("http://" + long_text)->host_kind, HostKind::invalid);
  EXPECT_FALSE(parse(long_text + ":x"));
}

TEST(Url, TheDomainThatSomebodyRegistered) {
  EXPECT_EQ(parse("http://www.bank.co.uk/")->registered()->text(), "bank.co.uk");
  EXPECT_EQ(parse("http://a.b.github.io/")->registered()->text(), "b.github.io");
  EXPECT_FALSE(parse("http://co.uk/")->registered());
  EXPECT_FALSE(parse("http://127.0.0.1/")->registered());
}

TEST(Url, AsAPersonTakesATextForOne) {
  EXPECT_EQ(parse_shown("www.example.com")->text(), "http://www.example.com/");
  EXPECT_EQ(parse_shown("example.com:8080/a")->text(), "http://example.com:8080/a");
  EXPECT_EQ(parse_shown("https://a.invalidtld/")->text(), "https://a.invalidtld/");
  EXPECT_EQ(parse_shown("192.0.2.1/a")->text(), "http://192.0.2.1/a");
  for (const std::string_view text :
       {"report.doc", "invoice.zip", "README.md", "example", "a b.com", "me@example.com", "1.5", "e.g.",
        "Click here", "version 1.2.3", "", "10.000"})
    EXPECT_FALSE(parse_shown(text)) << text;
}

TEST(Url, AReferenceAtABase) {
  const auto base = *parse("https://user@a.example/b/c/d?e#f");
  for (const auto& [text, resolved] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"x", "https://a.example/b/c/x"},
           {"../x", "https://a.example/b/x"},
           {"../../../x", "https://a.example/x"},
           {"./", "https://a.example/b/c/"},
           {"/x?y#z", "https://a.example/x?y#z"},
           {"?y", "https://a.example/b/c/d?y"},
           {"#z", "https://a.example/b/c/d?e#z"},
           {"", "https://a.example/b/c/d?e"},
           {"//b.example/x", "https://b.example/x"},
           {"\\\\b.example\\x", "https://b.example/x"},
           {"http://c.example", "http://c.example/"},
           {"mailto:x", "mailto:x"},
       })
    EXPECT_EQ(resolve(base, text)->text(), resolved) << text;
  EXPECT_FALSE(resolve(*parse("data:x"), "y"));
}

TEST(Url, PercentEncoding) {
  EXPECT_EQ(percent_decode("%41%6a%zz%4%"), "Aj%zz%4%");
  EXPECT_EQ(percent_decode("a+b%2B", true), "a b+");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
}

std::string found_in(std::string_view text) {
  std::string out;
  for (const auto& found : find_urls(text)) {
    if (!out.empty()) out += ' ';
    out += found.text;
    EXPECT_EQ(text.substr(found.offset, found.text.size()), found.text);
  }
  return out;
}

TEST(FindUrls, WhatAMailClientWouldLink) {
  for (const auto& [text, found] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"See https://a.example/b, or (http://c.example/d).", "https://a.example/b http://c.example/d"},
           {"<https://a.example/>; \"https://b.example\"", "https://a.example/ https://b.example"},
           {"https://en.example/wiki/A_(b)", "https://en.example/wiki/A_(b)"},
           {"www.example.com and WWW.example.org!", "www.example.com WWW.example.org"},
           {"Go to example.com/login now; example.com alone is none", "example.com/login"},
           {"textHTTP://a.example", "HTTP://a.example"},
           {"hxxp://a.example h**p://b.example c[.]com/d e(dot)com/f https[:]//g.example", ""},
           {"me@example.com/x mailto:me@example.com", ""},
           {"and/or report.doc/x 24/7 1.5/2 a.b", ""},
           {"“https://a.example/” «https://b.example/»", "https://a.example/ https://b.example/"},
           {"دیکھیں https://a.example/۔", "https://a.example/"},
           {"https://user@a.example:8443/b?c=d&e=f#g...", "https://user@a.example:8443/b?c=d&e=f#g"},
           {"（https://a.example/b） 「https://b.example」", "https://a.example/b https://b.example"},
           {"https://a.example，and https://b.example\u2009x https://c.example\u202fy",
            "https://a.example https://b.example https://c.example"},
           {"http:// https:///", ""},
           {"http://127.0.0.1/x", "http://127.0.0.1/x"},
           {"http://2130706433/", "http://2130706433/"},
           {"", ""},
       })
    EXPECT_EQ(found_in(text), found) << text;
}

TEST(FindUrls, KeepsWithinItsLimits) {
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "http://a.example/" + std::to_string(i) + " ";
  EXPECT_EQ(find_urls(many).size(), kMaxFound);
  EXPECT_EQ(find_urls("http://a.example/" + std::string(5'000'000, 'x')).size(), 1U);
  for (const std::string_view unit : {"://", "http", ".", "a.b/", "www.", "(", ")", "\u201c"}) {
    std::string text;
    while (text.size() < 1'000'000) text += unit;
    find_urls(text);
    find_urls("http://" + text);
  }
}

std::vector<std::string> all_in(std::string_view text) {
  const auto all = find_all_urls(text);
  EXPECT_FALSE(all.is_cut);
  std::vector<std::string> out;
  out.reserve(all.urls.size());
  for (const auto& url : all.urls) out.push_back(url.text());
  return out;
}

TEST(FindAllUrls, WhereverAnyClientEndsOne) {
  for (const std::string_view text : {
           "https://evil.example/",
           "（https://evil.example）",
           "「https://evil.example」",
           "https://evil.example，hello",
           "https://evil.example\u2009x",
           "https://evil.example\u202fx",
           "https://evil.exampleをご覧ください",
           "https://evil.example,and",
           "<https://evil.example'>x",
           "‘https://evil.example’ x",
           "http://*https://evil.example/",
           "(http://good.example)https://evil.example/",
           "http://good.example;https://evil.example/",
           "http://good.example,https://evil.example/",
           "http://good.example/#,https://evil.example/",
           "http://good.example/?a,https://evil.example/",
           "http://good.example\\nhttps://evil.example/",
           "http://good.example/?u=https://evil.example/",
           "http://user@evil.example,and",
           "http://evil.example,x@good.example/",
           "xhttps://evil.example",
           "HTTPS:\\\\evil.example",
           "ftp://evil.example/",
           "see <https://evil.exa\r\n mple/> now",
           "see <URL:https://evil.exa\nmple/> now",
           "https://evil.example)text",
           "http://e\u00advil.example/",
       }) {
    auto found = all_in(text);
    for (auto& one : found) one = one.substr(one.find("://") + 3);
    EXPECT_THAT(found, testing::Contains("evil.example/")) << text;
  }
  EXPECT_THAT(all_in("（https://files.example/a/b）"), testing::Contains("https://files.example/a/b"));
  EXPECT_THAT(all_in("https://files.example/a/b、"), testing::Contains("https://files.example/a/b"));
  EXPECT_THAT(all_in("https://files.example/a/b,c"),
              testing::IsSupersetOf({"https://files.example/a/b", "https://files.example/a/b,c"}));
}

TEST(FindAllUrls, DomainsThatStandAlone) {
  for (const std::string_view text :
       {"go to evilhost.com now", "go to evilhost.com.", "go to evilhost.com/ now",
        "go to www.evilhost.com now", "(evilhost.com)", "evilhost.comをご覧", "it's:evilhost.com"}) {
    auto found = all_in(text);
    for (auto& one : found)
      if (one.starts_with("http://www.")) one.erase(7, 4);
    EXPECT_THAT(found, testing::Contains("http://evilhost.com/")) << text;
  }
  EXPECT_THAT(all_in("evilhost.com/a/b, then"), testing::Contains("http://evilhost.com/a/b"));
  EXPECT_THAT(all_in("evilhost.com:8080/a"), testing::Contains("http://evilhost.com:8080/a"));
  EXPECT_THAT(all_in("پاکستان.com/a"), testing::Contains("http://xn--mgbai9azgqp6j.com/a"));
  EXPECT_THAT(all_in("192.0.2.1/a"), testing::Contains("http://192.0.2.1/a"));
  for (const std::string_view text : {"me@evilhost.com", "evilhost.com@x", "report.doc", "1.5", "10.000",
                                      "e.g.", "192.0.2.1", "a..com", "", "and/or"})
    EXPECT_THAT(all_in(text), testing::IsEmpty()) << text;
}

TEST(FindAllUrls, TellsWhatItLeavesOutAndNothingElse) {
  std::string text;
  for (std::size_t i = 0; i < kMaxFoundAll; ++i) text += "https://a.example/" + std::to_string(i) + "\r\n";
  EXPECT_EQ(find_all_urls(text).urls.size(), kMaxFoundAll);
  EXPECT_FALSE(find_all_urls(text).is_cut) << "a limit that is met is not gone over";
  EXPECT_FALSE(find_all_urls(text + text).is_cut) << "each counts once";
  EXPECT_TRUE(find_all_urls(text + "https://b.example/").is_cut);
  EXPECT_TRUE(find_all_urls("http://" + std::string(20'000, 'x') + "@evil.example/").is_cut);
  for (const std::string_view unit :
       {"://", "http", ".", "a.b/", "www.", "(", ")", "\u201c", "http://a", "a.com/", "a.com ", "<http",
        "<http\n", "http://a@", ",http://a.com", "@a.com", "ü.com"}) {
    text.clear();
    while (text.size() < 300'000) text += unit;
    const auto begin = std::clock();  // not what others do meanwhile
    find_all_urls(text);
    find_all_urls("http://" + text);
    EXPECT_LT(std::clock() - begin, 10 * CLOCKS_PER_SEC) << unit;
  }
}

TEST(Flowed, LinesAreJoinedAsTheirWriterHadThem) {
  EXPECT_EQ(unflow("see https://a.exa \r\nmple/ now\r\n", true), "see https://a.example/ now\n");
  EXPECT_EQ(unflow("see \r\nthat\r\nthis", false), "see that\nthis\n");
  EXPECT_EQ(unflow("> a \n> b\n>> c \n> d\n", false), "> a b\n>> c \n> d\n");
  EXPECT_EQ(unflow(" >x\n  y\n", false), ">x\n y\n") << "a space that is stuffed";
  EXPECT_EQ(unflow("a \n-- \nb\n", false), "a \n-- \nb\n") << "a signature's line flows nowhere";
  EXPECT_EQ(unflow("", true), "");
}

}  // namespace
}  // namespace rampart::guard::url
