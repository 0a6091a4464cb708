// Pixels in shades of gray, 0 black to 255 white, row by row: what decoders make and what codes are looked for in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rampart::guard::images {

struct Gray {
  std::size_t width = 0;
  std::size_t height = 0;
  std::vector<std::uint8_t> pixels;  // width × height

  [[nodiscard]] std::span<std::uint8_t> row(std::size_t y) {
    return std::span(pixels).subspan(y * width, width);
  }
  [[nodiscard]] std::span<const std::uint8_t> row(std::size_t y) const {
    return std::span(pixels).subspan(y * width, width);
  }
};

// Rec. 601 luma, which JPEG and zbar use, too.
constexpr std::uint8_t luma(unsigned red, unsigned green, unsigned blue) {
  return static_cast<std::uint8_t>((red * 77U + green * 150U + blue * 29U) >> 8U);
}

// Laid on the page that a mail client shows: white; on black, when what can be seen is so bright that it is made for a dark one.
// `alpha` has as many values as there are pixels, 0 transparent.
void lay_on_page(Gray& image, std::span<const std::uint8_t> alpha);

// Every `factor` × `factor` pixels are one, their mean. What is left over at the right and below is cut off. `factor` is not 0.
Gray shrunk(const Gray& image, std::size_t factor);
// Each pixel is `factor` × `factor`, in a margin of `margin` pixels, as light as the lightest at its edge. `image` is not empty.
Gray enlarged(const Gray& image, std::size_t factor, std::size_t margin);

}  // namespace rampart::guard::images
