// Words of a text as numbers, for what compares them with a few thousand known ones.
//
//   Vocabulary known; known.add("account");
//   tokens(known, "Your acc0unt")      {0, 0..4}, {id of account, 5..12}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rampart::guard::words {

// Our own.
inline constexpr std::size_t kMaxWord = 40;               // bytes of a word that is looked up
inline constexpr std::size_t kMaxVocabulary = 20'000;     // words
inline constexpr std::size_t kMaxTokenText = 16U << 20U;  // bytes of a text that are read

using WordId = std::uint16_t;  // 0: not known

class Vocabulary {
 public:
  Vocabulary();

  // Of one word as tokens() parts it; 0 when it is none, or there are too many.
  WordId add(std::string_view word);
  // By the hash of a word.
  [[nodiscard]] WordId find(std::uint64_t hash) const {
    for (auto at = hash & (places_.size() - 1);; at = (at + 1) & (places_.size() - 1)) {
      const auto& place = places_[at];
      if (place.hash == hash || place.id == 0) return place.id;
    }
  }
  [[nodiscard]] std::size_t size() const { return count_; }

 private:
  struct Place {
    std::uint64_t hash = 0;
    WordId id = 0;  // 0: nothing is here
  };

  void put(std::uint64_t hash, WordId id);

  std::vector<Place> places_;  // a power of two of them, at most a quarter taken
  std::size_t count_ = 0;
};

struct Token {
  WordId id = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};
// Words are runs of letters and digits, an apostrophe parts none; in plain small letters (dns/plain_letters.h). A word that is not
// known is tried without the disguises of digits and signs for letters.
std::vector<Token> tokens(const Vocabulary& known, std::string_view text);

// The words of a text, as they are compared.
std::vector<std::string> plain_words(std::string_view text);

}  // namespace rampart::guard::words
