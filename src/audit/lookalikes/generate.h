// The names that somebody could register to be taken for a domain. Pure: the same domain gives the same names in the
// same order.
//
//   const auto made = generate(*dns::Name::try_parse("ministry.gov.pk"), {});
//   made.candidates[0].name           "xn--…": мinistry.gov.pk
//   made.candidates[0].kinds          {Kind::homoglyph}
//
// Only what can be registered: one label below a public suffix (libpsl), that a registry would take (IDNA 2008), and
// that is neither the domain nor one of the owner's.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dns/name.h"

namespace rampart::audit::lookalikes {

// How a name was made of the domain's. In the order of how likely it is to deceive.
enum class Kind : std::uint8_t {
  homoglyph,      // letters of another script, or that look the same: раypal
  ascii,          // ASCII that looks alike: rn for m, 0 for o, 1 for l
  accent,         // a letter with a mark more: é for e
  suffix,         // under another suffix: .com for .gov.pk
  joined,         // a dot that is a hyphen, or none: ministry-gov.pk, wwwministry.gov.pk
  word,           // a word added: ministry-login
  omission,       // a letter less
  transposition,  // two letters swapped
  doubling,       // a letter twice
  neighbour,      // the key beside it
  insertion,      // the key beside it, too
  hyphen,         // a hyphen more or less
  bit_flip,       // one bit of memory wrong: what a faulty machine asks for
};
inline constexpr std::size_t kKinds = 13;
std::string_view to_string(Kind kind);  // "bit-flip"

struct Candidate {
  dns::Name name;
  std::vector<Kind> kinds;  // each once, in their order; not empty
  unsigned steps = 1;       // 2: a changed name, and under another suffix
  // Letters to change, add or take away until it looks like the domain; 0: it looks the same.
  unsigned distance = 0;
  unsigned similarity = 0;  // percent
};

struct GenerateOptions {
  static constexpr std::size_t kMaxCandidates = 100'000;  // ours: some 10 hours of a slow resolver
  std::size_t limit = 10'000;                             // candidates that are kept: the likeliest
  std::vector<dns::Name> ours;                            // registered domains of the owner; never made
};

struct Generated {
  dns::Name domain;                   // the registered domain
  std::vector<Candidate> candidates;  // by their steps, first kind, distance and name; each once
  std::size_t left_out = 0;           // beyond the limit
};

// `name` is a registered domain, or a name below one: then its labels are joined, too. For a public suffix nothing
// is made.
Generated generate(const dns::Name& name, const GenerateOptions& options = {});

}  // namespace rampart::audit::lookalikes
