// What a message pays for its images: a logo, a photograph, a page that was scanned, a QR code, and pixels at the limit.
#include <benchmark/benchmark.h>

#include "guard/inspect/images/drawn_test.h"
#include "guard/inspect/images/images.h"

namespace rampart::guard::images {
namespace {

// Grain and shades, so that nothing compresses to nothing and edges are everywhere.
Gray photograph(std::size_t width, std::size_t height) {
  Gray out{.width = width, .height = height, .pixels = {}};
  out.pixels.resize(width * height);
  std::uint32_t chance = 1;
  for (std::size_t i = 0; i < out.pixels.size(); ++i) {
    chance = chance * 1664525U + 1013904223U;
    const auto shade =
        (i % width * 160 / width + i / width * 64 / height) ^ (i % width / 37 * 5 + i / width / 53 * 3);
    out.pixels[i] = static_cast<std::uint8_t>(shade % 224 + (chance >> 27U));
  }
  return out;
}

// Bars and blocks of one shade, as letters and marks are.
Gray logo(std::size_t width, std::size_t height) {
  Gray out{.width = width, .height = height, .pixels = {}};
  out.pixels.assign(width * height, 255);
  for (std::size_t y = height / 4; y < height * 3 / 4; ++y)
    for (std::size_t x = 0; x < width; ++x)
      if ((x / 7 * 5 + y / 11 * 3) % 4 < 2) out.row(y)[x] = static_cast<std::uint8_t>(x * 90 / width);
  return out;
}

Gray page(std::size_t width, std::size_t height) {
  Gray out{.width = width, .height = height, .pixels = {}};
  out.pixels.assign(width * height, 250);
  std::uint32_t chance = 7;
  for (std::size_t line = 200; line + 240 < height; line += 60)
    for (std::size_t x = 200; x + 200 < width; x += 6) {
      chance = chance * 1664525U + 1013904223U;
      if ((chance >> 28U) < 9)
        for (std::size_t y = 0; y < 30; ++y)
          for (std::size_t i = 0; i < 3; ++i) out.row(line + y)[x + i] = 20;
    }
  return out;
}

void look(benchmark::State& state, const std::string& bytes) {
  std::size_t codes = 0;
  for (auto _ : state) {
    Budget budget;
    codes = look_at_image(bytes, budget).codes.size();
  }
  state.counters["bytes"] = static_cast<double>(bytes.size());
  state.counters["codes"] = static_cast<double>(codes);
}
BENCHMARK_CAPTURE(look, logo_png_320x80, png_of(logo(320, 80), {.colour = PNG_COLOR_TYPE_RGB}))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(look, logo_png_600x200, png_of(logo(600, 200), {.colour = PNG_COLOR_TYPE_RGB}))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(look, icon_png_32x32, png_of(logo(32, 32)))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(look, code_png, png_of(drawn("https://login.example/verify?user=a.khan")))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(look, code_jpeg, jpeg_of(drawn("https://login.example/verify?user=a.khan")))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(look, photograph_jpeg_1600x1200, jpeg_of(photograph(1600, 1200)))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(look, photograph_jpeg_4000x3000, jpeg_of(photograph(4000, 3000)))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(look, page_png_2480x3508, png_of(page(2480, 3508)))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(look, blank_png_6300x6300, png_of(placed(Gray{}, 6300, 6300, 0, 0)))
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rampart::guard::images

BENCHMARK_MAIN();
