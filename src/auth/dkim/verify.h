// Do a message's DKIM signatures hold (RFC 6376 section 6)?
//
//   dkim::SignatureCheck check(message, index, keys);
//   dkim::Verifier verifier(check);
//   const auto results = verifier.results(facts, now);   // one a signature, from the top of the message down
//
// Everything that is asked for the signatures is asked at once. Hashing is done once, however often the decision runs.
#pragma once

#include <vector>

#include "auth/dkim/check.h"

namespace rampart::dkim {

inline constexpr std::size_t kMaxVerified = 20;  // signatures of a message that are verified; our own

class Verifier {
 public:
  // `check` must outlive it.
  explicit Verifier(SignatureCheck& check);

  // A function of the message, the facts and `now`. Signatures beyond kMaxVerified are `policy`.
  std::vector<Checked> results(facts::Facts& facts, base::Time now, Service service = Service::email);
  // Of the signatures that may hold, each once.
  [[nodiscard]] std::vector<dns::Name> domains() const;

 private:
  SignatureCheck& check_;
  std::vector<Checked> signatures_;
};

}  // namespace rampart::dkim
