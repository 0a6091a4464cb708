// URLs in plain text, as a mail client makes links of them: http://… and https://…, www.…, and domain/path below a known suffix.
//
//   find_urls("See example.com/a, or (https://b.example/).")   "example.com/a" and "https://b.example/"
//
//   find_all_urls("（http://a.example)https://b.example,and go to c.com").urls       for block lists: all three
//
// What was written so that nothing makes a link of it (hxxp://, example[.]com) is none, and neither is an e-mail address.
#pragma once

#include <string_view>
#include <vector>

#include "guard/inspect/url/url.h"

namespace rampart::guard::url {

// All our own.
inline constexpr std::size_t kMaxFound = 1000;       // URLs of one text
inline constexpr std::size_t kMaxFoundAll = 10'000;  // of find_all_urls()
inline constexpr std::size_t kMaxFolded = 2'000;     // bytes of <…> that may go over several lines

struct Found {
  Url url;
  std::string_view text;   // as it stands in the text, which it lives as long as
  std::size_t offset = 0;  // in the text, bytes
};

// In the order of the text, the first kMaxFound. `text` is UTF-8, valid or not. Linear.
std::vector<Found> find_urls(std::string_view text);

struct AllFound {
  std::vector<Url> urls;  // each once
  bool is_cut = false;    // over kMaxFoundAll: some were left out
};
// For block lists, as nobody knows which client the reader has: at each scheme:// of a word, ended wherever one client or another ends
// it; domains that stand alone; <…> over several lines (RFC 3986 appendix C). More than is true: for finding what is listed, not for
// judging. Linear.
AllFound find_all_urls(std::string_view text);

}  // namespace rampart::guard::url
