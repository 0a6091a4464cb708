// URLs in plain text, as a mail client makes links of them: http://… and https://…, www.…, and domain/path below a known suffix.
//
//   find_urls("See example.com/a, or (https://b.example/).")   "example.com/a" and "https://b.example/"
//
// What was written so that nothing makes a link of it (hxxp://, example[.]com) is none, and neither is an e-mail address.
#pragma once

#include <string_view>
#include <vector>

#include "guard/inspect/url/url.h"

namespace rampart::guard::url {

inline constexpr std::size_t kMaxFound = 1000;  // URLs of one text; our own

struct Found {
  Url url;
  std::string_view text;   // as it stands in the text, which it lives as long as
  std::size_t offset = 0;  // in the text, bytes
};

// In the order of the text, the first kMaxFound. `text` is UTF-8, valid or not. Linear.
std::vector<Found> find_urls(std::string_view text);

}  // namespace rampart::guard::url
