// Failure reports: one message that failed, told to the owner of the domain in its From field at once (RFC 9991, RFC 6591). They tell
// of single people's mail, so nothing here is done unless the receiver asks for it, and what is told is redacted (redact.h).
//
//   if (wants_failure_report(result) && limiter.take(key, now))
//     const auto report = failure_report(failed, reporter, redactor);   // then recipients(…, ReportKind::failure, …)
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "auth/authenticate.h"
#include "base/result.h"
#include "base/time.h"
#include "mail/message.h"
#include "reports/write/collector.h"
#include "reports/write/redact.h"
#include "reports/write/report_mail.h"

namespace rampart::reports {

// Whether the record that decided asks for a report of this outcome: a ruf that can be mailed to, and fo (RFC 9989 section 4.7).
// Never: with psd=y (RFC 9991 section 2), where anything that would decide it is unknown, and without a record.
bool wants_failure_report(const auth::Authentication& result);

// Whether a message is a report or an answer of a machine itself: no report is made of it, or two receivers would report to each
// other for ever (RFC 9991 section 5.1).
bool is_report(const mail::Header& header);

struct FailedMessage {
  const mail::Message& message;
  const auth::Envelope& envelope;
  const auth::Authentication& result;  // wants_failure_report()
  base::Time arrived{};
  std::string
      delivery;  // "reject", "policy", "delivered", "spam", "other" (RFC 6591 section 3.2.2); empty: not told
  std::uint64_t incidents = 1;  // that this one stands for
};

// The message for `to`, unsigned, with CRLF line ends. Its envelope sender is empty, so that no bounce comes of it. Errors are of kind
// input: an address that is none, a key that is too short.
struct FailureMail {
  std::string to;
  std::string message;
};
base::Result<FailureMail> failure_report(const FailedMessage& failed, const Reporter& reporter,
                                         const Redactor& redactor, std::string_view to);

// What is told of a failure's kind; like ones count as one (RFC 9991 section 8.1).
struct FailureKey {
  dns::Name policy_domain;
  std::string source;  // the address, or its network
  std::string how;     // "dkim spf": what failed

  friend auto operator<=>(const FailureKey&, const FailureKey&) = default;
};
FailureKey failure_key(const auth::Envelope& envelope, const auth::Authentication& result);

struct FailureLimits {
  std::chrono::seconds alike{3600};  // one report of one kind in this time
  unsigned domain = 10;              // reports of a Policy Domain in an hour
  unsigned total = 200;              // of all in an hour
  std::size_t kinds = 10'000;        // that are remembered
};

// RFC 9991 section 2: "Report generators MUST implement a rate-limit". A function of what it was given, with a memory that is bounded
// whatever strangers send.
class FailureLimiter {
 public:
  explicit FailureLimiter(const FailureLimits& limits = {}) : limits_(limits) {}
  // The failures of this kind that a report of now stands for, the ones since the last included; nothing when none may be sent.
  std::optional<std::uint64_t> take(const FailureKey& key, base::Time now);

 private:
  struct Kind {
    base::Time last{};
    std::uint64_t held = 0;  // failures that were not told
  };
  struct Hour {
    std::int64_t hour = -1;  // since 1970
    unsigned sent = 0;
  };
  static bool full(Hour& hour, base::Time now, unsigned limit);

  FailureLimits limits_;
  std::map<FailureKey, Kind> kinds_;
  std::map<dns::Name, Hour> domains_;
  Hour total_;
};

}  // namespace rampart::reports
