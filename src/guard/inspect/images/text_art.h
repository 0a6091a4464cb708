// QR codes that are drawn with characters, which no decoder of images meets: block elements (U+2580, U+2584, U+2588), or # in twos.
//
//   const auto facts = images::look_at_text(text, budget);      // of a plain text, or of a page's text with its white space
//   facts.codes[0].links                                        {"https://login.example/verify"}
//
// Text without such a drawing costs one pass over it.
#pragma once

#include <string_view>

#include "guard/inspect/images/images.h"

namespace rampart::guard::images {

// All our own.
inline constexpr std::size_t kMinDrawnLines = 10;       // the smallest code has 21 rows, two of them a line
inline constexpr std::size_t kMaxDrawnLines = 400;      // of one drawing; it is cut there
inline constexpr std::size_t kMaxDrawnColumns = 400;    // characters
inline constexpr std::size_t kMinDrawnCharacters = 60;  // of one drawing that are none of a text
inline constexpr std::size_t kMaxDrawings = 4;          // of one text

// Codes in the drawings of a UTF-8 text, in halves of its lines. `width` and `height` are those of the first drawing.
ImageFacts look_at_text(std::string_view text, Budget& budget);

}  // namespace rampart::guard::images
