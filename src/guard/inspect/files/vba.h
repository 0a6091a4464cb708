// Macros of Office documents: where their text is, unpacked as [MS-OVBA] says, and the words in it that matter.
//
//   const auto macros = read_macros(compound, 1 << 20);
//   macros.text                              Sub AutoOpen() …
//   words_of(macros.text).starts             {"AutoOpen"}
//
// Pure, linear.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "guard/inspect/files/compound.h"

namespace rampart::guard::files {

inline constexpr std::size_t kMaxMacroText = std::size_t{2} << 20U;  // bytes of one document; our own
inline constexpr std::size_t kMaxMacroWords = 8;                     // of each kind that are told; our own

// The bytes of a compressed container ([MS-OVBA] 2.4.1), up to `most`; what is damaged ends it.
std::string unpack_vba(std::string_view packed, std::size_t most);

struct Macros {
  bool are_there = false;   // a project with a directory
  std::string text;         // of its modules, one after another
  bool is_whole = true;     // false: a module could not be read, or there is more
};
Macros read_macros(const Compound& file, std::size_t most = kMaxMacroText);

struct MacroWords {
  std::vector<std::string> starts;  // procedures that run when the document is opened or closed
  std::vector<std::string> acts;    // what runs programs, fetches, or calls the system
};
MacroWords words_of(std::string_view macros);

}  // namespace rampart::guard::files
