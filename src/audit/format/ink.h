// Colours of a terminal, or nothing at all: plain SGR codes that every terminal has.
#pragma once

#include <string>
#include <string_view>

#include "audit/report.h"

namespace rampart::audit {

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

inline Tone tone_of(Severity level) {
  if (level >= Severity::high) return Tone::bad;
  return level == Severity::medium ? Tone::warn : Tone::plain;
}

inline Tone tone_of(Status status) {
  switch (status) {
    case Status::spoofable:
      return Tone::bad;
    case Status::protected_:
      return Tone::good;
    case Status::partly_protected:
    case Status::unknown:
      return Tone::warn;
  }
  return Tone::plain;
}

inline Tone tone_of(Disposition disposition) {
  switch (disposition) {
    case Disposition::deliver:
      return Tone::bad;
    case Disposition::reject:
      return Tone::good;
    case Disposition::quarantine:
    case Disposition::unknown:
      return Tone::warn;
  }
  return Tone::plain;
}

}  // namespace rampart::audit
