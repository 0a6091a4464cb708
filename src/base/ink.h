// Colours of a terminal, or nothing at all: plain SGR codes that every terminal has.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rampart::base {

enum class Tone : std::uint8_t { plain, bold, dim, good, warn, bad };

class Ink {
 public:
  explicit Ink(bool on) : on_(on) {}

  [[nodiscard]] std::string operator()(Tone tone, std::string_view text) const {
    if (!on_ || tone == Tone::plain || text.empty()) return std::string(text);
    constexpr std::string_view kCodes[] = {"", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[1;31m"};
    std::string out(kCodes[static_cast<std::size_t>(tone)]);
    out += text;
    return out += "\x1b[0m";
  }

  [[nodiscard]] bool on() const { return on_; }

 private:
  bool on_;
};

}  // namespace rampart::base
