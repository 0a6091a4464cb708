// XML as strangers write it: a scanner that goes on where a parser has to stop (XML 1.0, without what reports never need).
//
//   XmlScanner scanner;
//   done = scanner.scan(window, last, handler);   // bytes of the window that are done with; the rest comes again, with more
//
// The handler gets
//   open(name, attributes)  an element begins; `name` without its prefix
//   close(name)             one ends
//   leaf(name, text)        open, text and close in one: an element that holds nothing but text
//   text(text)              text elsewhere, in as many pieces as it comes
//
// All of them views of the window. No element is matched with its end here, and nothing is kept from one window to the next
// but where the scanner is: memory does not grow with the input. What is no markup is text: a `<` that begins no tag, a tag
// without its `>`. Entities are never expanded but the five of XML and numbers (decode()), a DOCTYPE is passed over.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/lanes.h"
#include "base/text.h"

namespace rampart::reports {

// Our own: a tag that is longer is text, a text that is longer comes in pieces.
inline constexpr std::size_t kMaxTag = 4096;
inline constexpr std::size_t kMaxTextPiece = 16384;

// Text as it stands in the window, and what has to be done to it before it can be read.
struct XmlText {
  std::string_view raw;
  bool markup = false;    // it holds & or a < that begins no tag
  bool odd = false;       // it holds bytes that are no visible ASCII: they may be no UTF-8
  bool verbatim = false;  // from a CDATA section: & is &

  [[nodiscard]] bool plain() const { return !markup && !odd; }
};

// What was met that a parser stops at.
struct XmlFaults {
  bool stray_markup = false;  // a < that begins no tag, a tag that does not end
  bool bad_utf8 =
      false;  // or a character that XML does not have, also by its number (&#x1b;): replaced by U+FFFD
  bool unknown_entity = false;  // left as it stands
  bool cut_short = false;       // the text ends within markup
};

// Appends what the text says to `out`, valid UTF-8 without NUL, at most up to `limit` bytes in `out`. False: the
// limit cut it.
bool decode(const XmlText& text, std::size_t limit, std::string& out, XmlFaults& faults);

namespace detail {
constexpr bool is_name_start(char c) {
  return base::is_alpha(c) || c == '_' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool is_name_char(char c) { return is_name_start(c) || base::is_digit(c) || c == '-' || c == '.'; }
constexpr bool is_xml_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

inline constexpr auto kNameChars = [] {
  std::array<bool, 256> out{};
  for (int i = 0; i < 256; ++i) out[static_cast<std::size_t>(i)] = is_name_char(static_cast<char>(i));
  return out;
}();
inline bool in_name(char c) { return kNameChars[static_cast<unsigned char>(c)]; }

// Bytes at the end of `text` that begin a character of UTF-8 and do not end it.
constexpr std::size_t begun_character(std::string_view text) {
  for (std::size_t back = 1; back < 4 && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xc0U) == 0x80U) continue;
    const std::size_t length = byte >= 0xf0U ? 4 : byte >= 0xe0U ? 3 : byte >= 0xc0U ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
}  // namespace detail

class XmlScanner {
 public:
  // `last`: nothing comes behind this window, all of it is used.
  template <class Handler>
  std::size_t scan(std::string_view window, bool last, Handler& handler);

  [[nodiscard]] XmlFaults& faults() { return faults_; }

 private:
  enum class Mode : std::uint8_t { content, comment, cdata, instruction, doctype };
  // What stands at a `<`.
  enum class Markup : std::uint8_t { open, close, empty, comment, cdata, instruction, doctype, none, more };
  struct Tag {
    Markup kind = Markup::none;
    std::string_view raw_name;
    std::string_view attributes;
    std::size_t end = 0;  // behind it
  };
  // The first `<` at or behind `at`, and what stands before it.
  struct Run {
    std::size_t end = 0;
    bool ampersand = false;
    bool odd = false;
  };

  static Run run_of_text(std::string_view window, std::size_t at);
  static Tag tag_at(std::string_view window, std::size_t at, bool last);
  static Tag tag_with_more(std::string_view window, std::string_view name, std::size_t at, bool last);
  static Tag declaration_at(std::string_view window, std::size_t at, bool last);
  // Past the end of a comment, a CDATA section, an instruction or a DOCTYPE; the window's end when it is not there.
  std::size_t skip(std::string_view window, std::size_t at, bool last);
  template <class Handler>
  std::size_t give_cdata(std::string_view window, std::size_t at, bool last, Handler& handler);
  static std::string_view without_prefix(std::string_view name) {
    for (std::size_t at = 0; at < name.size(); ++at) {
      if (name[at] == ':') return name.substr(at + 1);
    }
    return name;
  }

  Mode mode_ = Mode::content;
  int brackets_ = 0;  // open in a DOCTYPE
  XmlFaults faults_;
};

inline XmlScanner::Run XmlScanner::run_of_text(std::string_view window, std::size_t at) {
  using base::kLane;
  Run out;
  const auto* const bytes = window.data();
  for (; at + kLane <= window.size(); at += kLane) {
    const auto here = base::load_lanes(bytes + at);
    const auto tags = base::lane_bits(here == '<');
    // Before the first tag alone.
    const auto before = tags == 0 ? 0xffffU : (tags & (0U - tags)) - 1U;
    out.ampersand = out.ampersand || (base::lane_bits(here == '&') & before) != 0;
    // One comparison: what stands below the blank wraps around.
    out.odd = out.odd || (base::lane_bits(here - ' ' >= 0x7f - ' ') & before) != 0;
    if (tags == 0) continue;
    out.end = at + static_cast<std::size_t>(std::countr_zero(tags));
    return out;
  }
  for (; at < window.size() && bytes[at] != '<'; ++at) {
    out.ampersand = out.ampersand || bytes[at] == '&';
    out.odd = out.odd || bytes[at] < ' ' || bytes[at] == 0x7f;  // char is signed here
  }
  out.end = at;
  return out;
}

inline XmlScanner::Tag XmlScanner::tag_at(std::string_view window, std::size_t at, bool last) {
  const auto begin = at + 1;
  if (begin == window.size()) return {.kind = last ? Markup::none : Markup::more};
  const char first = window[begin];
  const bool closes = first == '/';
  if (!closes && !detail::is_name_start(first)) {
    if (first == '!' || first == '?') return declaration_at(window, at, last);
    return {};
  }
  const auto name_begin = begin + (closes ? 1 : 0);
  auto end = name_begin;
  while (end < window.size() && detail::in_name(window[end])) ++end;
  const auto name = window.substr(name_begin, end - name_begin);
  if (end == window.size()) return {.kind = last || end - at > kMaxTag ? Markup::none : Markup::more};
  if (name.empty() || !detail::is_name_start(name.front())) return {};
  if (window[end] == '>')
    return {
        .kind = closes ? Markup::close : Markup::open, .raw_name = name, .attributes = {}, .end = end + 1};
  auto tag = tag_with_more(window, name, end, last);
  if (closes && tag.kind != Markup::more) {
    const bool bare = base::trim(tag.attributes).empty() && tag.kind == Markup::open;
    tag.kind = bare ? Markup::close : Markup::none;
  }
  return tag;
}

template <class Handler>
std::size_t XmlScanner::give_cdata(std::string_view window, std::size_t at, bool last, Handler& handler) {
  constexpr std::string_view kEnd = "]]>";
  const auto end = window.find(kEnd, at);
  const bool ended = end != std::string_view::npos;
  // What may be the begin of the end waits.
  auto stop = ended || last ? std::min(end, window.size())
                            : window.size() - std::min(window.size() - at, kEnd.size() - 1);
  // So does a character whose end may be there.
  if (!ended && !last) stop -= detail::begun_character(window.substr(at, stop - at));
  if (stop > at)
    handler.text(XmlText{.raw = window.substr(at, stop - at), .markup = true, .odd = true, .verbatim = true});
  if (!ended) {
    faults_.cut_short = faults_.cut_short || last;
    return stop;
  }
  mode_ = Mode::content;
  return end + kEnd.size();
}

template <class Handler>
std::size_t XmlScanner::scan(std::string_view window, bool last, Handler& handler) {
  std::size_t at = 0;
  while (at < window.size()) {
    if (mode_ != Mode::content) {
      const auto next = mode_ == Mode::cdata ? give_cdata(window, at, last, handler) : skip(window, at, last);
      if (next == at) return at;
      at = next;
      continue;
    }
    const auto run = run_of_text(window, at);
    if (run.end != at) {
      const auto length = run.end - at;
      // Text that the window ends may go on. A long one comes in pieces, which may end within a character.
      if (run.end == window.size() && !last && length < kMaxTextPiece) return at;
      handler.text(XmlText{.raw = window.substr(at, length), .markup = run.ampersand, .odd = run.odd});
      at = run.end;
      continue;
    }
    const auto tag = tag_at(window, at, last);
    switch (tag.kind) {
      case Markup::more:
        return at;
      case Markup::none:
        faults_.stray_markup = true;
        // A tag that the end cuts.
        if (last && window.size() - at <= kMaxTag && window.find('>', at) == std::string_view::npos)
          faults_.cut_short = true;
        handler.text(XmlText{.raw = window.substr(at, 1), .markup = true});
        ++at;
        break;
      case Markup::close:
        handler.close(without_prefix(tag.raw_name));
        at = tag.end;
        break;
      case Markup::empty:
        handler.leaf(without_prefix(tag.raw_name), XmlText{});
        at = tag.end;
        break;
      case Markup::open: {
        // Most elements hold a text and nothing else.
        const auto text = run_of_text(window, tag.end);
        const auto length = tag.raw_name.size();
        if (tag.attributes.empty() && window.size() - text.end > length + 2 && window[text.end + 1] == '/' &&
            window[text.end + 2 + length] == '>' &&
            // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): the length is that of both
            base::same_bytes(window.data() + text.end + 2, tag.raw_name.data(), length)) {
          handler.leaf(without_prefix(tag.raw_name),
                       XmlText{.raw = window.substr(tag.end, text.end - tag.end),
                               .markup = text.ampersand,
                               .odd = text.odd});
          at = text.end + length + 3;
        } else {
          handler.open(without_prefix(tag.raw_name), tag.attributes);
          at = tag.end;
        }
        break;
      }
      case Markup::comment:
        mode_ = Mode::comment;
        at = tag.end;
        break;
      case Markup::cdata:
        mode_ = Mode::cdata;
        at = tag.end;
        break;
      case Markup::instruction:
        mode_ = Mode::instruction;
        at = tag.end;
        break;
      case Markup::doctype:
        mode_ = Mode::doctype;
        brackets_ = 0;
        at = tag.end;
        break;
    }
  }
  return at;
}

}  // namespace rampart::reports
