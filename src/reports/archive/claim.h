// May a report take the place of another with its id? Anybody who can send mail from a reporter's domain may be believed as that
// domain (trust/origin.h), and ids can be guessed: so beyond the domain it is the mailbox that counts.
//
//   settle({.trust = stored, ...}, {.trust = incoming, ...})   // Claim::replaces
//
// A pure function; what the two say of mail is another, and both are of one reporter's domain, id, policy domain and period.
#pragma once

#include <cstdint>
#include <string>

#include "reports/archive/archive.h"

namespace rampart::reports {

struct Claimant {
  Trust trust = Trust::unverified;
  std::string
      sender;  // the mailbox that a verified mail came from, in lower case; empty: not known, or several
  std::string contact;        // the address that the report itself names, in lower case; empty: none
  std::uint64_t counted = 0;  // messages or sessions

  // Whether it comes from the address that it names: nobody else's word for it.
  [[nodiscard]] bool speaks_for_itself() const { return !sender.empty() && sender == contact; }
};

enum class Claim : std::uint8_t {
  replaces,  // it is a correction
  beside,    // it is somebody else's, and says nothing of the other
  refused,   // it would take away what is believed more, or says more
};

Claim settle(const Claimant& stored, const Claimant& incoming);

}  // namespace rampart::reports
