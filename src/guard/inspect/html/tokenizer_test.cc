#include "guard/inspect/html/tokenizer.h"

#include <chrono>

#include <gtest/gtest.h>

#include "guard/inspect/html/token_log.h"

namespace rampart::guard::html {
namespace {

using namespace std::string_view_literals;

struct Case {
  std::string_view html;
  std::string_view tokens;
};

// By the states of https://html.spec.whatwg.org/#tokenization.
constexpr Case kCases[] = {
    // tags and attributes
    {"a<b>c</b>", "'a'<b@1>'c'</b>"},
    {"<A HREF=\"X\" Title='y' id=z checked>", "<a href=[X] title=[y] id=[z] checked=[]@0>"},
    {"<a href=1 href=2 HREF=3 b>", "<a href=[1] b=[]@0>"},
    {"<a\n\thref = 'x'>", "<a href=[x]@0>"},
    {"<br/><br / ><a b=c/>", "<br/@0><br@5><a b=[c/]@12>"},
    {"<a/href=x/b>", "<a href=[x/b]@0>"},
    {"<a href='x'title=y>", "<a href=[x] title=[y]@0>"},
    {"<a =x==y z=>", "<a =x=[=y] z=[]@0>"},
    {"<a b=\"1>2\" c='\"'>", "<a b=[1>2] c=[\"]@0>"},
    {"<a b=c\"d<e>", "<a b=[c\"d<e]@0>"},
    {"<a\0b c\0=d\0>"sv, "<a\xef\xbf\xbd\x62 c\xef\xbf\xbd=[d\xef\xbf\xbd]@0>"},
    {"</a href=x></A >", "</a></a>"},
    {"a<a href='x", "'a'"},
    // what is no tag
    {"a < b <3 <", "'a < b <3 <'"},
    {"</", "'</'"},
    {"</>x</ y>", "'x'{bogus  y}"},
    {"x\0y"sv, "'xy'"},
    // comments and declarations
    {"<!-- a -- b -->c", "{comment  a -- b }'c'"},
    {"<!-->a<!--->b", "{comment }'a'{comment }'b'"},
    {"<!--a--!>b<!--c--!-->d", "{comment a}'b'{comment c--!}'d'"},
    {"<!--a--->", "{comment a-}"},
    {"<!--a", "{comment a}"},
    {"<!--a--", "{comment a}"},
    {"<!-a><!b><?xml v?>", "{bogus -a}{bogus b}{bogus ?xml v?}"},
    {"<!DocType html \">\">", "{doctype  html \"}'\">'"},
    {"<![CDATA[a<b>]]>", "{bogus [CDATA[a<b}']]>'"},
    {"<svg><![CDATA[a<b>]]]]></svg>", "<svg@0>cdata'a<b>]]'</svg>"},
    {"<svg><![CDATA[a]b]]", "<svg@0>cdata'a]b]]'"},
    {"<!DOC", "{bogus DOC}"},
    // text of its own
    {"<script>if (a<b) '</scripty>' </script >x", "<script@0>script'if (a<b) '</scripty>' '</script>'x'"},
    {"<script><!-- <script> </script> --> </script>x",
     "<script@0>script'<!-- <script> </script> --> '</script>'x'"},
    {"<script><!--></script>x", "<script@0>script'<!-->'</script>'x'"},
    {"<script><!-- </script>x", "<script@0>script'<!-- '</script>'x'"},
    {"<script><!-- <scripty> </script>x", "<script@0>script'<!-- <scripty> '</script>'x'"},
    {"<script>a</scr", "<script@0>script'a</scr'"},
    {"<script>\0</script/>"sv, "<script@0>script'\xef\xbf\xbd'</script>"},
    {"<style>a<b>&amp;</style>", "<style@0>raw'a<b>&amp;'</style>"},
    {"<title>a<b>&amp;</b></TITLE>", "<title@0>rcdata'a<b>&</b>'</title>"},
    {"<textarea></title></textarea>", "<textarea@0>rcdata'</title>'</textarea>"},
    {"<iframe><a></iframe><xmp><b></xmp>", "<iframe@0>raw'<a>'</iframe><xmp@20>raw'<b>'</xmp>"},
    {"<plaintext><a></plaintext>", "<plaintext@0>plaintext'<a></plaintext>'"},
    {"<svg><style><a></style></svg><style><a></style>",
     "<svg@0><style@5><a@12></style></svg><style@29>raw'<a>'</style>"},
    {"<svg><p><style><a></style>", "<svg@0><p@5><style@8>raw'<a>'</style>"},
    {"<svg/><style><a>", "<svg/@0><style@6>raw'<a>'"},
    // character references
    {"&amp;&lt;&nbsp;&notin;&CounterClockwiseContourIntegral;", "'&<\u00a0\u2209\u2233'"},
    {"&amp &lt&not;&notit;&copy2", "'& <\u00ac\u00acit;\u00a92'"},
    {"&#65;&#x42;&#X43&#68 &#0;&#x80;&#xD800;&#x110000;&#99999999999999999999;",
     "'ABCD \xef\xbf\xbd\u20ac\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd'"},
    {"&;&x;&#;&#x;&#xg&unknown;&", "'&;&x;&#;&#x;&#xg&unknown;&'"},
    {"<a href='?a=1&copy=2&amp;b&copy;&copy&lt'>", "<a href=[?a=1&copy=2&b\u00a9\u00a9<]@0>"},
    {"<a href=?a&ampb=1&#x26>", "<a href=[?a&ampb=1&]@0>"},
    {"<a href=&#104;ttp&colon;&sol;&sol;x&period;y>", "<a href=[http://x.y]@0>"},
    {"&NotEqualTilde;", "'\u2242\u0338'"},
    {"&#x0000000000000000000000000000000000000000041;", "'A'"},
    {"&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;",
     "'&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;'"},
    {"&#x41", "'A'"},
    {"&am", "'&am'"},
};

TEST(HtmlTokenizer, AsTheStandardSays) {
  for (const auto& [html, tokens] : kCases) EXPECT_EQ(tokens_of(html), tokens) << html;
}

TEST(HtmlTokenizer, AsItIsHoweverTheInputIsSplit) {
  for (const auto& [html, tokens] : kCases) {
    for (std::size_t piece = 1; piece < html.size(); ++piece)
      EXPECT_EQ(tokens_of(html, piece), tokens) << html << " in pieces of " << piece;
  }
}

TEST(HtmlTokenizer, NamedCharacters) {
  EXPECT_EQ(named_character("amp", true), "&");
  EXPECT_EQ(named_character("Aacute", true), "\u00c1");
  EXPECT_EQ(named_character("zwnj", false), "\u200c");
  EXPECT_EQ(named_character("zwnj", true), "");
  EXPECT_EQ(named_character("", false), "");
  EXPECT_EQ(named_character("Zwnj", false), "");
}

class Counter : public TokenSink {
 public:
  void on_text(TextKind, std::string_view text, std::size_t) override { text_ += text.size(); }
  void on_start_tag(const Tag& tag) override {
    ++tags_;
    for (const auto& attribute : tag.attributes) {
      largest_ = std::max(largest_, attribute.value.size());
      whole_ = std::max(whole_, attribute.size);
    }
    attributes_ = std::max(attributes_, tag.attributes.size());
    is_cut_ = is_cut_ || tag.is_cut;
  }
  void on_comment(CommentKind, std::string_view text, std::size_t size, std::size_t) override {
    largest_ = std::max(largest_, text.size());
    whole_ = std::max(whole_, size);
  }
  std::size_t text_ = 0, tags_ = 0, largest_ = 0, whole_ = 0, attributes_ = 0;
  bool is_cut_ = false;
};

Counter count(std::string_view html) {
  Counter out;
  Tokenizer tokenizer(out);
  tokenizer.feed(html);
  tokenizer.finish();
  return out;
}

TEST(HtmlTokenizer, KeepsWithinItsLimits) {
  const std::string ten_megabytes(10'000'000, 'x');
  auto got = count("<a href=\"" + ten_megabytes + "\">");
  EXPECT_EQ(got.largest_, kMaxAttributeValue);
  EXPECT_EQ(got.whole_, ten_megabytes.size());
  EXPECT_TRUE(got.is_cut_);
  got = count("<!--" + ten_megabytes + "-->");
  EXPECT_EQ(got.largest_, kMaxComment);
  EXPECT_EQ(got.whole_, ten_megabytes.size());
  got = count("<" + ten_megabytes + " " + ten_megabytes + "=1>");
  EXPECT_EQ(got.tags_, 1U);
  EXPECT_TRUE(got.is_cut_);
  std::string many = "<a";
  for (int i = 0; i < 200'000; ++i) many += " a" + std::to_string(i) + "=" + std::string(20, 'v');
  got = count(many + ">");
  EXPECT_EQ(got.attributes_, kMaxAttributes);
  EXPECT_TRUE(got.is_cut_);
  std::string same = "<a";
  for (int i = 0; i < 500'000; ++i) same += " a=1";
  got = count(same + ">");
  EXPECT_EQ(got.attributes_, 1U);
  EXPECT_FALSE(got.is_cut_);
  std::string large = "<a";
  for (int i = 0; i < 20; ++i) large += " a" + std::to_string(i) + "=" + std::string(60'000, 'v');
  EXPECT_TRUE(count(large + ">").is_cut_);
}

// What costs more than its bytes is found by its slowness: under sanitizers, with room to spare.
TEST(HtmlTokenizer, TakesTimeInLineWithTheBytes) {
  for (const std::string_view unit :
       {"<", "<a ", "<a b=", "&", "&#", "&amp", "&a", "<!--", "<!-", "<!", "</", "<script>", "<a b='",
        "<script><!--<script", "<svg><![CDATA[]", "]]", "-->", "<title></titl", "<a b c d e f"}) {
    std::string html;
    while (html.size() < 2'000'000) html += unit;
    const auto begin = std::chrono::steady_clock::now();
    count(html);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5)) << unit;
  }
}

}  // namespace
}  // namespace rampart::guard::html
