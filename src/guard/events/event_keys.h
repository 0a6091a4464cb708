// What events are listed by: words that each event has, in a table in the order of events, so that a page of what somebody looks for is a
// range of an index.
//
//   keys_of(event)     "to a@bank.example", "to @bank.example", "in bank.example", "of evil.example", "from x@evil.example",
//                      "from @evil.example", "at 203.0.113.9", "did reject", "why dmarc-reject", …
//
// "in": the domains of its recipients and those that it claims to be from, and the domains above each: whose scope it is in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "guard/gate/gate.h"

namespace rampart::guard {

// Our own; of one event. It names all of them, and is found by the first.
inline constexpr std::size_t kMaxKeyAddresses = 200;
inline constexpr std::size_t kMaxKeyDomains = 100;
inline constexpr std::size_t kMaxKeyCauses = 50;
inline constexpr std::size_t kMaxParents = 5;     // domains above one
inline constexpr std::size_t kMaxKeyBytes = 400;  // of a word; a longer one is none

// Each once. Nothing of "did accept", which nearly all have.
std::vector<std::string> keys_of(const Event& event);

// The domain and those above it, down to two labels: "mail.a.example", "a.example".
std::vector<std::string_view> domain_and_above(std::string_view domain);
// The domains of the From field, as an event has them ("a.example, b.example"); views of it.
std::vector<std::string_view> author_domains(std::string_view author);

}  // namespace rampart::guard
