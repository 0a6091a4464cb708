// Whose mail it says it is: the domains of the From field (RFC 5322 sections 3.4 and 3.6.2, RFC 6854, RFC 6532), read
// strictly, as what is read in two ways is what attackers write.
//
//   const auto author = mail::read_author(header);
//   author.fault.empty() && author.domains.size() == 1      what honest mail is like
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dns/name.h"
#include "mail/header.h"

namespace rampart::mail {

inline constexpr std::size_t kMaxAuthors = 100;  // addresses that are read; our own
inline constexpr std::size_t kMaxNesting = 50;   // of comments; our own

struct Author {
  std::size_t fields = 0;              // From fields of the header
  std::vector<dns::Name> domains;      // A-labels, each once, in order, of every field
  std::vector<std::string> addresses;  // as they stand there, printable, without display names
  std::string
      fault;  // why it is not one From field with addresses as RFC 5322 has them; one clause, printable
};

// Of a field that is malformed the domains are those that a lenient reader would see as well.
Author read_author(const Header& header);
// One field's value. Adds to `author`.
void read_addresses(std::string_view value, Author& author);

}  // namespace rampart::mail
