// A run of shown text on its way to a writer: what cannot be seen in it is told by name.
//
//   write_run(out, "pay\u200bpal", counts)     pay, <span data-shown="character">U+200B</span>, pal
//
// Joiners, which Urdu, Persian and emoji need, and the marks that order a single character stay. Control characters are left out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "guard/render/safe_writer.h"

namespace rampart::guard::render {

struct UnseenCharacters {
  std::uint64_t count = 0;
  std::string first;  // "U+202E"
};

// `how`: the element around each piece, such as font or a hidden span; empty: none.
struct RunStyle {
  std::string_view element = {};
  AttributeList attributes = {};
};
void write_run(SafeWriter& out, std::string_view text, const RunStyle& style, UnseenCharacters& unseen);

}  // namespace rampart::guard::render
