// A message's header without what says who people are, for failure reports: RFC 6590, RFC 9991 section 7.
//
//   Redactor redactor(secret);
//   redactor.addresses("for <ali@ministry.example>")    // "for <x3kq…@ministry.example>"
//   redactor.header(message.header)
//
// The same local part becomes the same letters, so that a domain's owner sees which messages belong together, and nobody without the
// key learns whose they are.
#pragma once

#include <string>
#include <string_view>

#include "mail/header.h"

namespace rampart::reports {

inline constexpr std::size_t kMinRedactionKey = 16;        // bytes; RFC 6590 section 3 wants it hard to guess
inline constexpr std::size_t kMaxRedactedHeader = 32'768;  // bytes of what is told; our own

class Redactor {
 public:
  explicit Redactor(std::string key) : key_(std::move(key)) {}
  [[nodiscard]] bool safe() const { return key_.size() >= kMinRedactionKey; }

  // Of a local part, in any case (RFC 6590 section 3): 26 letters and digits.
  [[nodiscard]] std::string local_part(std::string_view text) const;
  // Every local part in front of an "@" replaced, whatever the text is. "@" itself and what follows it stay.
  [[nodiscard]] std::string addresses(std::string_view text) const;
  // The fields that tell how a message came and what it is authenticated by, in their order, as lines with CRLF: the trace without who
  // logged in, signatures without copies (z=), dates, the Message-ID, and of From, To and their like the addresses without names.
  // Subjects, and every field that is not named here, are left out. Printable ASCII; a field that leads beyond kMaxRedactedHeader
  // ends it.
  [[nodiscard]] std::string header(const mail::Header& header) const;

 private:
  std::string key_;
};

}  // namespace rampart::reports
