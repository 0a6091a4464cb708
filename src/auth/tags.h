// The tag=value lists of RFC 6376 section 3.2, which DKIM, DMARC, MTA-STS, TLS-RPT and BIMI records share.
//
//   split_tags("v=DMARC1; p = reject;")   {v, DMARC1, 0, 2}, {p, reject, 10, 14}
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace rampart::auth {

struct Tag {
  std::string_view name;   // as written; empty when the piece holds no '='
  std::string_view value;  // without white space around it; the whole piece when there is no '='
  std::size_t position = 0;
  std::size_t value_position = 0;
};

inline constexpr std::size_t kMaxTags =
    256;  // our own: records in use have fewer than 20; the rest is dropped

// The pieces between semicolons, white space (SP, TAB, CR, LF) trimmed. The empty piece behind a final
// semicolon is no piece; an empty one elsewhere is a Tag without name and value. Views of `text`.
std::vector<Tag> split_tags(std::string_view text);

}  // namespace rampart::auth
