// Whether a person may release what is kept from him, by a link in his digest (docs/quarantine.md has the table).
//
//   if (guard::may_release(entry)) …
//
// Pure, over the codes of the causes. What no rule knows is not released: a new cause waits for a line in the table.
#pragma once

#include <span>
#include <string_view>

#include "guard/quarantine/quarantine.h"

namespace rampart::guard {

enum class ReleaseRule : std::uint8_t {
  may,     // this alone keeps nobody from his mail for good
  beside,  // says how a decision came about, and nothing for or against a release
  never,   // only whoever looks after the quarantine
};
struct ReleaseRuleOf {
  std::string_view code;
  ReleaseRule rule;
};
// The table, by code.
std::span<const ReleaseRuleOf> release_rules();
ReleaseRule release_rule(std::string_view code);

// All causes allow it, at least one of them speaks for it, and it does not claim to come from the domain of one of its recipients:
// whoever writes in the name of one's own people is who executives are impersonated by.
bool may_release(const KeptMessage& message);

// Why a message is kept, as its recipient is told.
enum class Reason : std::uint8_t {
  unproven,    // its author's domain asks to quarantine what does not prove itself
  forged,      // that asks to reject it
  own,         // it claims to come from the recipient's own domain, and does not
  unreadable,  // nobody can say whom it is from
  blocked,     // its sender is on a list of ours
  bulk,        // its content: like other bulk mail
  lookalike,   // its content: it imitates a name or a domain
  fraud,       // its content: what phishing and fraud are like
  executive,   // its content: the name of one's own organisation or people
  malware,     // a program that does harm
  unseen,      // what it holds could not be looked into
  together,    // another recipient's copy had to be kept
  other,
};
Reason reason_of(const KeptMessage& message);

}  // namespace rampart::guard
