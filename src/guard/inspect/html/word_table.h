// A few dozen known words and what they are, made by the compiler: one comparison finds most words, or that they are none.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace rampart::guard::html {

template <class Value>
struct Word {
  std::string_view word;
  Value value;
};

// `Value` has an `other` for every word that is not known.
template <class Value, std::size_t kWords>
class WordTable {
 public:
  consteval explicit WordTable(const std::array<Word<Value>, kWords>& words) {
    static_assert(kWords < kPlaces / 2);
    for (const auto& word : words) {
      auto place = place_of(word.word);
      while (!places_[place].word.empty()) place = (place + 1) % kPlaces;
      places_[place] = word;
    }
  }

  [[nodiscard]] constexpr Value find(std::string_view word) const {
    if (word.empty()) return Value::other;
    for (auto place = place_of(word); !places_[place].word.empty(); place = (place + 1) % kPlaces) {
      if (places_[place].word == word) return places_[place].value;
    }
    return Value::other;
  }

 private:
  static constexpr std::size_t kPlaces = 256;

  static constexpr std::size_t place_of(std::string_view word) {
    const auto byte = [word](std::size_t i) { return std::size_t{static_cast<unsigned char>(word[i])}; };
    return (word.size() * 37 + byte(0) * 11 + byte(word.size() / 2) * 5 + byte(word.size() - 1) * 3) %
           kPlaces;
  }

  std::array<Word<Value>, kPlaces> places_{};
};
template <class Value, std::size_t kWords>
WordTable(const std::array<Word<Value>, kWords>&) -> WordTable<Value, kWords>;

}  // namespace rampart::guard::html
