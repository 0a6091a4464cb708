// A kept message as a feedback report (RFC 5965), for whoever takes reports of abuse.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "guard/quarantine/quarantine.h"

namespace rampart::guard {

struct FeedbackOrder {
  std::string from;      // who reports; an address
  std::string to;        // an address; empty: none is named
  std::string boundary;  // between the parts; letters and digits that stand nowhere in the message
  base::Time now{};
};

// multipart/report with a text for people, message/feedback-report, and the message as it came, with CR LF. Errors are of kind
// input: an address that is none, or a boundary that the message has.
base::Result<std::string> feedback_report(const KeptMessage& entry, std::string_view message,
                                          const FeedbackOrder& order);

}  // namespace rampart::guard
