// CBOR of strangers (RFC 8949) within limits: what an authenticator may send, in CTAP2's canonical form, as views of the bytes.
//
//   CborReader in(bytes);
//   const auto map = in.map();                       // optional<size_t>: the number of its pairs
//   const auto key = in.item();                      // optional<CborItem>: any item, whole
//
// Definite lengths only, no tags, at most kMaxCborDepth containers within each other and kMaxCborItems items in all, as libcbor allocates
// for what a length says: nothing goes to it that was not walked over here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

namespace rampart::accounts::factor {

inline constexpr std::size_t kMaxCborDepth = 4;    // CTAP2 section 8: no more nested levels
inline constexpr std::size_t kMaxCborItems = 256;  // our own; a registration with extensions has about 40

struct CborItem {
  enum class Type : std::uint8_t { positive, negative, bytes, text, array, map, simple };
  Type type = Type::simple;
  std::uint64_t number =
      0;  // positive: itself; negative: -1 - number; containers: how many; simple: its value
  std::string_view content{};  // of bytes and text
  std::string_view raw{};      // the whole item

  // The value of an integer that fits; nothing of anything else.
  [[nodiscard]] std::optional<std::int64_t> integer() const;
};

class CborReader {
 public:
  explicit CborReader(std::string_view bytes) : rest_(bytes) {}

  // The next item with everything within it. Nothing when it is not well formed, or beyond a limit; nothing can be read then any more.
  std::optional<CborItem> item();
  // Enters a map or an array: how many pairs or items follow.
  std::optional<std::size_t> map();
  std::optional<std::size_t> array();
  [[nodiscard]] bool at_end() const { return good_ && rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::optional<CborItem> head();
  bool skip(const CborItem& container, std::size_t depth);

  std::string_view rest_;
  std::size_t items_ = 0;
  bool good_ = true;
};

// The members of a map whose keys are text, or small integers, and which is all that `bytes` hold. Nothing when it is no such map, or a key
// stands there twice.
std::optional<std::map<std::string_view, CborItem>> read_text_map(std::string_view bytes);
std::optional<std::map<std::int64_t, CborItem>> read_integer_map(std::string_view bytes);

}  // namespace rampart::accounts::factor
