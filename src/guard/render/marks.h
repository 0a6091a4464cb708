// What a message's causes name, and the places in it where that stands.
//
//   auto marks = marks_of(entry.causes);            // "content" says: its links … [shown bank.example, leads to evil.example]
//   mark_places(page.pieces, marks);                // <mark data-cause="link-shown-elsewhere">evil.example</mark>
//
// Text is compared in small letters of ASCII, any white space as one space, across the elements of a line. Linear in the text for each of
// kMaxMarks.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "guard/policy/policy.h"
#include "guard/render/rendering.h"

namespace rampart::guard::render {

inline constexpr std::size_t kMinMarkText = 4;  // bytes: a shorter text stands anywhere; our own

// Each string that evidence names, under the code of what it speaks for. The first kMaxMarks.
std::vector<Mark> marks_of(std::span<const Cause> causes);
// Of one signal: domains, addresses and links in its evidence, else all of it. Adds to `marks`.
void add_marks(std::vector<Mark>& marks, std::string_view code, std::string_view evidence);

// Puts <mark> around each place in the text, counts it in `marks`, and leaves what is there otherwise as it is.
void mark_places(std::vector<Piece>& pieces, std::vector<Mark>& marks);

}  // namespace rampart::guard::render
