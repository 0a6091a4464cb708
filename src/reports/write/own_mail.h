// Whether what we send passes DMARC itself, as RFC 9990 section 3.5.2 demands of reports: found out before the first is sent.
#pragma once

#include <string>

#include "auth/authenticate.h"
#include "base/time.h"
#include "facts/facts.h"
#include "mail/message.h"

namespace rampart::reports {

enum class Stands : std::uint8_t { passes, fails, unknown };

class OwnMail {
 public:
  // `message`, signed, must outlive it. Nothing is known of the session in which it will be sent, so that DKIM alone can make it pass.
  explicit OwnMail(const mail::Message& message);

  struct Outcome {
    Stands stands = Stands::unknown;
    std::string why;  // unless it passes: one clause, printable
  };
  // A function of the message, the facts and `now`.
  Outcome check(facts::Facts& facts, base::Time now);

 private:
  dkim::KeyCache keys_;
  auth::Authenticator work_;
};

}  // namespace rampart::reports
