// Look-alikes as text, JSON (schema "rampart.lookalikes/1", docs/names.md), JSON lines and CSV. Only the news, unless
// all is asked for. Strangers' bytes are made harmless for each medium here.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/lookalikes/report.h"

namespace rampart::audit::lookalikes {

struct FormatOptions {
  bool all = false;         // what is known and what is accepted, too
  bool color = false;       // text only
  std::size_t width = 100;  // text only: columns
  base::Time now{};
  std::string version;              // Rampart's
  std::vector<std::string> source;  // where the facts come from
  std::vector<std::string> notes;   // what was assumed about that
};

// Empty when there is nothing to show.
std::string text_of(std::span<const Report> reports, const FormatOptions& options);
std::string json_of(std::span<const Report> reports, const FormatOptions& options);
std::string json_lines_of(std::span<const Report> reports, const FormatOptions& options);  // a line a name
std::string csv_of(std::span<const Report> reports, const FormatOptions& options);         // a row a name

}  // namespace rampart::audit::lookalikes
