// An SPF record: its text, its terms, and everything that is wrong with it (RFC 7208 sections 3, 4.6, 5, 6,
// 12).
//
//   const spf::Record record = spf::parse("v=spf1 ip4:192.0.2.0/24 include:_spf.post.example -all");
//   record.valid()                       true; an evaluator answers permerror when it is not
//   record.terms[1].kind                 TermKind::include
//   record.domain(record.terms[1])       "_spf.post.example"
//
// Parsing never stops at a fault: an audit wants them all. Terms that are not well formed are in `faults` and
// not in `terms`. Records of up to 12 terms are parsed without allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/container/small_vector.hpp>

#include "base/ip.h"

namespace rampart::spf {

inline constexpr std::size_t kMaxFaults =
    100;  // our own: what a reader of an audit can use; later ones are dropped

enum class Qualifier : std::uint8_t { pass, fail, softfail, neutral };  // + - ~ ?; RFC 7208 section 4.6.2

enum class TermKind : std::uint8_t {
  all,
  include,
  a,
  mx,
  ptr,
  ip4,
  ip6,
  exists,
  redirect,
  exp,
  unknown_modifier,  // `name=value` with a name that RFC 7208 does not define: ignored (section 6)
};

std::string_view to_string(TermKind kind);  // "include"; "modifier" for an unknown one
char to_char(Qualifier qualifier);          // '+', '-', '~', '?'

// Bytes of the record's text.
struct Span {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

struct Term {
  TermKind kind = TermKind::all;
  Qualifier qualifier = Qualifier::pass;  // of mechanisms
  std::uint8_t prefix4 = 32;              // bits; a, mx, ip4
  std::uint8_t prefix6 = 128;             // bits; a, mx, ip6
  bool macros = false;                    // `value` holds a %
  base::IpAddress address;                // ip4, ip6: as written, not masked
  Span span;                              // the whole term, its qualifier included
  Span value;                             // domain-spec, or a modifier's value; length 0 when there is none

  [[nodiscard]] bool is_modifier() const { return kind >= TermKind::redirect; }
  // Whether it counts against the limit of 10 (RFC 7208 section 4.6.4).
  [[nodiscard]] bool asks_dns() const;
};

enum class FaultCode : std::uint8_t {
  none,
  version,                // the text does not begin with v=spf1 and a space or its end
  bad_byte,               // not a visible ASCII character
  unknown_mechanism,      // a word that is neither a mechanism nor name=value
  modifier_as_mechanism,  // redirect:x, exp:x
  qualified_modifier,     // -redirect=x
  bad_modifier_name,
  missing_domain,     // include, exists, redirect, exp without a domain
  bad_domain,         // no valid domain-spec
  address_as_domain,  // a:192.0.2.1
  bad_macro,
  exp_only_macro,  // c, r or t outside an explanation
  bad_ip4,
  bad_ip6,
  bad_prefix,           // out of range, leading zero, not a number
  unexpected_argument,  // all:x, ptr/24
  repeated_redirect,
  repeated_exp,
};

struct Fault {
  FaultCode code = FaultCode::none;
  Span span;
};

std::string_view to_string(FaultCode code);  // the enumerator's name
std::string_view describe(
    FaultCode code);  // words: "an address stands where a name is wanted; use ip4: or ip6:"
std::string_view section_of(FaultCode code);  // "7.1", of RFC 7208

struct Record {
  std::string_view text;  // the text given to parse(), which must outlive the record
  boost::container::small_vector<Term, 12> terms;
  boost::container::small_vector<Fault, 2> faults;  // in the order of the text; at most kMaxFaults

  [[nodiscard]] bool valid() const { return faults.empty(); }
  [[nodiscard]] std::string_view at(Span span) const { return text.substr(span.offset, span.length); }
  [[nodiscard]] std::string_view word(const Term& term) const { return at(term.span); }
  [[nodiscard]] std::string_view domain(const Term& term) const { return at(term.value); }
  // The first term of a kind, or null.
  [[nodiscard]] const Term* find(TermKind kind) const;
};

// Whether a TXT record is an SPF record at all: "v=spf1" in any case, then a space or the end (section 4.5).
bool is_spf(std::string_view text);

// `text` is all character-strings joined with nothing between (section 3.3). The record keeps a view of it.
Record parse(std::string_view text);

// One term, and the record of all its terms, in the shortest form that means the same: lower-case names, no
// "+", no full prefixes, addresses as in RFC 5952. What was faulty is not in it.
std::string format(const Record& record, const Term& term);
std::string format(const Record& record);

}  // namespace rampart::spf
