// Where a URL begins in a text, by its colon.
#pragma once

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "guard/inspect/url/url.h"

namespace rampart::guard::url {

// The beginning of the scheme whose colon stands at `colon`; npos: none does that leads to a host. "xhttp:" has http, which browsers
// take without slashes, too; any other scheme needs them.
inline std::size_t scheme_before(std::string_view text, std::size_t colon) {
  const auto word = text.substr(colon - std::min(colon, kMaxScheme), std::min(colon, kMaxScheme));
  for (const std::string_view scheme : {"https", "http"})
    if (word.size() >= scheme.size() && base::iequals(word.substr(word.size() - scheme.size()), scheme))
      return colon - scheme.size();
  const auto is_slash = [&](std::size_t at) {
    return at < text.size() && (text[at] == '/' || text[at] == '\\');
  };
  if (!is_slash(colon + 1) || !is_slash(colon + 2)) return std::string_view::npos;
  std::size_t length = 0;
  while (length < word.size()) {
    const char c = word[word.size() - length - 1];
    if (!base::is_alnum(c) && c != '+' && c != '-' && c != '.') break;
    ++length;
  }
  while (length != 0 && !base::is_alpha(text[colon - length])) --length;
  return length == 0 ? std::string_view::npos : colon - length;
}

}  // namespace rampart::guard::url
