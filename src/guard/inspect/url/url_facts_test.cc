#include "guard/inspect/url/url_facts.h"

#include <ctime>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace rampart::guard::url {
namespace {

using testing::HasSubstr;

std::string facts_of(std::string_view text) {
  const auto facts = examine(*parse(text), built_in_services());
  std::string out;
  for (std::size_t i = 0; i < kUrlFacts; ++i) {
    const auto fact = static_cast<UrlFact>(i);
    if (!facts.has(fact)) continue;
    if (!out.empty()) out += ' ';
    out += to_string(fact);
  }
  return out;
}

TEST(UrlFacts, WhatIsOddAboutAUrl) {
  for (const auto& [text, facts] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"https://www.example.com/path/to/some-article-of-ours?id=1", ""},
           {"http://8.8.8.8/", "ip-host"},
           {"http://192.168.0.1/", "ip-host private-ip"},
           {"http://0x08080808/", "ip-host odd-ip"},
           {"http://[2001:4860:4860::8888]/", "ip-host"},
           {"https://bank.example@a.example/", "user-info user-like-host"},
           {"https://a.example:8443/", "odd-port"},
           {"https:\\\\a.example/", "odd-spelling"},
           {"https://%61.example/", "encoded-host"},
           {"https://ａ.example/", "mapped-host"},
           {"https://a..b/", "invalid-host"},
           {"https://bücher.example/", "punycode"},
           {"https://xn--80ak6aa92e.com/", "punycode confusable"},
           {"https://bit.ly/x", "shortener"},
           {"https://a.b.weebly.com/", "free-hosting"},
           {"https://drive.google.com/x", "file-sharing"},
           {"https://forms.gle/x", "form-builder"},
           {"https://paypal.com.evil.example/", "embedded-domain"},
           {"https://paypal.com.a.b.evil.example/", "embedded-domain many-labels"},
           {"https://www.bank.co.uk.evil.example/", "embedded-domain many-labels"},
           {"https://login-paypal-com.evil.example/", "embedded-domain"},
           {"https://mail.in.example.com/", ""},
           {"https://a.b.c.example.com/", "many-labels"},
           {"https://a.example/x/aB3dE5gH7jK9mN1pQ3sT5", "random-path"},
           {"https://a.example/internationalization-of-things", ""},
           {"https://a.example/20261128123456789012345", ""},
           {"data:text/html,x", "data-url"},
           {"javascript:x", "script-url"},
           {"file:///x", "opaque-scheme"},
           {"mailto:a@b.example", ""},
       })
    EXPECT_EQ(facts_of(text), facts) << text;
  EXPECT_EQ(examine(*parse("https://paypal.com.evil.example/"), built_in_services()).embedded, "paypal.com");
  EXPECT_EQ(examine(*parse("https://login-paypal-com.evil.example/"), built_in_services()).embedded,
            "paypal.com");
  EXPECT_EQ(examine(*parse("https://www.bank.co.uk.evil.example/"), built_in_services()).embedded,
            "bank.co.uk");
  EXPECT_EQ(examine(*parse("https://bit.ly/x"), built_in_services()).service, "bit.ly");
}

TEST(UrlFacts, ANameThatMixesScriptsDeceives) {
  const auto facts = examine(*parse("https://раypal.example/"), built_in_services());  // two Cyrillic letters
  EXPECT_TRUE(facts.has(UrlFact::confusable) || facts.has(UrlFact::deceptive_label));
  EXPECT_THAT(facts.shown_host, HasSubstr("xn--"));
}

std::string unwrapped(std::string_view text) {
  std::string out;
  for (const auto& target : unwrap(*parse(text), built_in_services())) {
    if (!out.empty()) out += "; ";
    out += target.url.text() + " by " + target.by + (target.is_known ? "" : "?");
  }
  return out;
}

TEST(Unwrap, Rewriters) {
  for (const auto& [text, targets] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"https://nam01.safelinks.protection.outlook.com/"
            "?url=https%3A%2F%2Fa.example%2Fb%3Fc%3Dd&data=05%7C&reserved=0",
            "https://a.example/b?c=d by safelinks"},
           {"https://urldefense.proofpoint.com/v1/url?u=http%3A%2F%2Fa.example%2Fb&k=x",
            "http://a.example/b by urldefense-v1"},
           {"https://urldefense.proofpoint.com/v2/url?u=https-3A__a.example_b-3Fc-3Dd-2De&d=x&c=y",
            "https://a.example/b?c=d-e by urldefense-v2"},
           {"https://urldefense.com/v3/__https://a.example/b?c=d__;!!x!y$",
            "https://a.example/b?c=d by urldefense-v3"},
           {"https://urldefense.com/v3/__https://a.example/b*c*d__;IyU!!x$",
            "https://a.example/b#c%d by urldefense-v3"},
           {"https://urldefense.com/v3/__https:/a.example/b**Ac__;IyMj!!x$",
            "https://a.example/b##c by urldefense-v3"},
           {"https://www.google.com/url?sa=t&q=https://a.example/&ust=1", "https://a.example/ by google-url"},
           {"https://www.google.com/amp/s/news.bank.com/b", "https://news.bank.com/b by google-amp"},
           {"https://www-a--b-example-com.translate.goog/c?d=e",
            "https://www.a-b.example.com/c?d=e by google-translate-host"},
           {"https://www.bing.com/ck/a?!&&p=1&u=a1aHR0cHM6Ly9hLmV4YW1wbGUvYg&ntb=1",
            "https://a.example/b by bing-click"},
           {"https://secure-web.cisco.com/1abc/https%3A%2F%2Fa.example%2Fb", "https://a.example/b by cisco"},
           {"https://l.facebook.com/l.php?u=https%3A%2F%2Fa.example%2F&h=x",
            "https://a.example/ by facebook"},
           {"https://eu1.protection.sophos.com/?d=a.example&u=aHR0cHM6Ly9hLmV4YW1wbGUvYg==&i=x",
            "https://a.example/b by sophos"},
       })
    EXPECT_EQ(unwrapped(text), targets) << text;
}

TEST(Unwrap, UrlsInUrls) {
  for (const auto& [text, targets] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"https://r.example/?x=1&redirect=https%3A%2F%2Fa.example%2F",
            "https://a.example/ by parameter redirect?"},
           {"https://r.example/?anything=http://a.example", "http://a.example/ by parameter anything?"},
           {"https://r.example/?u=www.bank.com", "http://www.bank.com/ by parameter u?"},
           {"https://r.example/?u=//a.example/b", "https://a.example/b by parameter u?"},
           {"https://r.example/?x=www.bank.com&u=me@bank.com", ""},
           {"https://r.example/?u=https%25253A%25252F%25252Fa.example", "https://a.example/ by parameter u?"},
           {"https://r.example/?u=aHR0cHM6Ly9hLmV4YW1wbGUv", "https://a.example/ by parameter u?"},
           {"https://r.example/click/https://a.example/b", "https://a.example/b by path?"},
           {"https://r.example/c/aHR0cHM6Ly9hLmV4YW1wbGUv/x", "https://a.example/ by path?"},
           {"https://r.example/#https://a.example/", "https://a.example/ by fragment?"},
           {"https://r.example/?https://a.example/", "https://a.example/ by query?"},
           {"https://r.example/a/b?c=d", ""},
           {"mailto:x?u=https://a.example", ""},
           {"https://x.safelinks.protection.outlook.com/"
            "?url=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%253A%252F%252Fa.example",
            "https://www.google.com/url?q=https%3A%2F%2Fa.example by safelinks; https://a.example/ by "
            "google-url"},
       })
    EXPECT_EQ(unwrapped(text), targets) << text;
  const auto targets = unwrap(*parse("https://x.safelinks.protection.outlook.com/"
                                     "?url=https%3A%2F%2Fr.example%2F%3Fu%3Dhttps%253A%252F%252Fa.example"),
                              built_in_services());
  ASSERT_EQ(targets.size(), 2U);
  EXPECT_FALSE(targets[0].is_final);
  EXPECT_EQ(targets[1].depth, 2U);
  EXPECT_TRUE(targets[1].is_final);
}

TEST(Unwrap, KeepsWithinItsLimits) {
  std::string nested = "https://last.example/";
  for (int i = 0; i < 30; ++i) nested = "https://r" + std::to_string(i) + ".example/" + nested;
  const auto deep = unwrap(*parse(nested), built_in_services());
  EXPECT_LE(deep.size(), kMaxTargets);
  EXPECT_LE(deep.back().depth, kMaxUnwrapDepth);
  std::string many = "https://r.example/?";
  for (int i = 0; i < 200; ++i) many += "u=https://a" + std::to_string(i) + ".example/&";
  EXPECT_EQ(unwrap(*parse(many), built_in_services()).size(), kMaxTargets);
}

std::vector<std::string> carried(std::string_view text) {
  const auto all = unwrap_all(*parse(text), built_in_services());
  std::vector<std::string> out;
  out.reserve(all.urls.size());
  for (const auto& url : all.urls) out.push_back(url.text());
  if (all.is_cut) out.emplace_back("cut");
  return out;
}

std::string nested(std::size_t depth, bool is_encoded) {
  std::string out = "https://evil.example/";
  for (std::size_t i = 0; i < depth; ++i) {
    std::string encoded;
    for (const char c : out)
      encoded +=
          !is_encoded || base::is_alnum(c) ? std::string(1, c) : "%" + base::hex(std::string_view(&c, 1));
    out = "https://r" + std::to_string(i) + ".example/?u=" + encoded;
  }
  return out;
}

TEST(UnwrapAll, WhateverAServiceCouldTake) {
  std::string many;
  for (int i = 0; i < 17; ++i)
    many += "a" + std::to_string(i) + "=https://g" + std::to_string(i) + ".example/&";
  std::string empty;
  for (int i = 0; i < 300; ++i) empty += "a&";
  for (const std::string& text :
       {std::string("https://www.google.com/url?q=https://good.example/&q=https://evil.example/"),
        std::string("https://www.google.com/url?q=https://good.example/&url=https://evil.example/"),
        std::string("https://nam01.safelinks.protection.outlook.com/"
                    "?url=https%3A%2F%2Fgood.example%2F&url=https%3A%2F%2Fevil.example%2F"),
        std::string(
            "https://urldefense.proofpoint.com/v2/url?u=https-3A__good.example_&u=https-3A__evil.example_"),
        std::string("https://urldefense.com/v3/__https://evil.example/__;!!x!y$"),
        "https://www.google.com/url?" + empty + "q=https://evil.example/",
        "https://r.example/?" + many + "u=https://evil.example/",
        nested(7, true),
        nested(9, true),
        nested(12, false),
        std::string("https://r.example/?u=+https://evil.example/"),
        std::string("https://r.example/?u=%20https://evil.example/"),
        std::string("https://r.example/?foo=//evil.example/"),
        std::string("https://r.example/?foo=%5C%5Cevil.example/"),
        std::string("https://r.example/?x=aHR0cHM6Ly9ldmlsLmV4YW1wbGUv"),
        std::string("https://r.example/?x=a1aHR0cHM6Ly9ldmlsLmV4YW1wbGUv&y"),
        std::string("https://r.example/c/eyJ1IjoiaHR0cHM6Ly9ldmlsLmV4YW1wbGUvIn0/x"),
        std::string("https://r.example/a;b=https://evil.example/;c"),
        std::string("https://r.example/#u=https%3A%2F%2Fevil.example%2F"),
        std::string("https://r.example/click/https:/evil.example/"),
        std::string("https://r.example/?u=ftp://evil.example/"),
        std::string("ms-word:ofe|u|https://evil.example/"),
        std::string("view-source:https://evil.example/"),
        std::string("microsoft-edge:https://evil.example/"),
        std::string("intent://x/#Intent;S.browser_fallback_url=https%3A%2F%2Fevil.example%2F;end"),
        std::string("javascript:location='https://evil.example/'")}) {
    auto found = carried(text);
    EXPECT_THAT(found, testing::Not(testing::Contains("cut"))) << text;
    for (auto& one : found) one = one.substr(std::min(one.size(), one.find("://") + 3));
    EXPECT_THAT(found, testing::Contains("evil.example/")) << text;
  }
  EXPECT_THAT(carried("https://www.google.com/amp/s/evilhost.com/b"),
              testing::Contains("https://evilhost.com/b"));
  EXPECT_THAT(carried("https://r.example/?u=https%3A%2F%2Fa.example%2Fb%26c&d"),
              testing::Contains("https://a.example/b&c"));
  EXPECT_THAT(carried("https://click.news.example/ls/click?upn=u001.AbCdEfGhIjKlMnOpQr&utm_source=mail"),
              testing::IsEmpty());
  EXPECT_EQ(parse("intent://evil.example/#Intent;scheme=https;end")->host, "evil.example");
}

TEST(UnwrapAll, TellsWhatItLeavesOut) {
  EXPECT_THAT(
      carried("https://www.google.com/url?sa=" + std::string(16'500, 't') + "&q=https://evil.example/"),
      testing::ElementsAre("cut"));
  EXPECT_THAT(carried(nested(25, true)), testing::Contains("cut"));
  std::string many = "https://r.example/?";
  for (std::size_t i = 0; i < 300; ++i) many += "https://" + std::to_string(i) + ".example/&";
  EXPECT_THAT(carried(many), testing::SizeIs(kMaxCarried + 1));
  std::size_t left = 10'000;
  EXPECT_TRUE(unwrap_all(*parse(many), built_in_services(), left).is_cut);
  EXPECT_EQ(left, 0U) << "of all URLs of a message together";
  for (const std::string_view unit :
       {"https:", "https://a,", "%25", "aHR0", "aHR0cHM6", "&u=", "//", "=//a", "https%3A//a/", "/"}) {
    std::string text = "https://r.example/?u=";
    while (text.size() < kMaxUrl) text += unit;
    const auto begin = std::clock();  // not what others do meanwhile
    for (int i = 0; i < 3; ++i) unwrap_all(*parse(text), built_in_services());
    EXPECT_LT(std::clock() - begin, 10 * CLOCKS_PER_SEC) << unit;
  }
}

TEST(LinkServices, WhatIsBuiltInIsSound) {
  EXPECT_GE(built_in_services().rewriters().size(), 20U);
  EXPECT_TRUE(built_in_services().is_redirect_parameter("url"));
  EXPECT_EQ(built_in_services().service(*dns::Name::parse("a.tinyurl.com"))->host, "tinyurl.com");
  EXPECT_FALSE(built_in_services().service(*dns::Name::parse("nottinyurl.com")));
}

TEST(LinkServices, AnOwnFileAdds) {
  LinkServices own;
  ASSERT_TRUE(own.add("[[service]]\nkind = \"shortener\"\nhosts = [\"go.example\"]\n", "own.toml"));
  EXPECT_EQ(own.service(*dns::Name::parse("x.go.example"))->kind, ServiceKind::shortener);
  ASSERT_TRUE(own.add("[[service]]\nkind = \"files\"\nhosts = [\"go.example\"]\n", "own.toml"));
  EXPECT_EQ(own.service(*dns::Name::parse("go.example"))->kind, ServiceKind::files);
  for (const auto& [text, what] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"x = 1", "own.toml:1:1: x is not known here"},
           {"[[service]]\nkind = \"odd\"\nhosts = [\"a.example\"]", "own.toml:2:8: there is no kind \"odd\""},
           {"[[service]]\nkind = \"files\"", "own.toml:1:1: it has no hosts"},
           {"[[service]]\nkind = \"files\"\nhosts = [\"com\"]", "own.toml:3:9: \"com\" is no domain"},
           {"[[rewriter]]\nid = \"a\"\nname = \"A\"\nhosts = [\"a.example\"]\nsource = \"x\"\ndecode = "
            "\"parameter\"",
            "own.toml:1:1: the rewriter a names no parameter"},
           {"parameters = 1", "own.toml:1:14: parameters is no list"},
       }) {
    const auto added = own.add(text, "own.toml");
    ASSERT_FALSE(added) << text;
    EXPECT_THAT(added.error().message(), HasSubstr(what));
  }
}

TEST(CompareShown, WhatTheTextNamesAgainstTheTarget) {
  struct Case {
    std::string_view text;
    std::string_view target;
    ShownRelation relation;
  };
  using enum ShownRelation;
  for (const auto& [text, target, relation] : {
           Case{"www.bank.com", "https://www.bank.com/login", same_host},
           Case{"https://bank.com/a", "https://click.bank.com/x", same_domain},
           Case{"bank.com", "https://evil.example/", other_domain},
           Case{" https://bank.com/login ", "https://evil.example/", other_domain},
           Case{"https://bank.com/login (secure)", "https://evil.example/", other_domain},
           Case{"bank.co.uk", "https://evil.co.uk/", other_domain},
           Case{"<www.bank.com>.", "http://0x7f.1/", other_domain},
           Case{"bank.com", "javascript:x", other_domain},
           Case{"bank.com", "https://bank.com@evil.example/", other_domain},
           Case{"127.0.0.1", "http://2130706433/", same_host},
           Case{"Click here", "https://evil.example/", no_claim},
           Case{"Booking.com is where to go", "https://evil.example/", no_claim},
           Case{"invoice.pdf", "https://evil.example/", no_claim},
           Case{"me@bank.com", "https://evil.example/", no_claim},
           Case{"", "https://evil.example/", no_claim},
           // A mail filter's rewriter is looked through; a parameter that anyone may add is not.
           Case{"www.bank.com",
                "https://x.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.bank.com%2F", same_host},
           Case{"www.bank.com",
                "https://x.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.example%2F",
                other_domain},
           Case{"www.bank.com", "https://evil.example/?url=https%3A%2F%2Fwww.bank.com%2F", other_domain},
           Case{"www.bank.com",
                "https://x.safelinks.protection.outlook.com/"
                "?url=https%3A%2F%2Fevil.example%2F%3Furl%3Dhttps%253A%252F%252Fwww.bank.com",
                other_domain},
       })
    EXPECT_EQ(compare_shown(text, *parse(target), built_in_services()).relation, relation)
        << text << " " << target;
  EXPECT_EQ(compare_shown("bank.com", *parse("https://evil.example/"), built_in_services()).claimed->host,
            "bank.com");
  EXPECT_EQ(
      compare_shown(std::string(10'000'000, 'a'), *parse("https://a.example"), built_in_services()).relation,
      no_claim);
}

}  // namespace
}  // namespace rampart::guard::url
