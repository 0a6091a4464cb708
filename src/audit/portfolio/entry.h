// One domain of a portfolio and what its list says of it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dns/name.h"

namespace rampart::audit {

// Whether mail is sent in the name of a domain; only its owner can say so.
enum class Sends : std::uint8_t { unsaid, yes, no };

struct Entry {
  dns::Name domain;
  std::string organisation;  // empty: not said; so of all that follow
  std::string sector;
  std::string contact;  // an e-mail address
  Sends sends = Sends::unsaid;
  std::vector<std::string> selectors;                     // DKIM
  std::vector<std::pair<std::string, std::string>> tags;  // every other column, in the order of the list
  std::string note;
};

}  // namespace rampart::audit
