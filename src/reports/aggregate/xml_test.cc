#include "reports/aggregate/xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/aggregate/xml_events_test.h"

namespace rampart::reports {
namespace {

using testing::HasSubstr;

TEST(XmlScanner, ReadsWhatIsWellFormedAsExpatDoes) {
  for (const auto* xml : {"<a/>",
                          "<a></a>",
                          "<a>text</a>",
                          "<a> <b>one</b>\n<b>two</b> </a>",
                          "<x:a xmlns:x='u'><x:b>1</x:b></x:a>",
                          "<a b=\"c\" d='>'>e</a>",

                          "<a >e</a >",
                          "<a\n>e</a\n>",
                          "<a><!-- <b> - > </a> --></a>",
                          "<a><![CDATA[<b>&amp;]]]]></a>",
                          "<a>x<![CDATA[]]>y</a>",
                          "<?xml version=\"1.0\"?><a/><?pi <b> ?>",
                          "<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;&#x20AC;&#128512;</a>",
                          "<a>\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80</a>",
                          "<a>1 > 2 ]] ></a>",
                          "<a><b/><c d='e'/></a>",
                          "<a><b><c><d>deep</d></c></b></a>",
                          "<a>one<b/>two</a>",
                          "<a><a>inner</a></a>",
                          "<ab><a>x</a></ab>",
                          "<a>\r\nline\rend\n</a>",
                          "\xef\xbb\xbf<a>mark</a>"}) {
    const auto expected = events_of_expat(xml);
    ASSERT_TRUE(expected) << xml;
    XmlFaults faults;
    auto text = with_plain_line_ends(xml);
    if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
    EXPECT_EQ(events(text, 0, &faults), *expected) << xml;
    EXPECT_FALSE(faults.stray_markup || faults.bad_utf8 || faults.unknown_entity || faults.cut_short) << xml;
  }
}

TEST(XmlScanner, GoesOnWhereAParserStops) {
  XmlFaults faults;
  EXPECT_EQ(events("<a>1 < 2</a>", 0, &faults), "<a>1 < 2</a>");
  EXPECT_TRUE(faults.stray_markup);
  EXPECT_EQ(events("<a>from <bank@bank.example> to</a>"), "<a>from <bank@bank.example> to</a>");
  EXPECT_EQ(events("<a>if b <c and d> e</a>"), "<a>if b <c and d> e</a>");
  EXPECT_EQ(events("<a>b<</a>"), "<a>b<</a>");
  EXPECT_EQ(events("<a>b<"), "<a>b<");
  EXPECT_EQ(events("<a>b<c"), "<a>b<c");
  EXPECT_EQ(events("</ a>"), "</ a>");
  EXPECT_EQ(events("<a>&nbsp;&#0;&;&&amp;</a>", 0, &faults), "<a>&nbsp;\xEF\xBF\xBD&;&&</a>");
  EXPECT_TRUE(faults.unknown_entity);
  EXPECT_EQ(events("<a>x\xffy\xc3</a>", 0, &faults), "<a>x\xef\xbf\xbdy\xef\xbf\xbd</a>");
  EXPECT_TRUE(faults.bad_utf8);
  EXPECT_EQ(events(std::string_view("<a>x\0y</a>", 10)), "<a>x\xef\xbf\xbdy</a>");
  EXPECT_EQ(events("<a><!-- never ended", 0, &faults), "<a>");
  EXPECT_TRUE(faults.cut_short);
  EXPECT_EQ(events("<a><![CDATA[never ended"), "<a>never ended");
  EXPECT_EQ(events("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"), "<a>&b;</a>");
}

TEST(XmlScanner, EntitiesAreNeverExpanded) {
  std::string laughs = "<!DOCTYPE a [<!ENTITY l0 \"ha\">";
  for (int i = 1; i < 30; ++i) {
    const auto before = "&l" + std::to_string(i - 1) + ";";
    laughs += "<!ENTITY l" + std::to_string(i) + " \"" + before + before + "\">";
  }
  laughs += "]><a>&l29;</a>";
  EXPECT_EQ(events(laughs), "<a>&l29;</a>");
}

TEST(XmlScanner, WindowsOfAnySizeSayTheSame) {
  const std::string xml =
      "<?xml version=\"1.0\"?><!-- c --><!DOCTYPE x [ <!ENTITY y 'z'> ]>\n<f:feedback xmlns:f='u'>\n <a>text "
      "&amp; "
      "\xe2\x82\xac more</a><b/><c d='e' f=\"g>h\">i<![CDATA[j]]k]]>l</c> <m>1 < 2 <n@o> </m></f:feedback>\n";
  const auto whole = events(xml);
  EXPECT_THAT(whole, HasSubstr("<c>ij]]kl</c>"));
  for (std::size_t step = 1; step < xml.size(); ++step) EXPECT_EQ(events(xml, step), whole) << step;
}

TEST(XmlScanner, LongTagsAreTextAndLongTextsComeInPieces) {
  const auto tag = "<a b='" + std::string(kMaxTag, 'c') + "'>";
  EXPECT_EQ(events(tag + "x"), tag + "x");
  const auto text = std::string(10 * kMaxTextPiece, 'x');
  EXPECT_EQ(events("<a>" + text + "</a>", kMaxTextPiece), "<a>" + text + "</a>");
  EXPECT_EQ(events("<" + text, kMaxTextPiece), "<" + text);
}

TEST(Decode, CutsAtACharacter) {
  std::string out;
  XmlFaults faults;
  decode({.raw = "ab\xe2\x82\xac", .markup = false, .odd = true}, 4, out, faults);
  EXPECT_EQ(out, "ab");
}

TEST(XmlScanner, AWindowCutsNoCharacterOfACdataSection) {
  const std::string xml =
      "<a><![CDATA[\xc3\xa4\xe2\x82\xac\xe2\x82\xac\xf0\x9f\x98\x80\xf0\x9f\x98\x80]\xe2\x82\xac]]></a>";
  const auto whole = events(xml);
  for (std::size_t step = 1; step < xml.size(); ++step) EXPECT_EQ(events(xml, step), whole) << step;
}

}  // namespace
}  // namespace rampart::reports
