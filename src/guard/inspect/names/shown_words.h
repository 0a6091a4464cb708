// The words of a display name or a subject, as names are compared: in plain small letters, whatever they are disguised as.
//
//   shown_words("Раураl's HELP-desk")       "paypals" (disguised), "help", "desk"
//   disguise_key("paypa1") == disguise_key("paypal")
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rampart::guard::names {

inline constexpr std::size_t kMaxShownWords = 60;  // of one text; our own

struct ShownWord {
  std::string text;  // UTF-8, not empty
  std::string
      lookalike;  // disguise_key() of it, when it may be a disguise: a digit or a sign among letters, PayPaI, rn; else empty
  bool is_foreign =
      false;  // plain letters are mixed with ones of another script or style that look like them, or are all such
  bool is_mixed = false;  // plain letters and ones of another script that look like them, in one word

  friend bool operator==(const ShownWord&, const ShownWord&) = default;
};
// Apostrophes part no words. At most kMaxShownWords.
std::vector<ShownWord> shown_words(std::string_view utf8);

// Words of one key look alike: i, l, 1 and | as l, 0 as o, rn as m, and the like. `word` as in ShownWord::text.
std::string disguise_key(std::string_view word);

// The texts of words, one behind the other.
std::string joined(std::span<const ShownWord> words, std::string_view between = {});

}  // namespace rampart::guard::names
