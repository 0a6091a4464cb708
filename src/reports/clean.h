// Strangers' texts as values that every store, page and XML file can hold.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rampart::reports {

struct Cleaned {
  std::string text;
  bool replaced = false;  // something that is no text became U+FFFD
  bool cut = false;
};

// One line of valid UTF-8, at most `limit` bytes of whole characters, without white space at its ends. Tabs and line ends become
// blanks; bytes that are no UTF-8, and the characters that XML 1.0 does not have (section 2.2: other controls below U+0020, U+FFFE,
// U+FFFF), become U+FFFD.
Cleaned clean(std::string_view text, std::size_t limit);

// The same as a domain's name: lower case, without dots at its end, at most kMaxName bytes. It may be none.
Cleaned clean_name(std::string_view text);

// Bytes that are no UTF-8 become U+FFFD, so that what stands around them can be read.
std::string as_utf8(std::string_view text);

}  // namespace rampart::reports
