#include "guard/inspect/html/html_facts.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "guard/inspect/html/elsewhere.h"
#include "guard/inspect/html/style.h"
#include "guard/inspect/html/tokenizer.h"
#include "guard/inspect/url/find.h"

namespace rampart::guard::html {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> targets(const HtmlFacts& facts) {
  std::vector<std::string> out;
  for (const auto& link : facts.links) out.push_back(std::string(to_string(link.kind)) + " " + link.target);
  return out;
}

std::size_t hidden(const HtmlFacts& facts, HiddenBy by) {
  return facts.hidden[static_cast<std::size_t>(by)].count;
}

TEST(HtmlFacts, TextIsWhatIsShown) {
  EXPECT_EQ(read_html("<title> A  &amp;\nB </title><h1>One</h1>two <b>thr</b>ee<br>four<p>five<p>six").text,
            "One\ntwo three\nfour\nfive\nsix");
  EXPECT_EQ(read_html("<title> A  &amp;\nB </title>").title, "A & B");
  EXPECT_EQ(read_html("<table><tr><td>a<td>b<tr><td>c</table>d").text, "a b\nc\nd");
  EXPECT_EQ(read_html("<script>a</script><style>b</style><!--c--><textarea>d</textarea>").text, "d");
  EXPECT_EQ(read_html("a&nbsp;&nbsp; \xe3\x80\x80 b\xff").text, "a b\xef\xbf\xbd");
  EXPECT_EQ(read_html("a<svg><title>b</title><style>c{}</style><script>d</script><text>e</text></svg>").text,
            "ae");
  EXPECT_EQ(read_html("a<noscript>b</noscript>").text, "ab");
  const auto facts = read_html("زبان <b>é</b>");
  EXPECT_EQ(facts.text, "زبان é");
  EXPECT_EQ(facts.shown_characters, 5U);
}

TEST(HtmlFacts, LinksOfEveryKind) {
  const auto facts = read_html(
      "<a href=' http://a.example/&#63;x '>one <b>two</b></a><area href=b><form action=c><button "
      "formaction=d></form>"
      "<meta http-equiv=Refresh content=\"3; URL='e'\"><img src=f srcset='g 1x, h 2x,i'><td background=j "
      "style=\"background:url( 'k' )\">"
      "<link href=l><script src=m></script><iframe src=n></iframe><object data=o><video src=p poster=q>"
      "<style>@import \"r\"; a{b:url(s)}</style><input type=image src=t><svg><image xlink:href=u /><a "
      "xlink:href=v></svg>");
  EXPECT_THAT(targets(facts),
              ElementsAre("anchor http://a.example/?x", "area b", "form c", "form d", "refresh e", "image f",
                          "image g", "image h", "image i", "css k", "background j", "resource l", "script m",
                          "frame n", "frame o", "media p", "image q", "css r", "css s", "image t", "image u",
                          "anchor v"));
  EXPECT_EQ(facts.links[0].text, "one two");
  EXPECT_EQ(facts.links[0].offset, 0U);
  EXPECT_EQ(facts.links[0].url->host, "a.example");
  EXPECT_FALSE(facts.links[1].url);
  EXPECT_TRUE(is_followed_by_people(facts.links[2].kind));
  EXPECT_FALSE(is_followed_by_people(facts.links[5].kind));
  EXPECT_EQ(facts.remote_scripts.count, 1U);
}

TEST(HtmlFacts, TheBaseIsAppliedWhereverItStands) {
  const auto facts = read_html(
      "<a href=login>x</a><base href='https://evil.example/a/b'><base href='http://no.example'><a "
      "href='//c.example'>"
      "<form action=/p>");
  EXPECT_EQ(facts.base, "https://evil.example/a/b");
  EXPECT_EQ(facts.links[0].url->text(), "https://evil.example/a/login");
  EXPECT_EQ(facts.links[1].url->text(), "https://c.example/");
  EXPECT_EQ(facts.forms[0].url->text(), "https://evil.example/p");
}

TEST(HtmlFacts, ALinksTextEndsWithIt) {
  const auto facts = read_html(
      "<a href=a>one<a href=b>two<p>three</p></a>four<a>five</a><a href=c><img src=d alt='Click here'></a>"
      "<a href=e>six");
  ASSERT_EQ(facts.links.size(), 5U);
  EXPECT_EQ(facts.links[0].text, "one");
  EXPECT_EQ(facts.links[1].text, "twothree");
  EXPECT_EQ(facts.links[2].alt, "Click here");
  EXPECT_EQ(facts.links[4].text, "six");
  EXPECT_EQ(facts.linked_images.count, 1U);
}

TEST(HtmlFacts, FormsAndWhatTheyAskFor) {
  const auto facts = read_html(
      "<form action='https://evil.example/p'><input name=login><input type=PASSWORD><input type=hidden "
      "name=pwd>"
      "<input type=submit value=password></form><input name=x placeholder='Your password'><input "
      "id=cvv><input name=otp_code>");
  ASSERT_EQ(facts.forms.size(), 2U);
  EXPECT_EQ(facts.forms[0].url->host, "evil.example");
  EXPECT_EQ(facts.forms[0].fields, 2U);
  EXPECT_EQ(facts.forms[0].user.count, 1U);
  EXPECT_EQ(facts.forms[0].password.count, 1U);
  EXPECT_TRUE(facts.forms[0].asks_for_credentials());
  EXPECT_EQ(facts.forms[1].action, "");
  EXPECT_EQ(facts.forms[1].password.count, 1U);
  EXPECT_EQ(facts.forms[1].card.count, 1U);
  EXPECT_EQ(facts.forms[1].code.count, 1U);
  EXPECT_FALSE(read_html("<form><input name=q><input type=search></form>").forms[0].asks_for_credentials());
}

TEST(HtmlFacts, MarksOfSmuggling) {
  const auto facts =
      read_html("<script>var b = new Blob([atob('" + std::string(5000, 'A') +
                "')]); a.href = URL.createObjectURL(b); a.download = 'x.zip'; navigator.msSaveOrOpenBlob(b);"
                "document.write(unescape('%3C'))</script><a download href=x><p onClick=\"eval(1)\">");
  for (const auto mark :
       {ScriptMark::blob, ScriptMark::base64, ScriptMark::object_url, ScriptMark::download,
        ScriptMark::save_blob, ScriptMark::document_write, ScriptMark::unescape, ScriptMark::eval})
    EXPECT_TRUE(facts.has(mark)) << to_string(mark);
  EXPECT_FALSE(facts.has(ScriptMark::char_codes));
  EXPECT_EQ(facts.longest_base64, 5000U);
  EXPECT_EQ(facts.download_links.count, 1U);
  EXPECT_EQ(facts.event_handlers.count, 1U);
  // A mark between two windows.
  for (const std::size_t at : {65530U, 65536U, 65500U, 131'060U}) {
    const auto far = read_html("<script>" + std::string(at, ' ') + "createObjectURL(x)</script>");
    EXPECT_TRUE(far.has(ScriptMark::object_url)) << at;
  }
}

TEST(HtmlFacts, UrlsThatAreProgramsOrPages) {
  const auto facts = read_html(
      "<a href='java&#10;script:x'><a href=' DATA:text/html;base64,AAAA'><img src='data:image/png,x'>"
      "<iframe src='data:text/html," +
      std::string(10'000, 'x') + "'></iframe><a href=vbscript:x>");
  EXPECT_EQ(facts.script_links.count, 2U);
  EXPECT_EQ(facts.data_links.count, 2U);
  EXPECT_EQ(facts.links[3].target.size(), kMaxDataUrl);
  EXPECT_TRUE(facts.links[3].is_cut);
}

struct Hiding {
  std::string_view html;
  HiddenBy by;
};

TEST(HtmlFacts, TextThatIsHidden) {
  using enum HiddenBy;
  for (const auto& [html, by] : {
           Hiding{"<p style='display:none'>abc</p>shown", display},
           Hiding{"<p style=' COLOR : red ; Display : NONE !important'>a<b>bc</b></p>shown", display},
           Hiding{"<p hidden>abc</p>shown", display},
           Hiding{"<p style='display:none'>abc<p>shown", display},
           Hiding{"<ul><li hidden>abc<li>shown</ul>", display},
           Hiding{"<table><tr><td hidden>abc<td>shown</table>", display},
           Hiding{"<table><tr hidden><td>abc<tr><td>shown</table>", display},
           Hiding{"<style>.a, p.b {display:none} @media print{.c{display:none}}</style><b class='x "
                  "A'>abc</b><b class='b c'>shown</b>",
                  display},
           Hiding{"<style><!-- /* { */ #t{visibility:hidden} --></style><b id=t>abc</b>shown", visibility},
           Hiding{"<p style='visibility:hidden'>abc<b style='visibility:visible'>shown</b></p>", visibility},
           Hiding{"<p style='opacity:0.0'>abc</p><p style='opacity:0.1'>shown", opacity},
           Hiding{"<p style='font-size:0'>abc<b style='font-size:12px'>shown</b>", font},
           Hiding{"<p style='font-size:1px'>abc</p>shown", font},
           Hiding{"<p style='font:0px/0 a'>abc</p><p style='font:italic 700 1em/2 a'>shown", font},
           Hiding{"<p style='font-size:10px'><b style='font-size:5%'>abc</b>shown", font},
           Hiding{"<p style='color:#fff'>abc</p>shown", color},
           Hiding{"<p style='color:transparent'>abc<b style='color:red'>shown</b>", color},
           Hiding{"<p style='color:rgba(0,0,0,0)'>abc</p><p "
                  "style='color:rgba(0,0,0,.5);background:rgba(0,0,0,0)'>shown",
                  color},
           Hiding{"<font color=FEFEFE>abc</font><font color=#eee>shown</font>", color},
           Hiding{"<body bgcolor=#000000 text=white>shown<p style='color:rgb(3, 3, 3)'>abc", color},
           Hiding{"<div style='background:#123456'><b style='color:#123456'>abc</b></div><b "
                  "style='background:url(x);color:#fff'>shown</b>",
                  color},
           Hiding{"<div style='max-height:0;overflow:hidden'>abc</div><div style='height:0'>shown</div>",
                  size},
           Hiding{"<p style='position:absolute;left:-9999px'>abc</p>shown", place},
           Hiding{"<p style='text-indent:-100em'>abc</p>shown", place},
       }) {
    const auto facts = read_html(html);
    EXPECT_EQ(facts.text, "shown") << html;
    EXPECT_EQ(facts.hidden_characters(), 3U) << html;
    EXPECT_EQ(hidden(facts, by), 3U) << html;
    EXPECT_EQ(facts.shown_characters, 5U) << html;
  }
}

TEST(HtmlFacts, AHiddenElementEndsWithItsEndTag) {
  EXPECT_EQ(read_html("<div hidden><p>a</div>shown").text, "shown");
  EXPECT_EQ(read_html("<div hidden>a<table><tr><td></div>b</td></table>c</div>shown").text, "shown");
  EXPECT_EQ(read_html("<b hidden>a</i>b</b></b>shown").text, "shown");
  EXPECT_EQ(read_html("<br hidden>shown<img style='display:none'>").text, "shown");
  EXPECT_EQ(read_html("<span hidden />a</span>shown").text, "shown") << "a slash ends nothing but in SVG";
}

TEST(HtmlFacts, CharactersThatCannotBeSeen) {
  const auto facts = read_html("a\u200b&shy;b\u202ec&zwnj;<p hidden>\u200b</p>");
  EXPECT_EQ(facts.zero_width.count, 2U);
  EXPECT_EQ(facts.zero_width.first, 1U);
  EXPECT_EQ(facts.bidi.count, 1U);
  EXPECT_EQ(facts.joiners.count, 1U);
  EXPECT_EQ(facts.shown_characters, 3U);
  EXPECT_EQ(facts.hidden_characters(), 0U);
}

TEST(HtmlFacts, MailThatIsAnImage) {
  EXPECT_TRUE(read_html("<a href=x><img src=y></a>Unsubscribe").is_image_only());
  EXPECT_TRUE(read_html("<img src=y width=600 height=400px>").is_image_only());
  EXPECT_FALSE(read_html("<img src=y width=60 height=40>").is_image_only());
  EXPECT_FALSE(read_html("<img src=y width=1 height=1>").is_image_only());
  EXPECT_EQ(read_html("<img src=y width=1 height=1>").tiny_images.count, 1U);
  EXPECT_FALSE(read_html("<img src=y>" + std::string(kFewCharacters, 'a')).is_image_only());
}

TEST(HtmlFacts, NothingAtAll) {
  const auto facts = read_html("");
  EXPECT_EQ(facts.text, "");
  EXPECT_THAT(facts.links, IsEmpty());
  EXPECT_FALSE(facts.is_image_only());
}

// Under sanitizers, with room to spare: what is not linear takes minutes.
template <class Run>
void expect_fast(const Run& run) {
  const auto begin = std::chrono::steady_clock::now();
  run();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

std::string repeat(std::string_view unit, std::size_t count) {
  std::string out;
  out.reserve(unit.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += unit;
  return out;
}

TEST(HtmlFacts, KeepsWithinItsLimits) {
  expect_fast([] {
    const auto facts = read_html("<a href='http://a.example/" + std::string(10'000'000, 'x') + "'>b</a>");
    EXPECT_EQ(facts.links[0].url->host, "a.example");
    EXPECT_TRUE(facts.links[0].is_cut);
    EXPECT_TRUE(facts.cut_tags);
  });
  expect_fast([] {
    const auto facts = read_html(repeat("<i>", 1'000'000));
    EXPECT_EQ(facts.too_deep.count, 1'000'000 - kMaxDepth);
  });
  expect_fast([] {
    EXPECT_EQ(read_html(repeat("<div>", 100'000) + "x" + repeat("</div>", 100'000) + "y").text, "x\ny");
  });
  expect_fast([] { read_html(repeat("<i>", 600) + repeat("</b>", 1'000'000)); });
  expect_fast([] { read_html(repeat("<i>", 500) + repeat("<p>", 300'000)); });
  expect_fast([] {
    const auto facts = read_html(repeat("<a href=http://a.example/>x</a>", 100'000));
    EXPECT_EQ(facts.links.size(), kMaxLinks);
    EXPECT_EQ(facts.links_left_out, 100'000 - kMaxLinks);
  });
  expect_fast([] {
    const auto facts = read_html(std::string(5'000'000, 'x') + repeat(" y", 100));
    EXPECT_EQ(facts.text.size(), kMaxText);
    EXPECT_TRUE(facts.is_text_cut);
    EXPECT_EQ(facts.shown_characters, 5'000'100U);
  });
  expect_fast(
      [] { EXPECT_EQ(read_html(repeat("<form><input name=password>", 100'000)).forms.size(), kMaxForms); });
  expect_fast([] { read_html("<style>" + repeat("a{b:url(", 500'000)); });
  expect_fast([] { read_html(repeat("<style>.a{color:red}</style><p class='a a a a a a'>", 100'000)); });
  expect_fast([] { read_html("<p style='" + repeat("a:b;", 10'000) + "'>"); });
  expect_fast([] { read_html("<img srcset='" + repeat("a,b ,", 10'000) + "'>"); });
}

// --- for block lists ---

// Every host that a list would be asked about.
std::vector<std::string> hosts_for_lists(const HtmlFacts& facts) {
  std::vector<std::string> out;
  for (const auto& link : facts.links)
    if (link.url && link.url->has_host()) out.push_back(link.url->host);
  for (const auto& one : facts.other_urls) out.push_back(one.host);
  for (const auto* text : {&facts.text, &facts.other_text})
    for (const auto& one : url::find_all_urls(*text).urls) out.push_back(one.host);
  return out;
}

TEST(HtmlForLists, WhatSomeClientShowsOrFollows) {
  const std::string link = "<a href=\"https://evil.example/\">x</a>";
  for (const std::string& html : {
           "<!--[if mso]>" + link + "<![endif]-->",
           "<!-- [IF gte mso 9 ]>" + link + "<![endif]-->",
           "<!--[if mso]>" + std::string(200'000, ' ') + link + "<![endif]-->",
           std::string(
               "<!--[if mso]><v:roundrect href=\"https://evil.example/\">x</v:roundrect><![endif]-->"),
           std::string("<v:roundrect href='https://evil.example/'>x"),
           std::string("<iframe srcdoc=\"&lt;a href=&quot;https://evil.example/&quot;&gt;\">"),
           "<iframe>" + link + "</iframe>",
           "<noframes>" + link + "</noframes>",
           std::string("<xmp>https://evil.example/</xmp>"),
           "<a href='data:text/html;base64," + base::encode_base64(link) + "'>x",
           "<a href='data:text/html;charset=utf-8;base64," + base::encode_base64(link).substr(0, 50) + "'>x",
           std::string("<a href='data:text/html,%3Ca%20href=https://evil.example/%3E'>x"),
           std::string("<object data=\"data:text/html,%3Ca href=%22https://evil.example/%22%3E\">"),
           "<iframe src='data:image/svg+xml;base64," +
               base::encode_base64("<svg><a xlink:href='https://evil.example/'>x</a></svg>") + "'>",
           std::string("<math href='https://evil.example/'>x</math>"),
           std::string("<math><mrow xlink:href='https://evil.example/'>x</math>"),
           std::string("<a href='https://good.example/' ping='/x https://evil.example/'>x"),
           std::string("<a href='https://good.example/' xlink:href='https://evil.example/'>x"),
           std::string("<svg><a><animate attributeName=href values='https://evil.example/'/><text>x"),
           std::string("<meta http-equiv=refresh content='0 url=https://evil.example/'>"),
           std::string("<meta http-equiv=refresh content='0.5,https://evil.example/'>"),
           std::string("<meta http-equiv=refresh content='; URL = \"https://evil.example/\"'>"),
           std::string("<p style='display:none'>https://evil.example/</p>"),
           std::string("<p hidden>https://ev<b>il.example/"),
           std::string("<title>https://evil.example/</title>"),
           "<title>" + std::string(2000, 'x') + " https://evil.example/</title>",
           std::string("<svg><title>https://evil.example/</title></svg>"),
           std::string("<img alt='https://evil.example/'>"),
           std::string("<p onclick=\"location='https://evil.example/'\">x"),
           std::string("<script>location = 'https://evil.example/'</script>"),
           std::string("<svg><base href='https://good.example/'></svg><base href='https://evil.example/'><a "
                       "href=a>x"),
           std::string("<template><base href='https://good.example/'></template><base "
                       "href='https://evil.example/'><a href=a>x"),
           std::string("<base href='https://good.example/'><base href='https://evil.example/'><a href=a>x"),
           std::string("<base href='https://evil.example/'><!--[if mso]><a href=a><![endif]-->"),
           std::string("<!--[if mso]><base href='https://evil.example/'><![endif]--><a href=a>"),
           "<img srcset='" + repeat("https://g.example/a 1x, ", 60) + "https://evil.example/a 2x'>",
           "<style>" + repeat("a{}\n", 100'000) + "@import 'https://evil.example/x.css';</style>",
           std::string("<p style='background:url(https://ev\\69l.example/)'>"),
           repeat("<a href='https://g.example/'>x</a>", 3000) + link,
           repeat("lorem ipsum ", 30'000) + "https://evil.example/",
           std::string(kMaxText - 12, 'x') + " https://e<b>vil.example/",
           "<img src='data:image/png;base64," + std::string(100'000, 'A') + "'>" + link,
           "<a " + repeat("x=1 ", 300) + "href='https://evil.example/'>",
       }) {
    const auto facts = read_html(html);
    EXPECT_THAT(hosts_for_lists(facts), testing::Contains("evil.example")) << html.substr(0, 200);
    EXPECT_FALSE(is_cut(facts)) << html.substr(0, 200);
  }
}

TEST(HtmlForLists, WhatIsLeftOutIsTold) {
  std::string attributes;
  for (int i = 0; i < 256; ++i) attributes += " x" + std::to_string(i) + "=1";
  std::string large;
  for (int i = 0; i < 5; ++i) large += " x" + std::to_string(i) + "=" + std::string(60'000, 'y');
  std::string within = "x";
  for (unsigned i = 0; i <= kMaxPagesWithin + 1; ++i)
    within = "<iframe src='data:text/html;base64," + base::encode_base64(within) + "'>";
  std::string links;
  for (std::size_t i = 0; i < kMaxLinks + kMaxOtherUrls + 10; ++i)
    links += "<a href=https://" + std::to_string(i) + ".example/>";
  for (const std::string& html : {
           "<a" + attributes + " href=https://evil.example/>",
           "<a" + large + " href=https://evil.example/>",
           "<a href='https://a.example/" + std::string(70'000, 'x') + "'>",
           "<iframe srcdoc='" + std::string(70'000, 'x') + "'>",
           "<a href='data:text/html;base64," + std::string(70'000, 'x') + "'>",
           "<!--[if mso]>" + std::string(kMaxComment, ' ') + "<![endif]-->",
           "<style>" + std::string(kMaxStyleSheet + 1, ' ') + "</style>",
           "<p hidden>" + repeat("a ", kMaxOtherText),
           repeat("a ", kMaxOtherText),
           within,
           links,
           repeat("<!--[if a]><b>-->", kMaxPages + 1),
       })
    EXPECT_TRUE(is_cut(read_html(html))) << html.substr(0, 200);
  for (const std::string& html : {
           "<!--" + std::string(kMaxComment, ' ') + "-->",
           "<img src='data:image/png;base64," + std::string(100'000, 'A') + "'>",
           "<td style='background:url(data:image/png;base64," + std::string(100'000, 'A') + ")'>",
           "<v:shape o:gfxdata='" + std::string(100'000, 'A') + "'>",
           "<script>" + std::string(5'000'000, 'A') + "</script>",
           "<a title='" + std::string(200'000, 'y') + "' href=https://evil.example/>",
           repeat("<p>lorem ipsum dolor</p>", 20'000),
       })
    EXPECT_FALSE(is_cut(read_html(html))) << html.substr(0, 200);
}

TEST(HtmlForLists, ChangesNothingOfWhatIsShown) {
  const auto facts = read_html(
      "a<!--[if mso]>b<a href=https://b.example>c</a><![endif]--><noframes>d</noframes><xmp>e</xmp>"
      "<v:rect href=https://f.example>f</v:rect><p hidden>g</p><img alt=h>");
  EXPECT_EQ(facts.text, "af");
  EXPECT_EQ(facts.shown_characters, 2U);
  EXPECT_EQ(facts.hidden_characters(), 1U);
  EXPECT_EQ(facts.conditional_comments.count, 1U);
  EXPECT_THAT(targets(facts), IsEmpty());
  EXPECT_FALSE(read_html("<template><base href='https://a.example/'></template>").base);
}

TEST(HtmlForLists, TakesTimeInLineWithTheBytes) {
  for (const std::string_view unit :
       {"<!--[if a]>", "<!--[if a]><a href=x>-->", "<base href=http://a><a href=b>",
        "<iframe srcdoc='&lt;iframe srcdoc='>", "<a href='data:text/html,%3Ca'>", "<noframes><noframes>",
        "<p hidden>a<i>b</i>", "<img alt='a.b'>", "<a ping='a b c d e f'>", "<style>a{b:url(\\61)}</style>",
        "<x y='http://a'>"})
    expect_fast([unit] { read_html(repeat(unit, 300'000 / unit.size())); });
  expect_fast([] { read_html("<!--[if " + repeat("<!--[if ", 100'000)); });
}

TEST(HtmlForLists, EscapesOfCss) {
  EXPECT_EQ(css_unescape("a\\62 c\\000064\\\"\\"), "abcd\"\\");
  EXPECT_EQ(css_unescape("\\0\\110000\\dddddd"), "\ufffd\ufffd\ufffd");
}

// Bodies of real mail, not as a mail reader would take them apart but as bytes: base64 and quoted-printable decoded where a part
// says so by a line of its own, everything else as it stands.
std::vector<std::string> html_of(std::string_view mail) {
  std::vector<std::string> out;
  out.emplace_back(mail);
  const auto lower = base::lower(mail);
  for (std::size_t at = 0; (at = lower.find("text/html", at)) != std::string::npos; at += 9) {
    const auto body = std::min(lower.find("\n\n", at), lower.find("\n\r\n", at));
    if (body == std::string::npos) break;
    const auto end = std::min(mail.size(), mail.find("\n--", body));
    auto text = mail.substr(body, end - body);
    const auto header =
        std::string_view(lower).substr(at > 300 ? at - 300 : 0, body - (at > 300 ? at - 300 : 0));
    if (header.find("base64") != std::string_view::npos) {
      if (auto decoded = base::decode_base64(base::trim(text))) out.push_back(*std::move(decoded));
    } else {
      std::string soft(text);  // quoted-printable, as a URL is percent-encoded
      for (std::size_t i = 0; (i = soft.find("=\n", i)) != std::string::npos;) soft.erase(i, 2);
      std::ranges::replace(soft, '=', '%');
      out.push_back(url::percent_decode(soft));
    }
  }
  return out;
}

TEST(HtmlFacts, AllOfTheCorpus) {
  const auto* root = std::getenv("RAMPART_SHARED");
  const auto folder =
      std::filesystem::path(root != nullptr ? root : RAMPART_SOURCE_DIR "/../shared") / "corpus";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no corpus in $RAMPART_SHARED";
  std::size_t parts = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().string().find("/reports/") != std::string::npos) continue;
    const auto bytes = base::read_file(entry.path(), std::size_t{64} << 20U);
    if (!bytes) continue;
    for (const auto& html : html_of(*bytes)) {
      const auto begin = std::chrono::steady_clock::now();
      const auto facts = read_html(html);
      EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2)) << entry.path();
      EXPECT_LE(facts.text.size(), kMaxText);
      ++parts;
    }
  }
  EXPECT_GE(parts, 1000U);
}

}  // namespace
}  // namespace rampart::guard::html
