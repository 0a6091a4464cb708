#include "guard/render/shown_run.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::guard::render {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::string_view kTab = "    ";

// That turn the line (UAX 9), or show nothing.
bool is_unseen(char32_t c) {
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200b || c == 0xad ||
         c == 0x34f || c == 0x180e || (c >= 0x2060 && c <= 0x2065) || (c >= 0x206a && c <= 0x206f) ||
         c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f) || c == 0x115f ||
         c == 0x1160 || c == 0x3164 || c == 0xffa0;
}

// White space and joiners, which stand between unseen characters where a sender fills a preview with them.
bool is_gap(char32_t c) { return c == 0xa0 || (c >= 0x2000 && c <= 0x200f) || c == 0x202f || c == 0x3000; }

class Run {
 public:
  Run(SafeWriter& out, const RunStyle& style, UnseenCharacters& counts)
      : out_(out), style_(style), counts_(counts) {}

  void add(std::string_view text) {
    std::size_t from = 0;
    std::size_t at = 0;
    const auto keep = [&](std::string_view instead, std::size_t length) {
      shown_ += text.substr(from, at - from);
      shown_ += instead;
      at += length;
      from = at;
    };
    while (at < text.size()) {
      const auto c = static_cast<unsigned char>(text[at]);
      if (c > ' ' && c < 0x7f) {
        ++at;
        end_unseen();
      } else if (c == ' ' || c == '\n') {
        ++at;
      } else if (c == '\t') {
        keep(kTab, 1);
      } else if (c < ' ' || c == 0x7f) {
        keep({}, 1);
      } else {
        const auto [length, value] = base::decode_utf8(text.substr(at));
        if (length == 0) {
          keep(kReplacement, 1);
        } else if (value >= 0x80 && value < 0xa0) {
          keep({}, length);
        } else if (is_unseen(value)) {
          keep({}, length);
          note(value);
        } else {
          if (!is_gap(value)) end_unseen();
          at += length;
        }
      }
    }
    shown_ += text.substr(from);
    end_unseen();
    flush();
  }

 private:
  // Many of one kind in a row are told once.
  void note(char32_t c) {
    if (c != unseen_) end_unseen();
    if (times_ == 0) flush();
    unseen_ = c;
    ++times_;
    ++counts_.count;
    if (counts_.first.empty()) counts_.first = fmt::format("U+{:04X}", static_cast<std::uint32_t>(c));
  }
  void end_unseen() {
    if (times_ == 0) return;
    // Gaps between them go behind.
    const auto name = times_ == 1
                          ? fmt::format("U+{:04X}", static_cast<std::uint32_t>(unseen_))
                          : fmt::format("U+{:04X} \xc3\x97 {}", static_cast<std::uint32_t>(unseen_), times_);
    times_ = 0;
    out_.around("span", {{"data-shown", "character"}}, name, Piece::Kind::label);
  }
  void flush() {
    if (shown_.empty()) return;
    if (style_.element.empty())
      out_.text(shown_);
    else
      out_.around(style_.element, style_.attributes, shown_);
    shown_.clear();
  }

  SafeWriter& out_;
  const RunStyle& style_;
  UnseenCharacters& counts_;
  std::string shown_;
  char32_t unseen_ = 0;
  std::uint64_t times_ = 0;
};

}  // namespace

void write_run(SafeWriter& out, std::string_view text, const RunStyle& style, UnseenCharacters& unseen) {
  Run(out, style, unseen).add(text);
}

}  // namespace rampart::guard::render
