// Does a message's chain of ARC sets hold (RFC 8617 section 5.2)?
//
//   arc::Validator validator(check);
//   const auto validated = validator.run(facts, now);
//   validated.result       Result::pass
//
// It says what the message's way was before us, to whoever trusts the sealers. It never changes a DMARC result.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/arc/chain.h"
#include "auth/dkim/check.h"

namespace rampart::arc {

enum class Result : std::uint8_t {
  none,       // the message has no sets
  pass,       // every seal holds, and so does the newest message signature
  fail,       // and never anything else again
  temperror,  // an answer that the decision needs is unknown
};
std::string_view to_string(Result result);

struct Validated {
  Result result = Result::none;
  std::string why;           // one clause, printable
  std::string_view section;  // what says so; may be empty
  Chain chain;
  // The lowest instance whose message signature, and all above, still hold; 0: all do (section 5.2). Of a pass.
  unsigned oldest_pass = 0;
  // Of a pass: a field that somebody added above the one that the newest message signature covers (dkim::added_field()). RFC
  // 8617 lets the chain pass; who trusts its sealer for it reads another message than the sealer.
  std::string_view added;
};

class Validator {
 public:
  // `check` must outlive it.
  explicit Validator(dkim::SignatureCheck& check);

  // A function of the message, the facts and `now`; void while questions are open. All keys are asked for at once.
  Validated run(facts::Facts& facts, base::Time now);

 private:
  [[nodiscard]] bool seal_holds(std::size_t at, facts::Facts& facts, base::Time now, Validated& out) const;
  [[nodiscard]] unsigned find_oldest(facts::Facts& facts, base::Time now) const;
  [[nodiscard]] dkim::Checked message_of(std::size_t at, facts::Facts& facts, base::Time now) const;

  dkim::SignatureCheck& check_;
  Chain chain_;
};

}  // namespace rampart::arc
