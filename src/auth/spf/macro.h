// SPF macros (RFC 7208 section 7): checked before they are expanded, expanded without allocation.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "auth/spf/record.h"
#include "base/ip.h"
#include "base/time.h"
#include "dns/name.h"

namespace rampart::spf {

enum class MacroUse : std::uint8_t {
  domain,       // a domain-spec: no spaces, no c, r, t (section 7.2)
  modifier,     // the value of an unknown modifier: a macro-string
  explanation,  // the text at an exp= target: spaces and every letter
};

// The first fault of a macro-string, its span relative to `text`; code none when it is well formed.
Fault check_macros(std::string_view text, MacroUse use);
// The same for a domain-spec: not empty, macros well formed, and its end a macro or a dot and a top label
// (section 7.1).
Fault check_domain_spec(std::string_view text);
Fault check_plain_domain(std::string_view text);  // without a %, of visible ASCII
// Whether the letter (lower case) is used; `text` must have passed check_macros().
bool uses_macro(std::string_view text, char letter);

// Where in a checked domain-spec macros stand that the sender fills: `letters`, lower case. Of %{s}, %{o} and
// %{d} he chooses what stands before the last `fixed_labels` labels.
struct Steerable {
  char last = 0;               // the letter of the last of them; 0 when there is none
  bool chosen_end = false;     // his own text ends what it stands for
  bool plain = false;          // without transformers
  std::string_view behind;     // the text after it; empty when it ends the name
  bool names_address = false;  // the client's address, whole, is part of the name too
};
Steerable find_steerable(std::string_view domain_spec, std::string_view letters, unsigned fixed_labels);

// What the letters stand for. Views must outlive the expansion.
struct MacroValues {
  std::string_view local_part;     // l
  std::string_view sender_domain;  // o, and with l: s
  std::string_view domain;         // d: the domain of the record at hand
  std::string_view helo;           // h
  std::string_view receiver;       // r
  std::string_view validated;      // p
  base::IpAddress ip;              // i, c, v; never an IPv4-mapped one
  base::Time now;                  // t
};

struct Expansion {
  std::string_view text;  // a view of the buffer
  bool cut = false;       // the left part did not fit
};
// Expands from the right into `buffer`, until that is full; `text` must have passed check_macros(). The cost
// is bounded by the buffer and one value, whatever the record holds.
Expansion expand(std::string_view text, const MacroValues& values, std::span<char> buffer);

// A checked domain-spec as a name: expanded, one final dot dropped, labels removed on the left until 253
// characters are left (section 7.3). Nothing when that is no legal name.
std::optional<dns::Name> expand_name(std::string_view domain_spec, const MacroValues& values);

std::optional<dns::Name> plain_name(std::string_view domain_spec);  // the same for one without a %

// A name with its labels' bytes as they are and dots between: what %{d} stands for. A view of the buffer.
using RawNameBuffer = std::array<char, dns::kMaxWireName>;
std::string_view raw_text(const dns::Name& name, RawNameBuffer& buffer);

}  // namespace rampart::spf
