#include "reports/write/own_mail.h"

namespace rampart::reports {

OwnMail::OwnMail(const mail::Message& message) : work_(message, {}, keys_) {}

OwnMail::Outcome OwnMail::check(facts::Facts& facts, base::Time now) {
  const auto result = work_.run(facts, now);
  switch (result.dmarc) {
    case dmarc::Result::pass:
      return {.stands = Stands::passes, .why = {}};
    case dmarc::Result::temperror:
      return {.stands = Stands::unknown, .why = result.why};
    case dmarc::Result::none:
      return {.stands = Stands::fails,
              .why = "there is no DMARC record for the From address, so that nothing can pass DMARC"};
    case dmarc::Result::fail:
    case dmarc::Result::permerror:
      break;
  }
  // Which key is missing says more than that nothing is aligned.
  for (const auto& one : result.dkim) {
    if (one.result != dkim::Result::pass)
      return {.stands = Stands::fails, .why = "the DKIM signature does not hold: " + one.why};
  }
  return {.stands = Stands::fails, .why = result.why};
}

}  // namespace rampart::reports
