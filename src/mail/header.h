// The header section of a message (RFC 5322 section 2.2), as views of its bytes.
//
//   const auto header = mail::read_header(bytes);            // Result<Header>
//   for (const auto& field : header->fields) if (field.is("DKIM-Signature")) use(mail::unfold(field.value));
//
// Lines end with CRLF or a bare LF; a bare CR is content. The section ends at the first empty line or with
// the bytes. A first line "From …" as mboxes have it is skipped. What is no field (a line without a colon, a
// name with odd bytes) is skipped and counted: it hides nothing behind it. Lines that another reader takes for a From
// field (" From: x", "From\r\n : x", "Subject: x\rFrom: x") are kept, as a message that has two readings has two authors,
// and so are those that another reader takes for authentication results.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rampart::mail {

inline constexpr std::size_t kMaxHeaderBytes = 256
                                               << 10;  // our own: ten times the largest seen in ordinary mail
inline constexpr std::size_t kMaxFieldBytes = 64 << 10;  // our own, a field with its folded lines

struct Field {
  std::string_view name;   // as written, without white space before the colon
  std::string_view value;  // behind the colon, with its folds, without the final line end
  std::string_view raw;    // the whole field with its line ends

  [[nodiscard]] bool is(std::string_view other) const;  // RFC 5322 section 1.2.2: names in any case
};

// A part of the header that another reader takes for a field.
struct LikeField {
  std::string_view raw;    // the lines that it stands in
  std::string_view value;  // behind its colon
};

struct Header {
  std::vector<Field> fields;                // in the order of the message
  std::size_t size = 0;                     // bytes up to and with the empty line
  std::size_t skipped = 0;                  // lines that belong to no field
  std::vector<std::string_view> like_from;  // to other readers: what stands behind the colon of "From"
  std::vector<LikeField> like_results;      // Authentication-Results to other readers
};

// Views of `bytes`. Errors are of kind input: a section or a field beyond its limit.
base::Result<Header> read_header(std::string_view bytes);

// Whether the first line of a file is one that an mbox begins a message with, and no field: "From a@b.example Thu Nov 26 …".
bool is_mbox_line(std::string_view line);

// Line ends taken out of a folded value; the white space behind them stays (RFC 5322 section 2.2.3).
std::string unfold(std::string_view value);

}  // namespace rampart::mail
