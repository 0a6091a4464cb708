// What DNS says of addresses that mail came from: their reverse names, led back, and the terms of the owner's SPF records that
// list them. A decision over facts (facts/facts.h): all addresses are asked about together.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ip.h"
#include "base/time.h"
#include "dns/name.h"
#include "facts/facts.h"

namespace rampart::reports {

// Our own.
inline constexpr std::size_t kMaxReverseNames = 5;  // of an address, that are led back
inline constexpr std::size_t kMaxEnvelopes =
    3;  // of an address, whose SPF records are asked beside the domain's
// Of an address: its PTR, the addresses of its names, and what `exists` and `ptr` terms cost.
inline constexpr std::size_t kQuestionsPerAddress = 2 + kMaxReverseNames;

struct AddressToLookUp {
  base::IpAddress address;
  std::vector<dns::Name>
      envelopes;  // MAIL FROM domains of the owner's, beside the domain; at most kMaxEnvelopes
};

struct AddressFacts {
  std::string reverse_name;          // the first that leads back, else the first; empty: none, or unknown
  bool confirmed = false;            // it leads back to the address
  std::string reverse_unknown;       // why there is no saying; empty otherwise
  std::optional<bool> authorised;    // as SeenAddress has it
  std::vector<std::string> through;  // as SeenAddress has it
  std::string spf_unknown;           // why there is no saying; empty otherwise
  bool spf_unanswered = false;       // of those: DNS did not answer
};

// As SeenAddress has it: what of this DNS owes an answer for.
std::string unanswered(const AddressFacts& facts);

// By place of `addresses`.
std::vector<AddressFacts> look_up_addresses(const dns::Name& domain,
                                            std::span<const AddressToLookUp> addresses, base::Time now,
                                            facts::Facts& facts);

}  // namespace rampart::reports
