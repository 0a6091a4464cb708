// A message's parts as they stand in its bytes (RFC 2045, RFC 2046), read as leniently as mail programs do, and what each holds.
//
//   const auto parts = mail::read_body_parts(message);
//   for (const auto& part : parts.all) if (part.is_leaf()) use(part.path, part.type, mail::decode_body(part));
//
// Pure, linear in the bytes, without recursion; nothing is copied but short texts, so the message outlives what is read. For what GMime
// reads of mail that is ours see mime.h; this is for what strangers send, at the speed at which they send it.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace rampart::mail {

// Our own.
inline constexpr std::size_t kMaxBodyParts = 200;  // of a message, those with parts among them
inline constexpr std::size_t kMaxBodyDepth = 20;   // a part in a part
inline constexpr std::size_t kMaxPartField =
    8'192;  // bytes of one of a part's fields; what is behind is not looked at
inline constexpr std::size_t kMaxPartFields = 1'000;  // of one part; what is behind is not looked at
inline constexpr std::size_t kMaxPartText = 255;      // bytes of a name, a type, a Content-ID
inline constexpr std::size_t kMaxBoundary = 256;      // bytes; RFC 2046 section 5.1.1 allows 70
inline constexpr std::size_t kMaxParameters = 50;     // of one field

enum class Disposition : std::uint8_t { none, is_inline, attachment };  // RFC 2183
enum class BodyEncoding : std::uint8_t { identity, base64, quoted_printable, uuencode, unknown };

struct BodyPart {
  std::string
      path;  // "1.2", as IMAP numbers them (RFC 9051 section 6.4.5.1); empty of the message's own multipart
  std::string type;        // "text/html", lower case; text/plain where none is said
  std::string name;        // of the file, decoded; empty without one
  std::string other_name;  // that Content-Type gives it, where Content-Disposition gives another
  std::string charset;     // lower case; empty without one
  std::string content_id;  // without its brackets
  Disposition disposition = Disposition::none;
  BodyEncoding encoding = BodyEncoding::identity;
  std::string_view body;  // as it travelled
  std::size_t depth = 0;
  bool has_parts = false;    // a multipart with a boundary
  bool is_message = false;   // message/rfc822: its parts follow
  bool is_unclosed = false;  // a multipart whose last boundary is missing
  bool is_flowed = false;    // format=flowed, and …
  bool has_delsp = false;    // … without the spaces at lines' ends (RFC 3676)
  bool is_guess = false;     // its type is none, so that others may take it for something else

  [[nodiscard]] bool is_leaf() const { return !has_parts && !is_message; }
};

struct BodyParts {
  std::vector<BodyPart> all;  // each before those within it
  bool has_more = false;      // than kMaxBodyParts
  bool is_deeper = false;     // than kMaxBodyDepth: what is below is part of a leaf
  // Other readers may see other parts: fields that say it twice, or as nobody does; a boundary with something behind it; a multipart
  // whose boundary never comes, or that is encoded (RFC 2045 section 6.4); a piece of a message (message/partial).
  bool is_ambiguous = false;
  // Of these, what no program writes and only who wants readers to differ: in the message itself, and not in one that it hands on.
  bool is_contradictory = false;
  std::deque<std::string> decoded;  // messages that travelled encoded; parts are views of these, too
};

BodyParts read_body_parts(std::string_view message);

// Without the encoding that it travelled in; what is malformed is left out, as mail programs do.
std::string decode_body(const BodyPart& part);
std::string decode_lenient_base64(std::string_view text);
std::string decode_quoted_printable(std::string_view text);
// Lines of a length and as many bytes, between "begin MODE NAME" and "end" (POSIX uuencode); of the first of them.
std::string decode_uuencode(std::string_view text);

}  // namespace rampart::mail
