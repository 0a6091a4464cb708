// Numbers at places in strangers' bytes: little-endian, and nothing where the bytes end before.
//
//   u32_at(bytes, 0x14)      std::optional<std::uint32_t>
//   part_of(bytes, 4, 100)   a view of what there is of it
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rampart::guard::files {

// The bytes of [at, at + size) that there are.
inline std::string_view part_of(std::string_view bytes, std::uint64_t at, std::uint64_t size) {
  if (at >= bytes.size()) return {};
  return bytes.substr(static_cast<std::size_t>(at),
                      static_cast<std::size_t>(size > bytes.size() - at ? bytes.size() - at : size));
}

template <class Number>
std::optional<Number> number_at(std::string_view bytes, std::uint64_t at) {
  const auto part = part_of(bytes, at, sizeof(Number));
  if (part.size() != sizeof(Number)) return std::nullopt;
  std::uint64_t out = 0;
  for (std::size_t i = sizeof(Number); i-- > 0;) out = out << 8U | static_cast<unsigned char>(part[i]);
  return static_cast<Number>(out);
}
inline std::optional<std::uint16_t> u16_at(std::string_view bytes, std::uint64_t at) {
  return number_at<std::uint16_t>(bytes, at);
}
inline std::optional<std::uint32_t> u32_at(std::string_view bytes, std::uint64_t at) {
  return number_at<std::uint32_t>(bytes, at);
}
inline std::optional<std::uint64_t> u64_at(std::string_view bytes, std::uint64_t at) {
  return number_at<std::uint64_t>(bytes, at);
}

// Up to the first NUL.
inline std::string_view until_nul(std::string_view bytes) { return bytes.substr(0, bytes.find('\0')); }

}  // namespace rampart::guard::files
