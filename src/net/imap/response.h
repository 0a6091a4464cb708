// What an IMAP server says (RFC 9051 section 9, RFC 3501), read strictly and within limits: a server may be hostile, or somebody
// else's in the middle of a migration.
//
//   ResponseReader reader;
//   reader.feed(bytes);
//   while (auto response = TRY(reader.next())) …      // nothing: more bytes are needed
//
// One response at a time, a line with the literals in it. Literals are refused before room is made for them when they are larger
// than what was allowed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace rampart::net::imap {

// All our own.
inline constexpr std::size_t kMaxLine = std::size_t{64} << 10U;  // octets of a response without its literals
inline constexpr std::size_t kMaxLiteral = std::size_t{64}
                                           << 10U;  // octets of a literal, where none larger is waited for
inline constexpr std::size_t kMaxLiterals = 16;     // of one response
inline constexpr std::size_t kMaxDepth = 16;        // of lists
inline constexpr std::size_t kMaxValues = 20'000;   // of one response

// A datum of a response (RFC 9051 section 4).
struct Value {
  enum class Form : std::uint8_t { nil, atom, text, list };
  Form form = Form::nil;
  std::string text;          // of an atom, a quoted string or a literal
  std::vector<Value> items;  // of a list

  [[nodiscard]] bool is(std::string_view word) const;  // an atom, in any case
};

struct Response {
  enum class Kind : std::uint8_t {
    untagged,
    tagged,   // the end of a command
    proceed,  // "+": the server waits for more of it
  };
  Kind kind = Kind::untagged;
  std::string tag;                      // of a tagged one
  std::string word;                     // upper case: "OK", "FETCH", "EXISTS"; empty of `proceed`
  std::optional<std::uint32_t> number;  // before the word: "* 23 EXISTS"
  std::string code;                     // of a status, upper case: "UIDVALIDITY"
  std::vector<Value> values;            // behind the code of a status, or behind the word of anything else
  std::string text;                     // of a status or `proceed`, as it stands there

  [[nodiscard]] bool is_status() const;  // OK, NO, BAD, BYE, PREAUTH
};

class ResponseReader {
 public:
  void feed(std::string_view bytes) { buffer_ += bytes; }
  // Of the responses from here on.
  void allow_literal(std::size_t most) { most_ = most; }

  // The next whole response. An error, of kind unavailable, says how the rules were broken; nothing can be read behind it.
  base::Result<std::optional<Response>> next();

  [[nodiscard]] bool has_more() const { return !buffer_.empty(); }

 private:
  base::Result<bool> scan();

  std::string buffer_;
  std::size_t most_ = kMaxLiteral;
  // Of the response that is begun: how far it was looked at, and its literals.
  std::size_t scanned_ = 0;
  std::size_t line_begin_ = 0;
  std::size_t lines_ = 0;  // octets outside of literals
  struct Span {
    std::size_t begin = 0;
    std::size_t size = 0;
  };
  std::vector<Span> literals_;
};

// "17-Jul-1996 02:44:25 -0700" (RFC 9051 section 9, date-time).
std::optional<base::Time> parse_date_time(std::string_view text);

}  // namespace rampart::net::imap
