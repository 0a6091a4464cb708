// For tests only: canonical forms as RFC 6376 section 3.4 says it, a line at a time, with no thought of speed.
#pragma once

#include <string>
#include <string_view>

#include "auth/dkim/canon.h"

namespace rampart::dkim {

inline std::string canonical_body(Canon canon, std::string_view body) {
  std::string out;
  std::size_t kept = 0;  // up to the end of the last line that is not empty
  while (!body.empty()) {
    const auto end = body.find('\n');
    auto line = body.substr(0, end);
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    std::string text;
    if (canon == Canon::simple) {
      text = line;
    } else {
      bool space = false;
      for (const char c : line) {
        if (c == ' ' || c == '\t') {
          space = true;
          continue;
        }
        if (space) text += ' ';
        space = false;
        text += c;
      }
    }
    out += text + "\r\n";
    if (!text.empty()) kept = out.size();
  }
  out.resize(kept);
  if (out.empty() && canon == Canon::simple) out = "\r\n";
  return out;
}

// A field's relaxed form (section 3.4.2), a byte at a time. `name` is in lower case.
inline std::string relaxed_header(std::string_view name, std::string_view raw) {
  const auto value = raw.substr(raw.find(':') + 1);
  std::string text;
  bool space = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\n' || (c == '\r' && i + 1 < value.size() && value[i + 1] == '\n')) continue;
    if (c == ' ' || c == '\t') {
      space = true;
      continue;
    }
    if (space && !text.empty()) text += ' ';
    space = false;
    text += c;
  }
  return std::string(name) + ":" + text + "\r\n";
}

}  // namespace rampart::dkim
