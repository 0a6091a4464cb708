// Whether a name that DNS leads to and that does not exist is one that anyone can register.
#pragma once

#include <cstdint>
#include <optional>

#include "dns/name.h"
#include "facts/facts.h"

namespace rampart::auth {

struct Registration {
  enum class State : std::uint8_t {
    taken,
    open,  // proven: NXDOMAIN for SOA and for NS
    unknown,
  };
  State state = State::unknown;
  dns::Name domain;  // the registered domain, by the public suffix list
  facts::AnswerPtr soa;
  facts::AnswerPtr ns;
};

// Asks for SOA and NS of the registered domain above `name`. Nothing for a public suffix, nor where the domain
// is `own`, which is nobody else's to register.
std::optional<Registration> look_up_registration(const dns::Name& name, const std::optional<dns::Name>& own,
                                                 facts::Facts& facts);

}  // namespace rampart::auth
