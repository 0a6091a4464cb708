#include "reports/clean.h"

#include "base/text.h"
#include "reports/aggregate/outcome.h"

namespace rampart::reports {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_xml_character(char32_t c) { return c >= 0x20 && c != 0xFFFE && c != 0xFFFF; }

}  // namespace

Cleaned clean(std::string_view text, std::size_t limit) {
  Cleaned out;
  text = base::trim(text);
  while (!text.empty()) {
    const auto point = base::decode_utf8(text);
    auto piece = text.substr(0, std::max<std::size_t>(point.length, 1));
    text.remove_prefix(piece.size());
    if (piece == "\t" || piece == "\n" || piece == "\r") {
      piece = " ";
    } else if (point.length == 0 || !is_xml_character(point.value)) {
      piece = kReplacement;
      out.replaced = true;
    }
    if (out.text.size() + piece.size() > limit) {
      out.cut = true;
      break;
    }
    out.text += piece;
  }
  out.text.resize(out.text.find_last_not_of(' ') + 1);
  return out;
}

Cleaned clean_name(std::string_view text) {
  auto out = clean(text, kMaxName + 1);
  out.text.resize(out.text.find_last_not_of(" .") + 1);
  if (out.text.size() > kMaxName) {
    out.cut = true;
    out.text = clean(out.text, kMaxName).text;
    out.text.resize(out.text.find_last_not_of(" .") + 1);
  }
  for (auto& c : out.text) c = base::to_lower(c);
  return out;
}

std::string as_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = base::decode_utf8(text).length;
    out += length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

}  // namespace rampart::reports
