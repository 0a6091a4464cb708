// Images of strangers: what they are, how large, and the QR codes in them, which a person's telephone follows.
//
//   images::Budget budget;                                  // of one message
//   const auto facts = images::look_at_image(bytes, budget);
//   facts.format, facts.width, facts.height                 ImageFormat::png, 330, 330: by its bytes, whatever it is called
//   facts.codes[0].text                                     "https://login.example/verify"
//   facts.codes[0].links                                    {"https://login.example/verify"}
//   facts.unseen                                            "30000 x 30000 pixels are over the limit": why it was not looked at
//
// Pure; memory and time within the limits below whatever comes: an image over them is refused before memory is taken for it. Of an
// animation the first kMaxFrames frames count. Opens no files, so that a worker (base/worker.h) may call it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "guard/inspect/images/gray.h"

namespace rampart::guard::images {

// All our own.
inline constexpr std::uint64_t kMaxPixels = 40'000'000;         // decoded, of one message
inline constexpr std::uint64_t kMaxScannedPixels = 12'000'000;  // looked through for codes, of one message
inline constexpr std::size_t kMaxSide = 65'535;                 // pixels
inline constexpr std::size_t kMinSide = 21;   // pixels: the modules of the smallest QR code (ISO/IEC 18004)
inline constexpr std::size_t kMaxCodes = 16;  // of one image; further ones are counted
inline constexpr std::size_t kMaxCodeText = 4096;  // bytes; a QR code holds up to 2,953
inline constexpr std::size_t kMaxCodeLinks = 8;    // of one code
inline constexpr std::size_t kMaxFrames = 4;       // of an animation

enum class ImageFormat : std::uint8_t { none, png, jpeg, gif, bmp, webp, tiff, icon, heif };
inline constexpr std::size_t kImageFormats = static_cast<std::size_t>(ImageFormat::heif) + 1;
std::string_view to_string(ImageFormat format);  // "png"
// By its first bytes.
ImageFormat format_of(std::string_view bytes);

// What may still be spent on one message's images.
struct Budget {
  std::uint64_t pixels = kMaxPixels;
  std::uint64_t scanned = kMaxScannedPixels;
};

struct Code {
  std::string text;                // UTF-8, control characters and the like as `printable` writes them
  std::vector<std::string> links;  // URLs in it, as url::parse_shown reads them
  // The rectangle around it, in pixels of the image.
  std::uint32_t left = 0;
  std::uint32_t top = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

struct ImageFacts {
  ImageFormat format = ImageFormat::none;
  std::uint32_t width = 0;  // as it says; 0: it does not
  std::uint32_t height = 0;
  std::vector<Code> codes;
  std::size_t codes_left_out = 0;
  std::string unseen;  // why not all of it was looked at, one clause; empty: it was
};

ImageFacts look_at_image(std::string_view bytes, Budget& budget);

// The same of pixels that something else has decoded, as a PDF's images. `width`, `height`, `codes` and `unseen` are set.
ImageFacts look_at_pixels(const Gray& image, Budget& budget);

}  // namespace rampart::guard::images
