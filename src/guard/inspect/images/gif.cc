// GIF89a (https://www.w3.org/Graphics/GIF/spec-gif89a.txt): its frames, one over the other on the canvas that it declares.
#include <algorithm>
#include <array>
#include <optional>

#include "guard/inspect/images/decode.h"

namespace rampart::guard::images {
namespace {

constexpr unsigned kCodes = 4096;  // section F of the appendix: codes have up to 12 bits

class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : left_(bytes) {}
  [[nodiscard]] bool is_short() const { return short_; }
  unsigned byte() {
    const auto got = take(1);
    return got.empty() ? 0U : static_cast<std::uint8_t>(got[0]);
  }
  unsigned word() {  // little endian
    const unsigned low = byte();
    return low | byte() << 8U;
  }
  std::string_view take(std::size_t size) {
    if (size > left_.size()) {
      short_ = true;
      left_ = {};
      return {};
    }
    const auto out = left_.substr(0, size);
    left_.remove_prefix(size);
    return out;
  }
  // The next data sub-block (section 15); empty: the last.
  std::string_view block() { return take(byte()); }

 private:
  std::string_view left_;
  bool short_ = false;
};

using Palette = std::array<std::uint8_t, 256>;

void read_palette(Bytes& bytes, unsigned packed, Palette& palette) {
  const std::size_t size = std::size_t{2} << (packed & 7U);
  const auto colours = bytes.take(3 * size);
  const auto part = [&](std::size_t i) { return unsigned{static_cast<std::uint8_t>(colours[i])}; };
  for (std::size_t i = 0; 3 * i + 2 < colours.size(); ++i)
    palette[i] = luma(part(3 * i), part(3 * i + 1), part(3 * i + 2));
}

// What the LZW of one frame says, a value of the palette for each pixel (appendix F).
class Pixels {
 public:
  Pixels(Bytes& bytes, unsigned bits) : bytes_(bytes), bits_(bits) { clear(); }

  // The next values, first to last; nothing at the end, or where it is damaged.
  std::span<const std::uint8_t> next() {
    for (;;) {
      const auto code = read();
      if (!code || *code == end()) return {};
      if (*code == start()) {
        clear();
        continue;
      }
      return say(*code);
    }
  }

 private:
  [[nodiscard]] unsigned start() const { return 1U << bits_; }
  [[nodiscard]] unsigned end() const { return start() + 1; }

  void clear() {
    width_ = bits_ + 1;
    known_ = end() + 1;
    before_ = kCodes;
  }

  std::optional<unsigned> read() {
    while (held_bits_ < width_) {
      if (block_.empty()) {
        if (ended_) return std::nullopt;
        block_ = bytes_.block();
        if (block_.empty()) {
          ended_ = true;
          return std::nullopt;
        }
      }
      held_ |= unsigned{static_cast<std::uint8_t>(block_[0])} << held_bits_;
      block_.remove_prefix(1);
      held_bits_ += 8;
    }
    const unsigned out = held_ & ((1U << width_) - 1U);
    held_ >>= width_;
    held_bits_ -= width_;
    return out;
  }

  std::span<const std::uint8_t> say(unsigned code) {
    if (code > known_ || (code == known_ && before_ == kCodes)) return {};
    // Backwards from the last value; a code that is not known yet is the one before and its first value again.
    std::size_t at = text_.size();
    unsigned walk = code;
    if (code == known_) {
      --at;
      walk = before_;
    }
    while (walk > end() && at != 0) {
      text_[--at] = suffix_[walk];
      walk = prefix_[walk];
    }
    if (at == 0 || walk >= start()) return {};
    text_[--at] = static_cast<std::uint8_t>(walk);
    if (code == known_) text_.back() = text_[at];
    if (before_ != kCodes && known_ < kCodes) {
      prefix_[known_] = static_cast<std::uint16_t>(before_);
      suffix_[known_] = text_[at];
      ++known_;
      if (known_ == 1U << width_ && width_ < 12) ++width_;
    }
    before_ = code;
    return std::span(text_).subspan(at);
  }

  Bytes& bytes_;
  unsigned bits_;
  unsigned width_ = 0;
  unsigned known_ = 0;   // codes below are
  unsigned before_ = 0;  // the code before; kCodes: none
  std::uint32_t held_ = 0;
  unsigned held_bits_ = 0;
  std::string_view block_;
  bool ended_ = false;
  std::array<std::uint16_t, kCodes> prefix_{};
  std::array<std::uint8_t, kCodes> suffix_{};
  std::array<std::uint8_t, kCodes + 2> text_{};
};

struct Frame {
  std::size_t left = 0;
  std::size_t top = 0;
  std::size_t width = 0;
  std::size_t height = 0;
  bool interlaced = false;
};

// Rows in the order that they come in (appendix E).
std::vector<std::size_t> rows_of(const Frame& frame) {
  std::vector<std::size_t> out;
  out.reserve(frame.height);
  if (!frame.interlaced) {
    for (std::size_t y = 0; y < frame.height; ++y) out.push_back(y);
    return out;
  }
  static constexpr std::array<std::pair<std::size_t, std::size_t>, 4> kPasses = {
      {{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
  for (const auto& [first, step] : kPasses)
    for (std::size_t y = first; y < frame.height; y += step) out.push_back(y);
  return out;
}

// Whether all of its pixels were there.
bool draw(Gray& canvas, const Frame& frame, Pixels& pixels, const Palette& palette, unsigned transparent) {
  const auto rows = rows_of(frame);
  std::size_t x = 0;
  std::size_t row = 0;
  while (row < rows.size()) {
    const auto values = pixels.next();
    if (values.empty()) return false;
    for (const auto value : values) {
      if (row == rows.size()) return true;
      const auto at_x = frame.left + x;
      const auto at_y = frame.top + rows[row];
      if (value != transparent && at_x < canvas.width && at_y < canvas.height)
        canvas.pixels[at_y * canvas.width + at_x] = palette[value];
      if (++x == frame.width) {
        x = 0;
        ++row;
      }
    }
  }
  return true;
}

}  // namespace

std::string decode_gif(const Decoding& decoding) {
  static constexpr std::string_view kDamaged = "the GIF is damaged";
  Bytes bytes(decoding.bytes);
  bytes.take(6);
  Gray canvas{.width = bytes.word(), .height = bytes.word(), .pixels = {}};
  const unsigned packed = bytes.byte();
  bytes.take(2);
  Palette shared{};
  if ((packed & 0x80U) != 0) read_palette(bytes, packed, shared);
  if (bytes.is_short()) return std::string(kDamaged);
  unsigned transparent = 256;
  for (;;) {
    const unsigned kind = bytes.byte();
    if (kind == 0x3B) return {};  // the trailer
    if (kind == 0x21) {  // an extension; a graphic control one says which value is transparent (section 23)
      const bool control = bytes.byte() == 0xF9;
      for (auto block = bytes.block(); !block.empty(); block = bytes.block())
        if (control && block.size() >= 4)
          transparent =
              (static_cast<std::uint8_t>(block[0]) & 1U) != 0 ? static_cast<std::uint8_t>(block[3]) : 256U;
      if (bytes.is_short()) return std::string(kDamaged);
      continue;
    }
    if (kind != 0x2C || bytes.is_short()) return std::string(kDamaged);
    Frame frame{.left = bytes.word(), .top = bytes.word(), .width = bytes.word(), .height = bytes.word()};
    const unsigned flags = bytes.byte();
    frame.interlaced = (flags & 0x40U) != 0;
    auto palette = shared;
    if ((flags & 0x80U) != 0) read_palette(bytes, flags, palette);
    const unsigned bits = bytes.byte();
    if (bytes.is_short() || bits < 1 || bits > 8 || frame.width == 0 || frame.height == 0)
      return std::string(kDamaged);
    // Some write no canvas; viewers take the first frame's.
    if (canvas.width == 0 || canvas.height == 0) {
      canvas.width = frame.width;
      canvas.height = frame.height;
      canvas.pixels.clear();
    }
    if (!decoding.allows({std::max(canvas.width, frame.width), std::max(canvas.height, frame.height)}))
      return {};
    if (canvas.pixels.empty()) canvas.pixels.assign(canvas.width * canvas.height, 255);
    Pixels pixels(bytes, bits);
    const bool whole = draw(canvas, frame, pixels, palette, transparent);
    const bool wanted = decoding.frame(canvas, 1);
    if (!whole) return std::string(kDamaged);
    if (!wanted) return {};
    for (auto rest = bytes.block(); !rest.empty(); rest = bytes.block()) {
    }
    transparent = 256;
  }
}

}  // namespace rampart::guard::images
