// Decoders of images' pixels to gray, each within limits of its own; images.h is the entry.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "guard/inspect/images/gray.h"

namespace rampart::guard::images {

// All our own.
inline constexpr std::uint64_t kMaxCoefficients = 64'000'000;  // of a progressive JPEG, held at once: 128 MB
inline constexpr std::uint64_t kMaxScanWork = 400'000'000;     // pixels of a progressive JPEG times its scans
inline constexpr std::size_t kDecodedSide =
    4'000;  // a larger JPEG is decoded at a half, a quarter or an eighth

struct Size {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
};

// What a decoder is given and tells.
struct Decoding {
  std::string_view bytes;
  // Whether pixels of that size may be decoded. It is asked once a frame, before any memory is taken for them; after a no the decoder
  // returns.
  std::function<bool(Size)> allows;
  // The pixels of a frame, once a frame; false: no further frame is wanted. `scale` is how many of the image's pixels are one of these.
  std::function<bool(const Gray& frame, std::size_t scale)> frame;
};

// Each returns why not everything was decoded, one clause; empty: it was, or `allows` or `frame` said no. Of a damaged image the rows
// up to there are a frame.
std::string decode_png(const Decoding& decoding);
std::string decode_jpeg(const Decoding& decoding);
std::string decode_gif(const Decoding& decoding);  // GIF89a; frames as they are shown, one over the other
std::string decode_bmp(const Decoding& decoding);  // without run lengths

}  // namespace rampart::guard::images
