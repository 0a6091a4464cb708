// Images that tests draw: QR codes by libqrencode, and writers of the formats that our decoders read.
#pragma once

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <jpeglib.h>
#include <png.h>
#include <qrencode.h>

#include "guard/inspect/images/gray.h"

namespace rampart::guard::images {

inline Gray drawn(std::string_view text, std::size_t module = 6, std::size_t margin = 4) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeData(static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), 0,
                        QR_ECLEVEL_M),
      QRcode_free);
  const auto side = static_cast<std::size_t>(code->width);
  Gray out{.width = (side + 2 * margin) * module, .height = (side + 2 * margin) * module, .pixels = {}};
  out.pixels.assign(out.width * out.height, 255);
  for (std::size_t y = 0; y < side * module; ++y)
    for (std::size_t x = 0; x < side * module; ++x)
      if ((code->data[y / module * side + x / module] & 1U) != 0)
        out.pixels[(y + margin * module) * out.width + x + margin * module] = 0;
  return out;
}

inline Gray inverted(Gray image) {
  for (auto& pixel : image.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
  return image;
}

// `image` at a place of a larger one of one shade.
inline Gray placed(const Gray& image, std::size_t width, std::size_t height, std::size_t left,
                   std::size_t top, std::uint8_t shade = 255) {
  Gray out{.width = width, .height = height, .pixels = {}};
  out.pixels.assign(width * height, shade);
  for (std::size_t y = 0; y < image.height; ++y)
    std::copy_n(image.row(y).begin(), image.width,
                out.row(y + top).begin() + static_cast<std::ptrdiff_t>(left));
  return out;
}

inline void put_big(std::string& out, std::uint32_t number) {
  for (unsigned shift = 32; shift != 0; shift -= 8) out += static_cast<char>(number >> (shift - 8));
}
inline void put_little(std::string& out, std::uint32_t number, std::size_t bytes) {
  for (; bytes != 0; --bytes, number >>= 8U) out += static_cast<char>(number);
}

struct PngOptions {
  int colour = PNG_COLOR_TYPE_GRAY;  // or GRAY_ALPHA: opaque where dark, or RGB
  bool interlaced = false;
};

inline std::string png_of(const Gray& image, PngOptions options = {}) {
  std::string out;
  auto* png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  auto* info = png_create_info_struct(png);
  png_set_write_fn(
      png, &out,
      [](png_structp to, png_bytep bytes, std::size_t size) {
        static_cast<std::string*>(png_get_io_ptr(to))->append(reinterpret_cast<const char*>(bytes), size);
      },
      nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(image.width), static_cast<png_uint_32>(image.height), 8,
               options.colour, options.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  const std::size_t channels = options.colour == PNG_COLOR_TYPE_RGB          ? 3
                               : options.colour == PNG_COLOR_TYPE_GRAY_ALPHA ? 2
                                                                             : 1;
  const int passes = png_set_interlace_handling(png);
  std::string row(image.width * channels, '\0');
  for (int pass = 0; pass < passes; ++pass)
    for (std::size_t y = 0; y < image.height; ++y) {
      for (std::size_t x = 0; x < image.width; ++x) {
        const auto shade = static_cast<char>(image.row(y)[x]);
        for (std::size_t c = 0; c < channels; ++c) row[x * channels + c] = shade;
        if (channels == 2) {
          row[x * 2] = 0;
          row[x * 2 + 1] = static_cast<char>(255 - image.row(y)[x]);
        }
      }
      png_write_row(png, reinterpret_cast<png_const_bytep>(row.data()));
    }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return out;
}

struct JpegOptions {
  int quality = 80;
  bool progressive = false;
  bool cmyk = false;
};

inline std::string jpeg_of(const Gray& image, JpegOptions options = {}) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &bytes, &size);
  jpeg.image_width = static_cast<JDIMENSION>(image.width);
  jpeg.image_height = static_cast<JDIMENSION>(image.height);
  jpeg.input_components = options.cmyk ? 4 : 1;
  jpeg.in_color_space = options.cmyk ? JCS_CMYK : JCS_GRAYSCALE;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, options.quality, TRUE);
  if (options.progressive) jpeg_simple_progression(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  std::string row(image.width * static_cast<std::size_t>(jpeg.input_components),
                  '\xff');  // Adobe's inverted CMYK
  for (std::size_t y = 0; y < image.height; ++y) {
    for (std::size_t x = 0; x < image.width; ++x)
      row[options.cmyk ? 4 * x + 3 : x] = static_cast<char>(image.row(y)[x]);
    auto* at = reinterpret_cast<JSAMPROW>(row.data());
    jpeg_write_scanlines(&jpeg, &at, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  std::string out(reinterpret_cast<const char*>(bytes), size);
  std::free(bytes);
  return out;
}

// A frame's data: codes of 9 bits that are never learnt, since every 200 pixels they begin anew.
inline std::string gif_frame_of(const Gray& image) {
  std::string out = "\x2c";
  put_little(out, 0, 4);
  put_little(out, static_cast<std::uint32_t>(image.width), 2);
  put_little(out, static_cast<std::uint32_t>(image.height), 2);
  out += '\0';
  out += '\x08';
  std::string codes;
  std::uint32_t held = 0;
  unsigned bits = 0;
  const auto put = [&](std::uint32_t code) {
    held |= code << bits;
    for (bits += 9; bits >= 8; bits -= 8, held >>= 8U) codes += static_cast<char>(held);
  };
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    if (i % 200 == 0) put(256);
    put(image.pixels[i]);
  }
  put(257);
  codes += static_cast<char>(held);
  for (std::size_t at = 0; at < codes.size(); at += 255) {
    const auto block = std::string_view(codes).substr(at, 255);
    out += static_cast<char>(block.size());
    out += block;
  }
  return out + '\0';
}

inline std::string gif_of(std::initializer_list<Gray> frames) {
  std::string out = "GIF89a";
  put_little(out, static_cast<std::uint32_t>(frames.begin()->width), 2);
  put_little(out, static_cast<std::uint32_t>(frames.begin()->height), 2);
  out += '\xf7';  // 256 colours for all frames
  out += std::string(2, '\0');
  for (unsigned shade = 0; shade < 256; ++shade) out += std::string(3, static_cast<char>(shade));
  for (const auto& frame : frames) out += gif_frame_of(frame);
  return out + ';';
}

inline std::string bmp_of(const Gray& image, unsigned bits) {
  const std::size_t stride = (image.width * bits + 31) / 32 * 4;
  const std::size_t palette = bits <= 8 ? std::size_t{4} << bits : 0;
  std::string out = "BM";
  put_little(out, static_cast<std::uint32_t>(54 + palette + stride * image.height), 4);
  put_little(out, 0, 4);
  put_little(out, static_cast<std::uint32_t>(54 + palette), 4);
  put_little(out, 40, 4);
  put_little(out, static_cast<std::uint32_t>(image.width), 4);
  put_little(out, static_cast<std::uint32_t>(image.height), 4);
  put_little(out, 1, 2);
  put_little(out, bits, 2);
  out += std::string(24, '\0');
  const unsigned shades = (1U << std::min(bits, 8U)) - 1U;
  for (std::size_t i = 0; i < palette / 4; ++i)
    out += std::string(3, static_cast<char>(i * 255 / shades)) + '\0';
  for (std::size_t y = image.height; y-- != 0;) {
    std::string row(stride, '\0');
    for (std::size_t x = 0; x < image.width; ++x) {
      const unsigned shade = image.row(y)[x];
      if (bits <= 8)
        row[x * bits / 8] = static_cast<char>(static_cast<unsigned char>(row[x * bits / 8]) |
                                              (shade * shades / 255U) << (8U - bits - x * bits % 8U));
      else if (bits == 16)
        for (std::size_t i = 0; i < 2; ++i)
          row[2 * x + i] = static_cast<char>((shade >> 3U) * 0x0421U >> (8U * i));
      else
        for (std::size_t i = 0; i < bits / 8; ++i) row[x * bits / 8 + i] = static_cast<char>(shade);
    }
    out += row;
  }
  return out;
}

}  // namespace rampart::guard::images
