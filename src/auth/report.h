// What was found out about a message, for people and as JSON (schema "rampart.auth/1", docs/auth.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/authenticate.h"

namespace rampart::auth {

struct ReportOptions {
  bool color = false;      // text only
  std::size_t width = 80;  // text only: columns
  std::string version;     // Rampart's; JSON only
  std::vector<std::string> source;
  std::vector<std::string> notes;
  base::Time now{};
};

std::string report_text(const Envelope& envelope, const Authentication& result, const ReportOptions& options);
std::string report_json(const Envelope& envelope, const Authentication& result, const ReportOptions& options);

// Whether the message is who it says, in one sentence.
std::string sentence(const Authentication& result);

}  // namespace rampart::auth
