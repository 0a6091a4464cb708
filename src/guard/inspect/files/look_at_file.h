// Looks at one file that came with a message. Runs in a worker (base/worker.h), as it reads what strangers make.
//
//   prepare_files({.rules = "/etc/rampart/yara"});   // once, before the worker is started: nothing is opened afterwards
//   Budget budget;                                   // one for a message
//   const auto facts = look_at_file({.name = "invoices.zip", .declared_type = "application/zip", .bytes = bytes}, budget);
//
// What lies within a file is looked at in the same way, and its facts are told with the path inside. Total: what cannot be looked at
// is in facts.unknown. Time is linear in what is unpacked, which the budget bounds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "guard/inspect/files/budget.h"
#include "guard/inspect/files/file_facts.h"

namespace rampart::guard::files {

struct File {
  std::string_view name;           // as the part names it; may be empty
  std::string_view declared_type;  // "application/pdf", lower case; may be empty
  std::string_view bytes;          // decoded
};

struct PrepareOptions {
  std::string rules;  // folder of YARA rules, *.yar and *.yara; empty: none
};

struct Prepared {
  std::size_t rules = 0;            // that are used
  std::vector<std::string> faults;  // of rule files that were left out, each with its place: "a.yar:3: …"
};

// What is read once and used by each look, in the process that starts workers. A second time swaps the rules in; what was there stays
// when none of the new can be used. Errors are of kind config.
base::Result<Prepared> prepare_files(const PrepareOptions& options);

FileFacts look_at_file(const File& file, Budget& budget);

}  // namespace rampart::guard::files
