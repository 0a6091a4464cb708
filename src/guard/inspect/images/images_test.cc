#include "guard/inspect/images/images.h"

#include <cmath>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/worker.h"
#include "guard/inspect/images/drawn_test.h"
#include "guard/inspect/images/finder.h"
#include "guard/inspect/images/qr.h"

namespace rampart::guard::images {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kUrl = "https://login.sender.example/m365/verify?u=a.khan@else.example";

ImageFacts look(std::string_view bytes) {
  Budget budget;
  return look_at_image(bytes, budget);
}

std::vector<std::string> texts_of(const ImageFacts& facts) {
  std::vector<std::string> out;
  out.reserve(facts.codes.size());
  for (const auto& code : facts.codes) out.push_back(code.text);
  return out;
}

// What it says is told beside it.
void expect_code(std::string_view bytes, ImageFormat format, const char* what) {
  const auto facts = look(bytes);
  EXPECT_EQ(facts.format, format) << what;
  EXPECT_THAT(texts_of(facts), ElementsAre(std::string(kUrl))) << what << ": " << facts.unseen;
  EXPECT_EQ(facts.unseen, "") << what;
}

TEST(Images, CodesAreFoundInEveryFormat) {
  const auto image = drawn(kUrl);
  expect_code(png_of(image), ImageFormat::png, "gray");
  expect_code(png_of(image, {.colour = PNG_COLOR_TYPE_RGB}), ImageFormat::png, "RGB");
  expect_code(png_of(image, {.colour = PNG_COLOR_TYPE_GRAY_ALPHA}), ImageFormat::png, "black on nothing");
  expect_code(png_of(image, {.interlaced = true}), ImageFormat::png, "interlaced");
  expect_code(jpeg_of(image), ImageFormat::jpeg, "baseline");
  expect_code(jpeg_of(image, {.quality = 30}), ImageFormat::jpeg, "poor");
  expect_code(jpeg_of(image, {.progressive = true}), ImageFormat::jpeg, "progressive");
  expect_code(jpeg_of(image, {.cmyk = true}), ImageFormat::jpeg, "CMYK");
  expect_code(gif_of({image}), ImageFormat::gif, "GIF");
  for (const unsigned bits : {1U, 4U, 8U, 16U, 24U, 32U})
    expect_code(bmp_of(image, bits), ImageFormat::bmp, std::to_string(bits).c_str());
}

TEST(Images, CodesAreFoundHoweverTheyAreShown) {
  const auto code = drawn(kUrl);
  expect_code(png_of(inverted(code)), ImageFormat::png, "light on dark");
  // Black modules that are opaque on a transparent page, turned round: white on nothing is made for a dark page.
  expect_code(png_of(drawn(kUrl, 1, 1)), ImageFormat::png, "a pixel a module, which the page enlarges");
  expect_code(png_of(drawn(kUrl, 2, 1)), ImageFormat::png, "two pixels a module");
  expect_code(png_of(drawn(kUrl, 10, 0)), ImageFormat::png, "without any margin");
  expect_code(png_of(drawn(kUrl, 60)), ImageFormat::png, "very large");
  expect_code(png_of(placed(drawn(kUrl, 4), 2480, 3508, 1800, 3000)), ImageFormat::png,
              "in the corner of a page");
  expect_code(png_of(placed(drawn(kUrl, 8), 3000, 600, 100, 50, 200)), ImageFormat::png, "in a banner");
  const auto blank = placed(code, code.width, code.height, 0, 0);
  Gray white = blank;
  std::ranges::fill(white.pixels, std::uint8_t{255});
  expect_code(gif_of({white, code}), ImageFormat::gif, "in the second frame");
}

TEST(Images, TextsAndLinksOfACode) {
  const auto links = [](std::string_view text) {
    const auto facts = look(png_of(drawn(text)));
    return facts.codes.empty() ? std::vector<std::string>{"no code"} : facts.codes[0].links;
  };
  EXPECT_THAT(links("https://a.example/b c"), ElementsAre("https://a.example/b c"));
  EXPECT_THAT(links("HTTPS://A.EXAMPLE/B"), ElementsAre("HTTPS://A.EXAMPLE/B"));
  EXPECT_THAT(links("www.shop.com/pay"), ElementsAre("www.shop.com/pay"));
  EXPECT_THAT(links("MEBKM:TITLE:Pay;URL:https://a.example/x;;"),
              ElementsAre(HasSubstr("https://a.example/x")));
  EXPECT_THAT(links("WIFI:S:Guest;T:WPA;P:secret;;"), IsEmpty());
  EXPECT_THAT(links("123456789012"), IsEmpty());
  EXPECT_THAT(links("see https://a.example/1 and https://b.example/2"),
              ElementsAre("https://a.example/1", "https://b.example/2"));
  const auto odd = look(png_of(drawn("caf\xe9\x01")));
  EXPECT_THAT(texts_of(odd), ElementsAre(R"(caf\xe9\x01)"));
  EXPECT_THAT(texts_of(look(png_of(drawn("\xd9\xbe\xd8\xa7\xda\xa9")))),
              ElementsAre("\xd9\xbe\xd8\xa7\xda\xa9"));
}

// Turned about its middle, by what is nearest.
Gray turned(const Gray& image, double degrees) {
  const double sine = std::sin(degrees / 57.29577951);
  const double cosine = std::cos(degrees / 57.29577951);
  const auto side = static_cast<double>(image.width) * 1.5;
  auto out = placed(Gray{}, static_cast<std::size_t>(side), static_cast<std::size_t>(side), 0, 0);
  for (std::size_t y = 0; y < out.height; ++y)
    for (std::size_t x = 0; x < out.width; ++x) {
      const double dx = static_cast<double>(x) - side / 2;
      const double dy = static_cast<double>(y) - side / 2;
      const auto from_x = std::lround(dx * cosine + dy * sine + static_cast<double>(image.width) / 2);
      const auto from_y = std::lround(dy * cosine - dx * sine + static_cast<double>(image.height) / 2);
      if (from_x >= 0 && from_y >= 0 && std::cmp_less(from_x, image.width) &&
          std::cmp_less(from_y, image.height))
        out.row(y)[x] = image.row(static_cast<std::size_t>(from_y))[static_cast<std::size_t>(from_x)];
    }
  return out;
}

// Shades between `dark` and `light`.
Gray between(Gray image, unsigned dark, unsigned light) {
  for (auto& pixel : image.pixels) pixel = static_cast<std::uint8_t>(dark + pixel * (light - dark) / 255U);
  return image;
}

TEST(Images, TurnedAndFaintCodes) {
  for (const double degrees : {5.0, 15.0, 30.0, 45.0, 90.0, 180.0, 200.0})
    expect_code(png_of(turned(drawn(kUrl, 6), degrees)), ImageFormat::png, std::to_string(degrees).c_str());
  expect_code(png_of(between(drawn(kUrl), 120, 200)), ImageFormat::png, "gray on gray");
  expect_code(png_of(between(drawn(kUrl), 0, 90)), ImageFormat::png, "dark");
  expect_code(jpeg_of(between(drawn(kUrl, 3), 60, 220), {.quality = 20}), ImageFormat::jpeg,
              "poor and small");
}

TEST(Images, FindersOfCodes) {
  for (const std::size_t module : {1U, 2U, 3U, 5U, 20U}) {
    EXPECT_GE(count_finders(drawn(kUrl, module), 9), 3U) << module;
    EXPECT_GE(count_finders(inverted(drawn(kUrl, module)), 9), 3U) << module;
  }
  EXPECT_GE(count_finders(drawn(kUrl, 4, 0), 9), 3U) << "without a margin";
  EXPECT_EQ(count_finders(placed(Gray{}, 100, 100, 0, 0), 9), 0U);
  EXPECT_EQ(count_finders(Gray{}, 9), 0U);
}

TEST(Images, ACodeHasItsPlace) {
  const auto facts = look(png_of(placed(drawn(kUrl, 6, 0), 1600, 1200, 800, 400)));
  ASSERT_EQ(facts.codes.size(), 1U);
  EXPECT_NEAR(facts.codes[0].left, 800, 12);
  EXPECT_NEAR(facts.codes[0].top, 400, 12);
  EXPECT_NEAR(facts.codes[0].width, static_cast<double>(drawn(kUrl, 6, 0).width), 16);
}

TEST(Images, SeveralCodes) {
  auto page = placed(drawn("https://a.example/", 6), 1000, 500, 20, 20);
  const auto second = drawn("https://b.example/", 6);
  for (std::size_t y = 0; y < second.height; ++y)
    std::copy_n(second.row(y).begin(), second.width, page.row(y + 30).begin() + 600);
  EXPECT_THAT(texts_of(look(png_of(page))),
              testing::UnorderedElementsAre("https://a.example/", "https://b.example/"));
}

// An image's header alone, which says how large it is.
std::string png_header(std::uint32_t width, std::uint32_t height) {
  std::string out = "\x89PNG\r\n\x1a\n";
  put_big(out, 13);
  out += "IHDR";
  put_big(out, width);
  put_big(out, height);
  out += std::string("\x08\0\0\0\0", 5);
  put_big(out, 0);  // its sum, which viewers do not mind
  put_big(out, 10);
  return out + "IDAT" + std::string(14, '\0');
}

TEST(Images, WhatIsTooLargeIsRefusedBeforeMemoryIsTaken) {
  for (const auto& bytes : {png_header(30'000, 30'000), png_header(65'535, 611)}) {
    const auto facts = look(bytes);
    EXPECT_THAT(facts.unseen, HasSubstr("over the limit"));
  }
  EXPECT_EQ(look(png_header(30'000, 30'000)).width, 30'000U);
  EXPECT_THAT(look(png_header(4'000'000'000U, 30'000)).unseen, testing::Not(""));
  std::string gif = "GIF89a";
  put_little(gif, 65'535, 2);
  put_little(gif, 65'535, 2);
  gif += std::string(3, '\0') + "\x2c" + std::string(4, '\0') + "\xff\xff\xff\xff" +
         std::string("\0\x08\x01\0", 4);
  EXPECT_THAT(look(gif).unseen, HasSubstr("65535 x 65535 pixels are over the limit"));
  auto bmp = bmp_of(drawn("a"), 1);
  bmp.replace(18, 8, "\x30\x75\0\0\x30\x75\0\0", 8);
  EXPECT_THAT(look(bmp).unseen, HasSubstr("30000 x 30000"));
  auto jpeg = jpeg_of(drawn("a"));
  const auto frame = jpeg.find("\xff\xc0");
  jpeg.replace(frame + 5, 4, "\x75\x30\x75\x30");
  EXPECT_THAT(look(jpeg).unseen, HasSubstr("30000 x 30000"));
}

TEST(Images, AMessageHasOneBudget) {
  Budget budget;
  budget.pixels = 400'000;
  const auto image = png_of(placed(drawn(kUrl), 600, 600, 0, 0));
  EXPECT_EQ(look_at_image(image, budget).codes.size(), 1U);
  const auto second = look_at_image(image, budget);
  EXPECT_THAT(second.codes, IsEmpty());
  EXPECT_THAT(second.unseen, HasSubstr("over the limit"));
  Budget scans;
  scans.scanned = 400'000;
  EXPECT_EQ(look_at_image(image, scans).codes.size(), 1U);
  EXPECT_THAT(look_at_image(image, scans).unseen, HasSubstr("too many pixels"));
}

TEST(Images, WhatIsNotReadIsSaid) {
  EXPECT_THAT(look("RIFF\x10\0\0\0WEBPVP8 ").unseen, HasSubstr("no image"));
  EXPECT_THAT(look(std::string("RIFF\x10\0\0\0WEBPVP8 ", 16)).unseen, HasSubstr("webp"));
  EXPECT_EQ(look(std::string("\0\0\0\x18"
                             "ftypheic",
                             12))
                .format,
            ImageFormat::heif);
  EXPECT_EQ(look("").format, ImageFormat::none);
  EXPECT_EQ(look("BMW is a brand of cars, and this is text").format, ImageFormat::none);
  EXPECT_EQ(look(png_of(placed(Gray{}, 1, 1, 0, 0))).unseen, "");  // there is no room for a code in it
}

// Cut at many places, but for the very end: what is there is looked at, and that something is not is said.
TEST(Images, TruncatedImages) {
  const auto image = drawn("https://a.example/", 3);
  for (const auto& whole : {png_of(image), png_of(image, {.interlaced = true}), jpeg_of(image),
                            jpeg_of(image, {.progressive = true}), gif_of({image}), bmp_of(image, 8)}) {
    for (std::size_t size = 4; size + 24 < whole.size();
         size += std::max<std::size_t>(whole.size() / 40, 1)) {
      const auto facts = look(std::string_view(whole).substr(0, size));
      EXPECT_NE(facts.unseen, "") << to_string(facts.format) << " " << size;
    }
  }
  // A viewer shows what is there, and so a code at the top counts.
  const auto page = png_of(placed(drawn(kUrl), 600, 3000, 10, 10));
  const auto half = look(std::string_view(page).substr(0, page.size() - 20));
  EXPECT_THAT(texts_of(half), ElementsAre(std::string(kUrl)));
  EXPECT_THAT(half.unseen, HasSubstr("damaged"));
}

TEST(Images, AProgressiveJpegOfManyScansIsGivenUp) {
  auto jpeg = jpeg_of(placed(drawn("a"), 5000, 4000, 0, 0), {.progressive = true});
  // The last scan again and again: a decoder goes through all pixels for each.
  const auto last = jpeg.rfind("\xff\xda");
  const auto scan = jpeg.substr(last, jpeg.size() - 2 - last);
  jpeg.resize(jpeg.size() - 2);
  for (int i = 0; i < 500; ++i) jpeg += scan;
  jpeg += "\xff\xd9";
  EXPECT_THAT(look(jpeg).unseen, HasSubstr("scans"));
}

std::string texts_in_worker(std::string_view bytes) {
  Budget budget;
  const auto facts = look_at_image(bytes, budget);
  return facts.codes.empty() ? "no code: " + facts.unseen : facts.codes[0].text;
}

TEST(Images, AWorkerReadsThem) {
  auto worker = base::Worker::start(&texts_in_worker, {});
  ASSERT_TRUE(worker);
  for (const auto& bytes : {png_of(drawn(kUrl)), jpeg_of(drawn(kUrl)), gif_of({drawn(kUrl)})}) {
    const auto reply = worker->call(bytes);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->fault, "");
    EXPECT_EQ(reply->bytes, kUrl);
  }
}

}  // namespace
}  // namespace rampart::guard::images
