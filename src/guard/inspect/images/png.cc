// PNG (ISO/IEC 15948) by libpng, which leaves by longjmp: what lives across it is in Reading, outside of the function that may be left.
#include <algorithm>
#include <array>
#include <cstring>

#include <png.h>

#include "guard/inspect/images/decode.h"

namespace rampart::guard::images {
namespace {

constexpr png_uint_32 kMaxPngSide = 65'535;        // our own, images.h says it too
constexpr png_alloc_size_t kMaxChunk = 1U << 20U;  // bytes of one that is held; our own
constexpr png_uint_32 kMaxKeptChunks = 64;         // our own

struct Reading {
  const Decoding& decoding;
  std::string_view left;
  png_structp png = nullptr;
  png_infop info = nullptr;
  Gray gray;
  std::vector<std::uint8_t> alpha;
  std::vector<std::uint8_t> pixels;  // as libpng writes them: a row, or all of an interlaced image
  bool is_interlaced = false;
  std::size_t rows_done = 0;
  std::string fault;

  explicit Reading(const Decoding& decoding) : decoding(decoding), left(decoding.bytes) {}
  ~Reading() { png_destroy_read_struct(&png, &info, nullptr); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
};

void feed(png_structp png, png_bytep to, std::size_t size) {
  auto& reading = *static_cast<Reading*>(png_get_io_ptr(png));
  if (reading.left.empty()) png_error(png, "it ends too early");
  const auto there = std::min(size, reading.left.size());
  std::memcpy(to, reading.left.data(), there);
  std::memset(to + there, 0, size - there);  // so that what is there is decoded
  reading.left.remove_prefix(there);
}

[[noreturn]] void leave(png_structp png, png_const_charp what) {
  static_cast<Reading*>(png_get_error_ptr(png))->fault = std::string("the PNG is damaged: ") + what;
  png_longjmp(png, 1);
}

void ignore(png_structp, png_const_charp) {}

void keep_row(Reading& reading, std::size_t y, const std::uint8_t* from) {
  const auto width = reading.gray.width;
  auto* gray = reading.gray.pixels.data() + y * width;
  if (reading.alpha.empty()) {
    std::memcpy(gray, from, width);
    return;
  }
  auto* alpha = reading.alpha.data() + y * width;
  for (std::size_t x = 0; x < width; ++x) {
    gray[x] = from[2 * x];
    alpha[x] = from[2 * x + 1];
  }
}

void prepare(Reading& reading) {
  auto* png = reading.png;
  png_set_user_limits(png, kMaxPngSide, kMaxPngSide);
  png_set_chunk_malloc_max(png, kMaxChunk);
  png_set_chunk_cache_max(png, kMaxKeptChunks);
  // Viewers show what has a wrong check sum, too.
  png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
  png_set_option(png, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
  static constexpr std::array<png_byte, 35> kIgnored = {
      'i', 'C', 'C', 'P', 0,   'z', 'T', 'X', 't', 0,   'i', 'T', 'X', 't', 0,   't', 'E', 'X',
      't', 0,   'e', 'X', 'I', 'f', 0,   's', 'P', 'L', 'T', 0,   'h', 'I', 'S', 'T', 0};
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, kIgnored.data(),
                              static_cast<int>(kIgnored.size() / 5));
  png_set_read_fn(png, &reading, feed);
}

void to_gray(png_structp png, png_infop info) {
  png_set_expand(png);  // palettes, fewer than 8 bits, tRNS as alpha
  png_set_strip_16(png);
  const auto colour = png_get_color_type(png, info);
  if ((colour & PNG_COLOR_MASK_COLOR) != 0) png_set_rgb_to_gray(png, PNG_ERROR_ACTION_NONE, -1, -1);
}

// May be left by longjmp: holds nothing that has to be destroyed.
void read_pixels(Reading& reading) {
  if (setjmp(png_jmpbuf(reading.png)) != 0) return;
  auto* png = reading.png;
  auto* info = reading.info;
  prepare(reading);
  png_read_info(png, info);
  const std::size_t width = png_get_image_width(png, info);
  const std::size_t height = png_get_image_height(png, info);
  if (!reading.decoding.allows({width, height})) return;
  to_gray(png, info);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  const std::size_t channels = png_get_channels(png, info);
  reading.gray.width = width;
  reading.gray.height = height;
  reading.gray.pixels.assign(width * height, 255);
  if (channels == 2) reading.alpha.assign(width * height, 0);
  const std::size_t row = png_get_rowbytes(png, info);
  reading.is_interlaced = passes != 1;
  reading.pixels.assign(passes == 1 ? row : row * height, 255);
  for (int pass = 0; pass < passes; ++pass)
    for (std::size_t y = 0; y < height; ++y) {
      auto* at = reading.pixels.data() + (passes == 1 ? 0 : y * row);
      png_read_row(png, at, nullptr);
      if (pass + 1 < passes) continue;
      keep_row(reading, y, at);
      reading.rows_done = y + 1;
    }
}

}  // namespace

std::string decode_png(const Decoding& decoding) {
  Reading reading(decoding);
  reading.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reading, leave, ignore);
  if (reading.png != nullptr) reading.info = png_create_info_struct(reading.png);
  if (reading.info == nullptr) return "there is no memory for a PNG";
  read_pixels(reading);
  if (!reading.gray.pixels.empty()) {
    // An interlaced image that ends early is shown coarsely: its pixels are there, but for those of the last pass.
    if (reading.is_interlaced)
      for (std::size_t y = reading.rows_done; y < reading.gray.height; ++y)
        keep_row(reading, y, reading.pixels.data() + y * (reading.pixels.size() / reading.gray.height));
    if (!reading.alpha.empty()) lay_on_page(reading.gray, reading.alpha);
    decoding.frame(reading.gray, 1);
  }
  return reading.fault;
}

}  // namespace rampart::guard::images
