#include "guard/inspect/images/text_art.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guard/inspect/images/drawn_test.h"

namespace rampart::guard::images {
namespace {

using testing::ElementsAre;

enum class Style { halves, blocks, signs };

std::string art_of(const Gray& image, Style style) {
  std::string out;
  const auto dark = [&](std::size_t x, std::size_t y) { return y < image.height && image.row(y)[x] == 0; };
  for (std::size_t y = 0; y < image.height; y += style == Style::halves ? 2 : 1) {
    for (std::size_t x = 0; x < image.width; ++x) {
      if (style == Style::signs)
        out += dark(x, y) ? "##" : "  ";
      else if (style == Style::blocks)
        out += dark(x, y) ? "\u2588\u2588" : "\u00a0 ";
      else
        out += dark(x, y) ? (dark(x, y + 1) ? "\u2588" : "\u2580") : (dark(x, y + 1) ? "\u2584" : " ");
    }
    out += "\r\n";
  }
  return out;
}

std::vector<std::string> texts_of(std::string_view text) {
  Budget budget;
  std::vector<std::string> out;
  for (const auto& code : look_at_text(text, budget).codes) out.push_back(code.text);
  return out;
}

TEST(TextArt, CodesOfCharacters) {
  constexpr std::string_view kUrl = "https://login.sender.example/verify";
  for (const auto style : {Style::halves, Style::blocks, Style::signs})
    for (const auto& image : {drawn(kUrl, 1, 2), inverted(drawn(kUrl, 1, 4))})
      EXPECT_THAT(texts_of("Dear colleague,\r\n\r\nscan this:\r\n" + art_of(image, style) + "Thank you"),
                  ElementsAre(std::string(kUrl)))
          << static_cast<int>(style);
}

TEST(TextArt, SeveralDrawings) {
  const auto one = art_of(drawn("https://a.example/", 1, 2), Style::halves);
  const auto two = art_of(drawn("https://b.example/", 1, 2), Style::halves);
  EXPECT_THAT(texts_of(one + "and\n" + two), ElementsAre("https://a.example/", "https://b.example/"));
  std::string many;
  for (int i = 0; i < 20; ++i) many += one + "and\n";
  EXPECT_EQ(texts_of(many).size(), kMaxDrawings);
}

TEST(TextArt, TextIsNone) {
  Budget budget;
  const auto facts = look_at_text(
      "# A heading\n\n#### another ####\n" + std::string(5'000, 'x') + "\n" + std::string(3'000, '\n'),
      budget);
  EXPECT_EQ(facts.width, 0U);
  EXPECT_EQ(facts.unseen, "");
  std::string fence;
  for (int i = 0; i < 100'000; ++i) fence += "##########\n";
  EXPECT_THAT(texts_of(fence), testing::IsEmpty());
  EXPECT_THAT(texts_of(std::string(10'000'000, '#')), testing::IsEmpty());
  EXPECT_THAT(texts_of(std::string(1'000'000, '\n')), testing::IsEmpty());
  EXPECT_THAT(texts_of("\xe2\x96"), testing::IsEmpty());
}

}  // namespace
}  // namespace rampart::guard::images
