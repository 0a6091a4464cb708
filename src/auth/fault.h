// What is wrong with a published record, for people: shared by the record parsers.
//
// A parser never fails: it keeps what a receiver would keep and notes the rest as faults, in the order of the
// text.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rampart::auth {

enum class Gravity : std::uint8_t {
  note,     // worth knowing; no receiver acts otherwise for it
  warning,  // ignored or obsolete, or read differently by some receivers
  error,    // what the owner wrote there has no effect
  fatal,    // the record as a whole is not used, or its policy is switched off
};

struct Fault {
  Gravity gravity = Gravity::note;
  std::string_view code;     // stable, "tag-unknown"; static storage
  std::string text;          // one sentence without a final stop; printable whatever the record held
  std::string_view section;  // "RFC 9989 section 4.7"; static storage
  std::size_t position = 0;  // byte offset into the record's text
};

inline constexpr std::size_t kMaxFaults =
    32;  // our own: kept per record, so that 64 KiB of errors stay readable

// Adds a fault. In a list that is full it takes the place of the last one that is less grave, if there is one.
void add_fault(std::vector<Fault>& faults, Fault fault);
inline void add_fault(std::vector<Fault>& faults, Gravity gravity, std::string_view code, std::string text,
                      std::string_view section, std::size_t position = 0) {
  add_fault(faults, Fault{gravity, code, std::move(text), section, position});
}

inline bool has_fault(const std::vector<Fault>& faults, std::string_view code) {
  return std::any_of(faults.begin(), faults.end(), [&](const Fault& fault) { return fault.code == code; });
}

std::string_view to_string(Gravity gravity);

}  // namespace rampart::auth
