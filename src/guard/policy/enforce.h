// For whom what the policy asks for is done, while enforcement is being switched on; and what that comes to for a message whose
// recipients differ. Pure.
//
//   const auto rule = TRY(parse_enforcement("to=bank.example action=quarantine percent=10"));
//   const auto out = dispatch(asked, recipients, {rule}, draw_of(header, mail_from), may_remove);
//   out.answer                     to the MTA
//   out.shares[i].ruling           what holds for each of these recipients, and why
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guard/policy/policy.h"

namespace rampart::guard {

// What is enforced. Of the parts, those that are given have to hold: all of them. At least one is.
struct Enforcement {
  std::optional<dns::Name> recipient;  // the recipient's domain, or one above it
  std::optional<Action> action;        // quarantine (a reject then becomes one), tempfail or reject
  std::string signal;                  // the code of a cause; empty: whatever the cause is
  unsigned percent = 100;              // of messages
};

// Words as the configuration writes them: to=DOMAIN, action=WORD, signal=CODE, percent=1..100. Errors are of kind config.
base::Result<Enforcement> parse_enforcement(std::string_view text);
std::string format(const Enforcement& rule);  // as it is parsed

// A message's place among all, from 0 to 9,999: the same whenever its sender tries again. A share of messages is those below a
// number, so that what was enforced at 10 percent still is at 20. It is a way to begin, no defence: a sender can choose his place.
unsigned draw_of(const mail::Header& header, std::string_view mail_from);
inline constexpr unsigned kDraws = 10'000;

// Recipients for whom the same is done.
struct Share {
  Ruling ruling;                        // the policy's causes, and those of any change
  std::vector<std::size_t> recipients;  // numbers of them, in order
};

struct Dispatch {
  Action answer =
      Action::accept;  // to the MTA: accept where anybody gets it, quarantine where all are kept from it
  Ruling refusal;      // what is said, where the answer is reject or tempfail
  std::vector<Share> shares;  // each recipient is in one; never none
};

// `rules`: none, and all that is asked for is done; otherwise what one of them covers, by the strictest of those. `may_remove`: as
// combine() has it.
Dispatch dispatch(const Ruling& asked, std::span<const std::string> recipients,
                  std::span<const Enforcement> rules, unsigned draw, bool may_remove);
// By recipient, of `count`.
std::vector<Action> actions_of(const Dispatch& done, std::size_t count);

}  // namespace rampart::guard
