// The one record at a name, for protocols where several records with the right version mean none at all
// (MTA-STS: RFC 8461 section 3.1; TLS-RPT: RFC 8460 section 3; BIMI).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dns/name.h"
#include "facts/facts.h"

namespace rampart::auth {

struct SingleRecord {
  enum class State : std::uint8_t { present, none, multiple, unknown };
  State state = State::none;
  dns::Name name;     // asked
  std::string text;   // State::present; of State::multiple the first
  std::string other;  // State::none: a text at the name that is no such record; empty when there is none
  std::string why;    // State::unknown, for people
};

// Asks for TXT at `labels`.`domain` and keeps what `is_record` accepts.
SingleRecord look_up_single(const dns::Name& domain, std::string_view labels,
                            bool (*is_record)(std::string_view), facts::Facts& facts);

}  // namespace rampart::auth
