// The envelope senders that a stranger may choose, and the best that SPF gives him at each: from which address
// he sends and, where the record leaves that to him, with which local part and HELO name.
//
// Tried are the domain itself and the picture's candidates (candidates.h).
//
// Where receivers may differ, the one that lets him in counts. That is so for the limit on void lookups, a
// SHOULD (RFC 7208 section 4.6.4): a record that only this limit stops is evaluated without it as well.
#pragma once

#include <string>
#include <vector>

#include "auth/spf/evaluate.h"
#include "base/ip.h"
#include "dns/name.h"
#include "facts/facts.h"

namespace rampart::audit {

struct Picture;

struct Sender {
  dns::Name domain;
  base::IpAddress address;
  spf::Outcome outcome;  // of the domain in MAIL FROM, for that address
  std::string doubt;     // not empty when it does not pass, as far as is known, and might
  std::string how;       // of a pass: what he does for it, beyond sending from there; a clause or empty
  std::string beside;    // of no pass: the term that names his address beside what he fills

  [[nodiscard]] bool passes() const { return outcome.result == spf::Result::pass; }
};

// The first is the domain's own. From `address` only, when it is given; otherwise from what is best for a
// stranger, see spoofing.h.
std::vector<Sender> senders(const Picture& picture, facts::Facts& facts,
                            const base::IpAddress* address = nullptr);

}  // namespace rampart::audit
