// The names below a domain as text, JSON (schema "rampart.subdomains/1", docs/names.md), JSON lines, CSV, and as a bare
// list for `rampart audit --list`. Strangers' bytes are made harmless for each medium here.
#pragma once

#include <string>
#include <vector>

#include "audit/subdomains/report.h"
#include "base/time.h"

namespace rampart::audit::subdomains {

struct FormatOptions {
  bool color = false;       // text only
  std::size_t width = 120;  // text only: columns
  base::Time now{};
  std::string version;              // Rampart's
  std::vector<std::string> source;  // where the facts come from
  std::vector<std::string> notes;   // what was assumed about that, and how transfers went
};

std::string text_of(const Report& report, const FormatOptions& options);
std::string json_of(const Report& report, const FormatOptions& options);
std::string json_lines_of(const Report& report);  // a line a name
std::string csv_of(const Report& report);         // a row a name
std::string list_of(const Report& report);        // names that exist, one a line

}  // namespace rampart::audit::subdomains
