// What a display name says of whose it is: addresses and domains within it, roles and companies.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dns/name.h"
#include "guard/inspect/names/shown_words.h"

namespace rampart::guard::names {

inline constexpr std::size_t kMaxClaims = 10;  // of one text; our own

struct ClaimedDomain {
  std::string address;  // lower case, as written; empty: a domain alone
  dns::Name domain;
  bool is_known = false;  // its ending is on the public suffix list
};
// Addresses and domains in a shown text. What has an ending that nobody knows is more often a file or an abbreviation.
std::vector<ClaimedDomain> claimed_domains(std::string_view utf8);

// The text without its addresses.
std::string without_addresses(std::string_view utf8);

// Whether a role ("hr department") or a company's legal form stands in words.
bool claims_role(std::span<const ShownWord> words);
// One of the reader's own organisation, and nothing but words such as "team" beside it.
bool claims_internal_role(std::span<const ShownWord> words);
bool is_company_word(std::string_view word);
bool claims_company(std::span<const ShownWord> words);
// "Sana via list", "Sana on behalf of …": how lists and services write whose a message is.
bool is_on_behalf(std::span<const ShownWord> words);

}  // namespace rampart::guard::names
