// A header field's text as mail programs show it: encoded words decoded (RFC 2047), as lenient as they are.
//
//   decode_words("=?utf-8?q?Caf=C3=A9?= today").text      "Café today"
//
// Linear. Encoded words are found anywhere, within quotes too, as programs do; what is malformed stays as it is written.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rampart::mail {

struct DecodedWords {
  std::string text;                 // valid UTF-8; folds are one space
  std::size_t encoded = 0;          // encoded words in it
  std::size_t encoded_bytes = 0;    // that they decode to
  bool all_ascii = true;            // what they decode to
  bool has_controls = false;        // C0 or DEL in what they decode to, a line end among them
  bool has_nested = false;          // one decodes to another
  bool has_unread_charset = false;  // one is of a character set that nobody reads; it stays as written
};
// At most `most` bytes of the value are looked at.
DecodedWords decode_words(std::string_view value, std::size_t most = 8192);

}  // namespace rampart::mail
