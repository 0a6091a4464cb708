#include "guard/inspect/images/images.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/images/decode.h"
#include "guard/inspect/images/finder.h"
#include "guard/inspect/images/qr.h"
#include "guard/inspect/url/find.h"
#include "guard/inspect/url/url.h"

namespace rampart::guard::images {
namespace {

// All our own, and measured (images_bench.cc): zbar finds modules from 2 pixels on, and most codes at the first side.
constexpr std::array<std::size_t, 2> kScannedSides = {1'000, 2'200};  // pixels of the longer side
constexpr std::size_t kSmallSide = 160;  // a smaller image may have a pixel for a module
constexpr std::size_t kEnlarged = 4;
constexpr std::size_t kFinders = 2;  // of the three that a code has: one may be damaged
constexpr std::uint64_t kFinderCost =
    16;  // a search for them costs as much as zbar does for this part of its pixels
constexpr std::size_t kMargin = 16;  // a code needs light around it (ISO/IEC 18004: four modules)

// One way to look: pixels of the image for each scanned one, or the other way round.
struct Look {
  std::size_t shrink = 1;
  std::size_t enlarge = 1;
};

std::vector<Look> looks_at(const Gray& image) {
  const auto side = std::max(image.width, image.height);
  if (std::min(image.width, image.height) < kSmallSide && side < kScannedSides[0] / kEnlarged * 2)
    return {{.shrink = 1, .enlarge = kEnlarged}};
  std::vector<Look> out;
  out.reserve(kScannedSides.size());
  for (const auto most : kScannedSides) {
    const auto shrink = (side + most - 1) / most;
    if (out.empty() || shrink < out.back().shrink) out.push_back({.shrink = shrink, .enlarge = 1});
  }
  return out;
}

std::string as_text(std::string_view bytes) {
  const auto kept = bytes.substr(0, kMaxCodeText);
  return base::printable(kept);
}

std::vector<std::string> links_in(std::string_view text) {
  std::vector<std::string> out;
  const auto trimmed = base::trim(text);
  if (const auto whole = url::parse_shown(trimmed); whole && whole->is_web()) {
    out.emplace_back(trimmed);
    return out;
  }
  for (const auto& found : url::find_urls(text)) {
    if (out.size() == kMaxCodeLinks) break;
    if (std::ranges::find(out, found.text) == out.end()) out.emplace_back(found.text);
  }
  return out;
}

class Looking {
 public:
  Looking(ImageFacts& facts, Budget& budget) : facts_(facts), budget_(budget) {}

  bool allows(Size size) {
    if (facts_.width == 0) {
      facts_.width = static_cast<std::uint32_t>(std::min<std::uint64_t>(size.width, UINT32_MAX));
      facts_.height = static_cast<std::uint32_t>(std::min<std::uint64_t>(size.height, UINT32_MAX));
    }
    if (size.width < kMinSide || size.height < kMinSide) return false;  // there is no room for a code
    if (size.width > kMaxSide || size.height > kMaxSide || size.width * size.height > budget_.pixels) {
      facts_.unseen = fmt::format("{} x {} pixels are over the limit", size.width, size.height);
      return false;
    }
    budget_.pixels -= size.width * size.height;
    return true;
  }

  // Whether a further frame is wanted.
  bool scan(const Gray& image, std::size_t scale) {
    for (const auto look : looks_at(image)) {
      const auto smaller = look.shrink == 1 ? Gray{} : shrunk(image, look.shrink);
      const auto& scanned = look.shrink == 1 ? image : smaller;
      const std::uint64_t pixels = std::uint64_t{scanned.width} * scanned.height;
      if (!spend(pixels / kFinderCost)) return false;
      if (count_finders(scanned, kFinders) < kFinders) continue;
      if (!spend(pixels * look.enlarge * look.enlarge)) return false;
      if (scan_once(scanned, look, scale)) return false;
    }
    return ++frames_ < kMaxFrames;
  }

 private:
  bool spend(std::uint64_t cost) {
    if (cost > budget_.scanned) {
      facts_.unseen = "there are too many pixels to look for codes in";
      return false;
    }
    budget_.scanned -= cost;
    return true;
  }

  bool scan_once(const Gray& image, Look look, std::size_t scale) {
    const auto found = find_codes(enlarged(image, look.enlarge, kMargin));
    for (const auto& code : found) keep(code, look, scale);
    return !found.empty();
  }

  void keep(const FoundCode& found, Look look, std::size_t scale) {
    auto text = as_text(found.bytes);
    if (facts_.codes.size() == kMaxCodes) {
      ++facts_.codes_left_out;
      return;
    }
    const auto place = [&](int at, std::uint32_t most) {
      const auto inner = std::max<std::int64_t>(std::int64_t{at} - static_cast<std::int64_t>(kMargin), 0);
      const auto out = static_cast<std::uint64_t>(inner) * look.shrink * scale / look.enlarge;
      return static_cast<std::uint32_t>(std::min<std::uint64_t>(out, most));
    };
    auto& code = facts_.codes.emplace_back();
    code.text = std::move(text);
    code.links = links_in(found.bytes);
    code.left = place(found.left, facts_.width);
    code.top = place(found.top, facts_.height);
    code.width = place(found.right, facts_.width) - code.left;
    code.height = place(found.bottom, facts_.height) - code.top;
  }

  ImageFacts& facts_;
  Budget& budget_;
  std::size_t frames_ = 0;
};

bool starts(std::string_view bytes, std::string_view magic, std::size_t at = 0) {
  return bytes.size() >= at && bytes.substr(at).starts_with(magic);
}

}  // namespace

std::string_view to_string(ImageFormat format) {
  static constexpr std::array<std::string_view, kImageFormats> kNames = {"none", "png",  "jpeg", "gif", "bmp",
                                                                         "webp", "tiff", "icon", "heif"};
  return kNames[static_cast<std::size_t>(format)];
}

ImageFormat format_of(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (starts(bytes, "\x89PNG\r\n\x1a\n")) return ImageFormat::png;
  if (starts(bytes, "\xff\xd8\xff")) return ImageFormat::jpeg;
  if (starts(bytes, "GIF87a") || starts(bytes, "GIF89a")) return ImageFormat::gif;
  if (starts(bytes, "RIFF") && starts(bytes, "WEBP", 8)) return ImageFormat::webp;
  if (starts(bytes, "II*\0"sv) || starts(bytes, "MM\0*"sv)) return ImageFormat::tiff;
  if (starts(bytes, "\0\0\1\0"sv) || starts(bytes, "\0\0\2\0"sv)) return ImageFormat::icon;
  if (starts(bytes, "ftyp", 4))
    for (const auto brand : {"heic"sv, "heix"sv, "hevc"sv, "mif1"sv, "msf1"sv, "avif"sv, "avis"sv})
      if (starts(bytes, brand, 8)) return ImageFormat::heif;
  // Two letters are few: a header's size, too.
  if (starts(bytes, "BM") && bytes.size() >= 26 && starts(bytes, "\0\0\0"sv, 15)) return ImageFormat::bmp;
  return ImageFormat::none;
}

ImageFacts look_at_image(std::string_view bytes, Budget& budget) {
  ImageFacts out{.format = format_of(bytes)};
  Looking looking(out, budget);
  const Decoding decoding{
      .bytes = bytes,
      .allows = [&](Size size) { return looking.allows(size); },
      .frame = [&](const Gray& frame, std::size_t scale) { return looking.scan(frame, scale); }};
  std::string fault;
  switch (out.format) {
    case ImageFormat::png:
      fault = decode_png(decoding);
      break;
    case ImageFormat::jpeg:
      fault = decode_jpeg(decoding);
      break;
    case ImageFormat::gif:
      fault = decode_gif(decoding);
      break;
    case ImageFormat::bmp:
      fault = decode_bmp(decoding);
      break;
    case ImageFormat::none:
      fault = "it is no image that is known";
      break;
    case ImageFormat::webp:
    case ImageFormat::tiff:
    case ImageFormat::icon:
    case ImageFormat::heif:
      fault = fmt::format("images of the format {} are not read", to_string(out.format));
      break;
  }
  if (out.unseen.empty()) out.unseen = std::move(fault);
  return out;
}

ImageFacts look_at_pixels(const Gray& image, Budget& budget) {
  ImageFacts out;
  Looking looking(out, budget);
  if (looking.allows({image.width, image.height})) looking.scan(image, 1);
  return out;
}

}  // namespace rampart::guard::images
