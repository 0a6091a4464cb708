// Numbers out of bytes: bounded, little-endian unless it says otherwise. What lies beyond the end is 0.
//
//   u32(bytes, 0x3c)                  0 when there are fewer than 0x40 bytes
//   slice(bytes, at, size)            as much of it as there is
#pragma once

#include <cstdint>
#include <string_view>

namespace rampart::guard::files {

inline std::uint8_t u8(std::string_view bytes, std::uint64_t at) {
  return at < bytes.size() ? static_cast<std::uint8_t>(bytes[at]) : std::uint8_t{0};
}
inline bool holds(std::string_view bytes, std::uint64_t at, std::uint64_t size) {
  return at <= bytes.size() && size <= bytes.size() - at;
}
inline std::uint16_t u16(std::string_view bytes, std::uint64_t at) {
  if (!holds(bytes, at, 2)) return 0;
  return static_cast<std::uint16_t>(u8(bytes, at) | u8(bytes, at + 1) << 8U);
}
inline std::uint32_t u32(std::string_view bytes, std::uint64_t at) {
  if (!holds(bytes, at, 4)) return 0;
  return static_cast<std::uint32_t>(u16(bytes, at)) | static_cast<std::uint32_t>(u16(bytes, at + 2)) << 16U;
}
inline std::uint64_t u64(std::string_view bytes, std::uint64_t at) {
  if (!holds(bytes, at, 8)) return 0;
  return u32(bytes, at) | static_cast<std::uint64_t>(u32(bytes, at + 4)) << 32U;
}
inline std::uint32_t u32_big(std::string_view bytes, std::uint64_t at) {
  if (!holds(bytes, at, 4)) return 0;
  return static_cast<std::uint32_t>(u8(bytes, at)) << 24U | static_cast<std::uint32_t>(u8(bytes, at + 1)) << 16U |
         static_cast<std::uint32_t>(u8(bytes, at + 2)) << 8U | u8(bytes, at + 3);
}
inline std::string_view slice(std::string_view bytes, std::uint64_t at, std::uint64_t size) {
  return at >= bytes.size() ? std::string_view() : bytes.substr(at, size);
}
inline bool stands_at(std::string_view bytes, std::uint64_t at, std::string_view what) {
  return slice(bytes, at, what.size()) == what;
}

}  // namespace rampart::guard::files
