// Several texts in one: what a report's text is made of where a writer puts the parts in different places.
#pragma once

#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>

namespace rampart::audit {

// Each with its length before it, in eight bytes of this machine's order: no text that leaves the machine.
inline std::string join_pieces(std::initializer_list<std::string_view> pieces) {
  std::string out;
  std::size_t size = 0;
  for (const auto piece : pieces) size += sizeof(std::uint64_t) + piece.size();
  out.reserve(size);
  for (const auto piece : pieces) {
    const std::uint64_t length = piece.size();
    out.append(reinterpret_cast<const char*>(&length), sizeof length);
    out += piece;
  }
  return out;
}

// Gives them one after another; an empty text where there is none any more.
class Pieces {
 public:
  explicit Pieces(std::string_view joined) : rest_(joined) {}
  std::string_view next() {
    std::uint64_t length = 0;
    if (rest_.size() < sizeof length) return {};
    std::memcpy(&length, rest_.data(), sizeof length);
    rest_.remove_prefix(sizeof length);
    const auto piece = rest_.substr(0, length);
    rest_.remove_prefix(piece.size());
    return piece;
  }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;  // of the text given, which must outlive this
};

}  // namespace rampart::audit
