// BMP: BITMAPFILEHEADER and BITMAPCOREHEADER or BITMAPINFOHEADER and its successors, in 1 to 32 bits a pixel.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

#include "guard/inspect/images/decode.h"

namespace rampart::guard::images {
namespace {

constexpr std::size_t kFileHeader = 14;
constexpr std::uint32_t kCoreHeader = 12;
constexpr std::uint32_t kInfoHeader = 40;
constexpr std::uint32_t kBitFields = 3;  // BI_BITFIELDS

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  // Little endian; 0 behind the end.
  [[nodiscard]] std::uint32_t number(std::size_t at, std::size_t size) const {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < size && at + i < bytes_.size(); ++i)
      out |= std::uint32_t{static_cast<std::uint8_t>(bytes_[at + i])} << (8U * i);
    return out;
  }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
};

struct Header {
  std::size_t pixels = 0;  // where they begin
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  bool is_top_down = false;
  unsigned bits = 0;
  std::uint32_t compression = 0;
  std::array<std::uint32_t, 3> masks{};  // red, green, blue
  std::array<std::uint8_t, 256> palette{};
};

void read_palette(const Reader& reader, std::size_t at, std::size_t entry, Header& header) {
  for (std::size_t i = 0; i < header.palette.size() && at + entry <= header.pixels; ++i, at += entry)
    header.palette[i] = luma(reader.number(at + 2, 1), reader.number(at + 1, 1), reader.number(at, 1));
}

Header read_header(const Reader& reader) {
  Header out;
  out.pixels = reader.number(10, 4);
  const auto size = reader.number(kFileHeader, 4);
  if (size == kCoreHeader) {
    out.width = reader.number(18, 2);
    out.height = reader.number(20, 2);
    out.bits = reader.number(24, 2);
    read_palette(reader, kFileHeader + kCoreHeader, 3, out);
    return out;
  }
  if (size < kInfoHeader) return out;
  const auto height = static_cast<std::int32_t>(reader.number(22, 4));
  out.width = reader.number(18, 4);
  out.height = static_cast<std::uint64_t>(std::abs(std::int64_t{height}));
  out.is_top_down = height < 0;
  out.bits = reader.number(28, 2);
  out.compression = reader.number(30, 4);
  if (out.bits == 16)
    out.masks = {0x7C00, 0x03E0, 0x001F};
  else
    out.masks = {0xFF0000, 0xFF00, 0xFF};
  if (out.compression == kBitFields)
    for (std::size_t i = 0; i < 3; ++i) out.masks[i] = reader.number(kFileHeader + kInfoHeader + 4 * i, 4);
  read_palette(reader, kFileHeader + size, 4, out);
  return out;
}

unsigned channel(std::uint32_t pixel, std::uint32_t mask) {
  if (mask == 0) return 0;
  const auto most = std::uint64_t{mask >> static_cast<unsigned>(std::countr_zero(mask))};
  return static_cast<unsigned>(
      (std::uint64_t{pixel & mask} >> static_cast<unsigned>(std::countr_zero(mask))) * 255U / most);
}

std::uint8_t pixel_at(const Reader& reader, const Header& header, std::size_t row, std::size_t x) {
  if (header.bits <= 8) {
    const auto bit = x * header.bits;
    const auto shift = 8U - header.bits - bit % 8U;
    return header.palette[reader.number(row + bit / 8U, 1) >> shift & ((1U << header.bits) - 1U)];
  }
  const std::size_t bytes = header.bits / 8U;
  const auto pixel = reader.number(row + x * bytes, bytes);
  return luma(channel(pixel, header.masks[0]), channel(pixel, header.masks[1]),
              channel(pixel, header.masks[2]));
}

}  // namespace

std::string decode_bmp(const Decoding& decoding) {
  const Reader reader(decoding.bytes);
  const auto header = read_header(reader);
  static constexpr std::array<unsigned, 6> kBits = {1, 4, 8, 16, 24, 32};
  if (header.width == 0 || header.height == 0 || std::ranges::find(kBits, header.bits) == kBits.end())
    return "the BMP is damaged";
  if (!decoding.allows({header.width, header.height})) return {};
  if (header.compression != 0 && header.compression != kBitFields)
    return "a BMP with run lengths is not read";
  const std::size_t stride = (header.width * header.bits + 31) / 32 * 4;
  Gray gray{.width = header.width, .height = header.height, .pixels = {}};
  gray.pixels.assign(gray.width * gray.height, 255);
  for (std::size_t y = 0; y < gray.height; ++y) {
    const auto row = header.pixels + y * stride;
    if (row + (header.width * header.bits + 7) / 8 > reader.size()) {
      decoding.frame(gray, 1);
      return "the BMP ends too early";
    }
    const auto to = gray.row(header.is_top_down ? y : gray.height - 1 - y);
    for (std::size_t x = 0; x < gray.width; ++x) to[x] = pixel_at(reader, header, row, x);
  }
  decoding.frame(gray, 1);
  return {};
}

}  // namespace rampart::guard::images
