// Authentication-Results fields that others wrote (RFC 8601 section 2.2), read.
//
//   const auto field = auth::parse_results(value);
//   field.fault        empty: it is one; otherwise why not
//   field.authserv_id  mx.bank.example
//   field.results      {spf, pass, {{smtp, mailfrom, news@bank.example}}}, …
//
// What a message says of itself is believed of nobody: a receiver takes out every field that bears its own id, and those
// that cannot be read, before it adds its own (section 5).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mail/message.h"

namespace rampart::auth {

// Our own.
inline constexpr std::size_t kMaxResults = 100;     // of a field; a report names at most as many signatures
inline constexpr std::size_t kMaxProperties = 100;  // of a result
inline constexpr std::size_t kMaxComments = 50;     // one within another

struct ReadProperty {
  std::string type;  // "smtp", lower case
  std::string name;  // "mailfrom", lower case
  std::string value;
};

struct ReadResult {
  std::string method;  // lower case
  std::string result;  // lower case
  std::string reason;
  std::vector<ReadProperty> properties;
};

struct ResultsField {
  std::string authserv_id;          // as written, without comments and quotes; empty when it cannot be read
  unsigned version = 1;             // of the field's form
  std::vector<ReadResult> results;  // none for "none"
  std::string_view payload;         // behind the first semicolon, a view of the value
  std::string fault;                // one clause, printable
};

// Total. Of a field with a fault the parts before it.
ResultsField parse_results(std::string_view value);

// What has to be taken out of a message before our own results are added: the fields with the id `own` in any case and spelling
// (section 5), those whose id cannot be read, and what other readers take for such a field. Views of the message, from its top
// down.
std::vector<std::string_view> forged_results(const mail::Header& header, const mail::FieldIndex& index,
                                             std::string_view own);

// The results that all fields with the id `own` hold, as one field's value: "own; spf=pass …; dkim=…" (RFC 8617 section
// 4.1.1). "own; none" when there is none.
std::string merged_results(const mail::Header& header, const mail::FieldIndex& index, std::string_view own);

}  // namespace rampart::auth
