// Plain text of format=flowed (RFC 3676), so that a link over two lines is one, as mail clients show it.
//
//   unflow("see https://a.exa \r\nmple/\r\n", true)     "see https://a.example/\n"
#pragma once

#include <string>
#include <string_view>

namespace rampart::guard::url {

// Paragraphs on a line each, with the quote marks of their first line. `delsp`: the space at a flowed line's end is no part of the text
// (the parameter DelSp=Yes). Linear.
std::string unflow(std::string_view text, bool delsp);

}  // namespace rampart::guard::url
