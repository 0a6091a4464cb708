// Characters of a shown text that hide something, turn it round or pass for others.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "guard/inspect/names/shown_words.h"

namespace rampart::guard::names {

struct OddCharacters {
  bool turns =
      false;  // bidi overrides; marks, embeddings and isolates where nothing is written from right to left
  bool hides = false;   // show nothing, and nothing there needs them
  bool mixes = false;   // a word of two scripts whose letters look alike
  bool styles = false;  // kManyStyled letters or more in forms for looks, and no East Asian text
};
inline constexpr std::size_t kManyStyled = 3;  // our own

OddCharacters odd_characters(std::string_view utf8, std::span<const ShownWord> words);

}  // namespace rampart::guard::names
