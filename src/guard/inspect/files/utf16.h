// UTF-16, little-endian, as UTF-8. Halves of pairs become U+FFFD; an odd last byte is dropped.
//
//   utf16_text("h\0i\0"sv)                  "hi"
//   plain_text("\xff\xfeh\0i\0"sv)          "hi": by its byte order mark; other bytes as they are
#pragma once

#include <string>
#include <string_view>

namespace rampart::guard::files {

std::string utf16_text(std::string_view bytes, bool is_big = false);
// What a text editor shows: UTF-16 by its mark, or by its zero bytes, a mark of UTF-8 left out.
std::string plain_text(std::string_view bytes);
void put_utf8(std::string& to, char32_t c);

}  // namespace rampart::guard::files
