// Texts by number: each different text once, for rows that repeat them.
//
//   Texts texts;
//   const TextId id = texts.add("192.0.2.1");   // the same number for the same text
//   texts[id]                                   // "192.0.2.1", until clear()
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace rampart::reports {

using TextId = std::uint32_t;

class Texts {
 public:
  Texts();

  TextId add(std::string_view text);
  [[nodiscard]] std::string_view operator[](TextId id) const { return texts_[id]; }
  [[nodiscard]] std::size_t size() const { return texts_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }  // of all texts
  void clear();

 private:
  static constexpr std::size_t kBlock = std::size_t{64} << 10;
  static constexpr std::uint32_t kNone = 0xffffffffU;

  std::string_view keep(std::string_view text);
  void grow();

  struct Slot {
    std::uint32_t hash = 0;
    TextId id = kNone;
  };
  std::vector<Slot> slots_;  // a power of two, at most half full
  std::vector<std::string_view> texts_;
  std::deque<std::string> blocks_;  // their bytes never move
  std::size_t bytes_ = 0;
};

}  // namespace rampart::reports
