// PDFs that tests make: objects as text, numbered from 1, of which the first is the catalog.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>

#include "guard/inspect/images/gray.h"
#include "guard/inspect/pdf/qpdf.h"

namespace rampart::guard::pdf {

inline std::string deflated(std::string_view bytes) {
  std::string out(compressBound(bytes.size()), '\0');
  auto size = static_cast<uLongf>(out.size());
  compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
            bytes.size(), 9);
  out.resize(size);
  return out;
}

inline std::string stream_of(std::string_view entries, std::string_view bytes) {
  return fmt::format("<< {} /Length {} >>\nstream\n{}\nendstream", entries, bytes.size(), bytes);
}

inline std::string pdf_of(const std::vector<std::string>& objects) {
  std::string out = "%PDF-1.7\n";
  std::string table = fmt::format("xref\n0 {}\n0000000000 65535 f \n", objects.size() + 1);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    table += fmt::format("{:010} 00000 n \n", out.size());
    out += fmt::format("{} 0 obj\n{}\nendobj\n", i + 1, objects[i]);
  }
  const auto at = out.size();
  return out + table +
         fmt::format("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{}\n%%EOF\n", objects.size() + 1, at);
}

// A page of 600 x 800 with content and further entries; objects behind are numbered from 5.
inline std::string page_of(std::string_view content, std::string_view entries,
                           const std::vector<std::string>& more = {}, std::string_view catalog = "") {
  std::vector<std::string> objects = {
      fmt::format("<< /Type /Catalog /Pages 2 0 R {} >>", catalog),
      "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 600 800] >>",
      fmt::format("<< /Type /Page /Parent 2 0 R /Contents 4 0 R {} >>", entries), stream_of("", content)};
  objects.insert(objects.end(), more.begin(), more.end());
  return pdf_of(objects);
}

// An image's pixels, eight bits of gray each.
inline std::string image_of(const images::Gray& image) {
  return stream_of(
      fmt::format("/Type /XObject /Subtype /Image /Width {} /Height {} /BitsPerComponent 8 /ColorSpace "
                  "/DeviceGray /Filter /FlateDecode",
                  image.width, image.height),
      deflated({reinterpret_cast<const char*>(image.pixels.data()), image.pixels.size()}));
}

// Written anew by qpdf, so that objects stand in streams, or encrypted.
template <class Options>
std::string rewritten(const std::string& pdf, Options options) {
  QPDF qpdf;
  qpdf.processMemoryFile("made", pdf.data(), pdf.size());
  QPDFWriter writer(qpdf);
  writer.setOutputMemory();
  options(writer);
  writer.write();
  const auto bytes = writer.getBufferSharedPointer();
  return {reinterpret_cast<const char*>(bytes->getBuffer()), bytes->getSize()};
}

}  // namespace rampart::guard::pdf
