#include "guard/inspect/images/gray.h"

#include <algorithm>

namespace rampart::guard::images {
namespace {

constexpr std::uint8_t kBright = 200;  // mean of what can be seen; our own
constexpr std::uint8_t kWhite = 255;

std::uint8_t lightest_at_edge(const Gray& image) {
  std::uint8_t out = 0;
  for (std::size_t y = 0; y < image.height; ++y) {
    const auto row = image.row(y);
    if (y == 0 || y + 1 == image.height)
      out = std::max(out, std::ranges::max(row));
    else
      out = std::max({out, row.front(), row.back()});
  }
  return out;
}

}  // namespace

void lay_on_page(Gray& image, std::span<const std::uint8_t> alpha) {
  std::uint64_t seen = 0;
  std::uint64_t weight = 0;
  for (std::size_t i = 0; i < alpha.size(); ++i) {
    seen += std::uint64_t{image.pixels[i]} * alpha[i];
    weight += alpha[i];
  }
  const unsigned page = weight != 0 && seen / weight >= kBright ? 0 : kWhite;
  for (std::size_t i = 0; i < alpha.size(); ++i) {
    const unsigned opaque = alpha[i];
    image.pixels[i] = static_cast<std::uint8_t>(
        (image.pixels[i] * opaque + page * (kWhite - opaque) + kWhite / 2) / kWhite);
  }
}

Gray shrunk(const Gray& image, std::size_t factor) {
  Gray out{.width = image.width / factor, .height = image.height / factor, .pixels = {}};
  out.pixels.resize(out.width * out.height);
  std::vector<std::uint32_t> sums(out.width);
  for (std::size_t y = 0; y < out.height; ++y) {
    std::ranges::fill(sums, 0U);
    for (std::size_t inner = 0; inner < factor; ++inner) {
      const auto* at = image.pixels.data() + (y * factor + inner) * image.width;
      for (auto& sum : sums)
        for (std::size_t i = 0; i < factor; ++i) sum += *at++;
    }
    const auto row = out.row(y);
    for (std::size_t x = 0; x < out.width; ++x)
      row[x] = static_cast<std::uint8_t>(sums[x] / (factor * factor));
  }
  return out;
}

Gray enlarged(const Gray& image, std::size_t factor, std::size_t margin) {
  Gray out{
      .width = image.width * factor + 2 * margin, .height = image.height * factor + 2 * margin, .pixels = {}};
  out.pixels.assign(out.width * out.height, lightest_at_edge(image));
  for (std::size_t y = 0; y < image.height * factor; ++y) {
    const auto from = image.row(y / factor);
    const auto to = out.row(y + margin).subspan(margin);
    for (std::size_t x = 0; x < image.width * factor; ++x) to[x] = from[x / factor];
  }
  return out;
}

}  // namespace rampart::guard::images
