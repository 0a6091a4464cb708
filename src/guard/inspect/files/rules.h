// YARA rules: compiled from a folder before workers are started, and shared by them as memory.
#pragma once

#include <string>

#include "base/result.h"
#include "guard/inspect/files/look_at_file.h"

namespace rampart::guard::files {

// All our own.
inline constexpr std::size_t kMaxRuleFiles = 1'000;
inline constexpr std::size_t kMaxRuleFile = std::size_t{8} << 20U;  // bytes
inline constexpr int kRuleSeconds = 2;                              // of one file's scan
inline constexpr std::size_t kMaxRuleBytes = std::size_t{16} << 20U;  // of one file that are scanned

// Rules of all files of the folder, each compiled apart first, so that a faulty one leaves only itself out. An empty name takes all
// rules out.
base::Result<Prepared> load_rules(const std::string& folder);

}  // namespace rampart::guard::files
