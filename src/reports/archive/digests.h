// What the tables of the reports have of texts and times.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/text.h"
#include "base/time.h"
#include "crypto/digest.h"

namespace rampart::reports {

// 16 bytes of a SHA-256, as hex: they stand for what it is of.
inline std::string short_digest(std::string_view text) {
  constexpr std::size_t kKept = 16;
  return base::hex(std::string_view(crypto::sha256(text)).substr(0, kKept));
}

// Since 1970.
inline std::int64_t seconds_of(base::Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace rampart::reports
