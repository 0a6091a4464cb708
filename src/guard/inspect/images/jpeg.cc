// JPEG (ITU-T T.81) by libjpeg-turbo, which leaves by longjmp: what lives across it is in Reading, outside of the function that may be
// left.
#include <algorithm>
#include <csetjmp>
#include <cstdio>

#include <jerror.h>
#include <jpeglib.h>

#include "guard/inspect/images/decode.h"

namespace rampart::guard::images {
namespace {

struct Reading {
  // The first members are what libjpeg hands back; standard layout is all it asks for.
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf back{};
  jpeg_decompress_struct jpeg{};
  const Decoding& decoding;
  std::uint64_t work = 0;  // pixels of the scans before this one
  int scan = 0;
  Gray gray;
  std::vector<std::uint8_t> row;
  std::size_t scale = 1;
  std::string fault;

  explicit Reading(const Decoding& decoding) : decoding(decoding) {}
  ~Reading() { jpeg_destroy_decompress(&jpeg); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
};

Reading& reading_of(j_common_ptr jpeg) { return *static_cast<Reading*>(jpeg->client_data); }

[[noreturn]] void leave(j_common_ptr jpeg) {
  auto& reading = reading_of(jpeg);
  char text[JMSG_LENGTH_MAX];
  (*jpeg->err->format_message)(jpeg, text);
  if (reading.fault.empty()) reading.fault = std::string("the JPEG is damaged: ") + text;
  std::longjmp(reading.back, 1);
}

void ignore(j_common_ptr) {}

void warn(j_common_ptr jpeg, int level) {
  if (level >= 0) return;  // no warning: a trace
  auto& reading = reading_of(jpeg);
  if (reading.fault.empty()) reading.fault = "the JPEG is damaged";
}

void count_scans(j_common_ptr jpeg) {
  auto& reading = reading_of(jpeg);
  const int scan = reading.jpeg.input_scan_number;
  if (scan == reading.scan) return;
  reading.scan = scan;
  reading.work += std::uint64_t{reading.jpeg.image_width} * reading.jpeg.image_height;
  if (reading.work <= kMaxScanWork) return;
  reading.fault = "the JPEG has too many scans";
  std::longjmp(reading.back, 1);
}

// What a progressive one holds until its last scan.
std::uint64_t coefficients_of(const jpeg_decompress_struct& jpeg) {
  std::uint64_t all = 0;
  for (int i = 0; i < jpeg.num_components; ++i) {
    const auto& part = jpeg.comp_info[i];
    all += std::uint64_t{jpeg.image_width} * jpeg.image_height * static_cast<unsigned>(part.h_samp_factor) *
           static_cast<unsigned>(part.v_samp_factor) /
           (static_cast<unsigned>(jpeg.max_h_samp_factor) * static_cast<unsigned>(jpeg.max_v_samp_factor));
  }
  return all;
}

// Adobe's CMYK is written inverted.
void keep_cmyk(const Reading& reading, std::uint8_t* to) {
  const bool inverted = reading.jpeg.saw_Adobe_marker != 0;
  for (std::size_t x = 0; x < reading.gray.width; ++x) {
    const auto* at = reading.row.data() + 4 * x;
    const auto part = [&](std::size_t i) { return inverted ? unsigned{at[i]} : 255U - at[i]; };
    to[x] = luma(part(0) * part(3) / 255U, part(1) * part(3) / 255U, part(2) * part(3) / 255U);
  }
}

// May be left by longjmp: holds nothing that has to be destroyed.
void read_pixels(Reading& reading) {
  auto& jpeg = reading.jpeg;
  if (setjmp(reading.back) != 0) return;
  jpeg_create_decompress(&jpeg);
  jpeg.client_data = &reading;
  jpeg.progress = &reading.progress;
  jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(reading.decoding.bytes.data()),
               static_cast<unsigned long>(reading.decoding.bytes.size()));
  jpeg_read_header(&jpeg, TRUE);
  if (!reading.decoding.allows({jpeg.image_width, jpeg.image_height})) return;
  if (jpeg_has_multiple_scans(&jpeg) != 0 && coefficients_of(jpeg) > kMaxCoefficients) {
    reading.fault = "the progressive JPEG is too large";
    return;
  }
  const bool cmyk = jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK;
  jpeg.out_color_space = cmyk ? JCS_CMYK : JCS_GRAYSCALE;
  jpeg.dct_method = JDCT_IFAST;
  jpeg.do_fancy_upsampling = FALSE;
  while (reading.scale < 8 && std::max(jpeg.image_width, jpeg.image_height) / reading.scale > kDecodedSide)
    reading.scale *= 2;
  jpeg.scale_num = 1;
  jpeg.scale_denom = static_cast<unsigned>(reading.scale);
  jpeg_start_decompress(&jpeg);
  reading.gray.width = jpeg.output_width;
  reading.gray.height = jpeg.output_height;
  reading.gray.pixels.assign(reading.gray.width * reading.gray.height, 255);
  reading.row.resize(reading.gray.width * (cmyk ? 4U : 1U));
  while (jpeg.output_scanline < jpeg.output_height) {
    auto* to = reading.gray.pixels.data() + std::size_t{jpeg.output_scanline} * reading.gray.width;
    JSAMPROW row = cmyk ? reading.row.data() : to;
    if (jpeg_read_scanlines(&jpeg, &row, 1) == 0) break;
    if (cmyk) keep_cmyk(reading, to);
  }
}

}  // namespace

std::string decode_jpeg(const Decoding& decoding) {
  Reading reading(decoding);
  reading.jpeg.err = jpeg_std_error(&reading.errors);
  reading.jpeg.client_data = &reading;
  reading.errors.error_exit = leave;
  reading.errors.output_message = ignore;
  reading.errors.emit_message = warn;
  reading.progress.progress_monitor = count_scans;
  read_pixels(reading);
  if (!reading.gray.pixels.empty()) decoding.frame(reading.gray, reading.scale);
  return reading.fault;
}

}  // namespace rampart::guard::images
