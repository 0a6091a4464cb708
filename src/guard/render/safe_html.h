// The HTML that a stranger's page is rewritten to, and the proof that some text is no more than that: few elements, fewer attributes, no
// style, no script, nothing that is fetched, sent or followed, nothing that covers anything else.
//
//   is_safe_html("<p>hello</p>")                       true
//   is_safe_html("<p onclick=\"x()\">hello</p>")       false
//
// None of its elements has text that a browser reads otherwise than as markup, none belongs to SVG or MathML, every < and & of text is
// escaped and every element is closed in its place: so a browser's tree is the one that was written, however often it is written out and
// read again (mutation XSS needs one of these). Colours are presentational attributes (`<font color>`, `bgcolor`), for the
// page that shows it allows no inline style.
//
// What we add is told by attributes of our own:
//   <span data-shown="link">text</span><bdi dir="ltr" data-shown="target">https://…</bdi>    a link, and where it leads; of one that a
//                                                                  known service wraps, data-through="its host"
//   <span data-shown="image" data-from="remote|attached|inline|none">alt</span>, "tiny-image" a picture that is not shown
//   <span data-shown="hidden" data-by="color">text</span>          text that nobody would see (html::HiddenBy)
//   <span data-shown="character">U+202E</span>                     a character that shows nothing or turns the line
//   <div data-shown="form">, "field", "button", "frame"            what would ask, or load
//   <mark data-cause="words-urgency link-away">text</mark>         the place that causes speak of
#pragma once

#include <cstdint>
#include <string_view>

#include "guard/inspect/html/tokenizer.h"

namespace rampart::guard::render {

// All our own.
inline constexpr std::size_t kMaxSafeDepth = 64;  // elements in each other
inline constexpr std::size_t kMaxSpan =
    1'000;  // columns or rows that a cell takes (WHATWG HTML 4.9.11: 1000 columns)
inline constexpr std::size_t kMaxTableWidth = 2'000;  // pixels
inline constexpr std::size_t kMaxCellGap = 50;        // pixels
inline constexpr std::size_t kMaxListStart = 1'000'000;

// How a safe element stands in the page.
enum class Place : std::uint8_t {
  none,     // it is no safe element
  line,     // within a line
  block,    // on lines of its own
  empty,    // br, hr: without an end
  table,    // and what is in it:
  section,  // thead, tbody, tfoot
  row,
  cell,  // td, th
  caption,
};
Place place_of(std::string_view element);
// The same name, as a constant; empty: it is no safe element.
std::string_view safe_name(std::string_view element);

// Whether an element may have an attribute with that value; both in lower case.
bool is_safe_attribute(std::string_view element, std::string_view attribute, std::string_view value);

// Whether `html` is of these elements and attributes alone, each closed where it has to be, at most kMaxSafeDepth deep, and without
// comments. For what a worker says: a word of its own is a stranger's.
bool is_safe_html(std::string_view html);

}  // namespace rampart::guard::render
