// What an MTA sends, for tests.
#pragma once

#include "guard/milter/frames.h"

namespace rampart::guard::milter {

inline constexpr std::uint32_t kAllActions = 0x1ff;
inline constexpr std::uint32_t kAllSteps = 0x1fffff;

inline std::string frame(Command command, std::string_view payload = {}) {
  std::string out;
  append_frame(out, static_cast<char>(command), payload);
  return out;
}

inline std::string offer(std::uint32_t version = 6, std::uint32_t actions = kAllActions,
                         std::uint32_t steps = kAllSteps) {
  std::string payload;
  for (const auto value : {version, actions, steps}) append_u32(payload, value);
  return frame(Command::negotiate, payload);
}

// Texts with a NUL behind each.
inline std::string texts(std::initializer_list<std::string_view> list) {
  std::string out;
  for (const auto text : list) (out += text) += '\0';
  return out;
}

inline std::string client(std::string_view host, std::string_view ip, char family = '4') {
  return frame(Command::connect, texts({host}) + family + '\x9c' + '\x40' + texts({ip}));
}

}  // namespace rampart::guard::milter
