// A message of our own, made ready for SMTP (RFC 5322, RFC 2045 to 2047): multipart/alternative with a plain and an
// HTML part, within multipart/mixed where files are attached, UTF-8 in base64 or quoted-printable, every line ended by CRLF and
// within 76 characters, but for the name of a file and a subject for programs.
//
//   auto text = mail::compose({.from = {"Rampart", "watch@cert.example"}, .to = {{"", "it@bank.example"}}, …});
//
// Nothing that comes from a list or from DNS can begin a header field or end one: addresses are checked, and every
// other text that is not plain ASCII, line ends included, is encoded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace rampart::mail {

inline constexpr std::size_t kMaxMailbox =
    254;  // octets of an address; RFC 5321 section 4.5.3.1.3, erratum 1690

struct Mailbox {
  std::string name;     // shown before the address; may be empty, and any UTF-8
  std::string address;  // as parse_address() gives it
};

// A file that comes with the message.
struct Attachment {
  std::string name;  // printable ASCII without quotes, backslashes, slashes, at most kMaxFileName
  std::string type;  // "application/gzip"; our own code chose it
  std::string bytes;
};
inline constexpr std::size_t kMaxFileName =
    800;  // so that its line stays below 998 octets; RFC 5322 section 2.1.1

enum class SubjectForm : std::uint8_t {
  text,  // any UTF-8
  // What programs look for: printable ASCII that is never encoded, folded at its spaces, at most kMaxFileName a word (RFC 9990
  // section 3.5.2, RFC 8460 section 5.3).
  machine,
};

struct Draft {
  Mailbox from;
  std::vector<Mailbox> to;  // at least one
  std::string subject;
  SubjectForm subject_form = SubjectForm::text;
  base::Time date{};
  std::string message_id;  // "unique@host", without brackets
  std::string language;    // "en", "ur": RFC 3282
  std::string text;        // UTF-8, lines ended by LF
  std::string html;        // empty: no HTML part
  std::vector<Attachment> attachments;
  // Further fields, of names and ASCII values that our own code chose.
  std::vector<std::pair<std::string, std::string>> fields;
};

// The whole message. It says that a machine wrote it (RFC 3834 section 5), so that nobody's absence is answered.
// Errors are of kind input: an address, a Message-ID, a machine's subject or a
// file's name that is none.
base::Result<std::string> compose(const Draft& draft);

// An address of the form local@domain, as people write it; the domain may be in U-labels and comes back in
// A-labels. Refused: comments, quotes, names and brackets around it, source routes, spaces, controls, an address
// literal, and a local part beyond ASCII, which few servers take (RFC 6531).
base::Result<std::string> parse_address(std::string_view text);

// As a header field's text, folded (RFC 2047 section 2): plain ASCII stays as it is, anything else becomes encoded
// words. `used`: how many characters of the first line the field's name takes.
std::string encode_header_text(std::string_view text, std::size_t used);
std::string quoted_printable(std::string_view text);  // RFC 2045 section 6.7; LF in, CRLF out
std::string format_date(base::Time time);             // "Thu, 26 Nov 2026 09:00:00 +0000"

// As base::Setting::check: what is wrong with the text, or nothing; an empty one leaves the setting out.
std::string check_address_setting(std::string_view text);

}  // namespace rampart::mail
