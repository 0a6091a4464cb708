// What is odd about a file's name, and about its name against what it is.
//
//   odd_names("invoice.pdf.exe")                       Mark::double_extension, Mark::dangerous_name
//   is_mismatch("photo.jpg", FileType::pe)             true
//
// Pure.
#pragma once

#include <string_view>
#include <vector>

#include "guard/inspect/files/file_facts.h"

namespace rampart::guard::files {

inline constexpr std::size_t kManySpaces = 8;  // in a row, before an extension that runs; our own

// In the order of Mark, each once.
std::vector<Mark> odd_names(std::string_view name);
// Whether the name says that it is shown, and it is something that runs, opens, mounts or packs.
bool is_mismatch(std::string_view name, FileType type);

}  // namespace rampart::guard::files
