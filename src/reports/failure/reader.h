// A failure report: one message that failed, as its receiver tells it (RFC 9991, RFC 6591, ARF of RFC 5965), and the common ones
// that are plain text alone.
//
//   if (auto report = read_failure(parts)) …
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/mime.h"

namespace rampart::reports {

// All of it as the receiver says, printable, at most kMaxFailureText bytes each; empty: not said.
inline constexpr std::size_t kMaxFailureText = 500;

struct FailureReport {
  std::string feedback_type;  // "auth-failure"
  std::string user_agent;
  std::string auth_failure;        // "dmarc", "dkim", "spf" …
  std::string delivery_result;     // "reject", "delivered" …
  std::string identity_alignment;  // "none", "spf", "dkim, spf"
  std::string source_ip;           // as IpAddress::text() writes it
  std::string reported_domain;     // lower case
  std::string original_mail_from;
  std::string arrival_date;  // as it was written
  std::string dkim_domain;
  std::string dkim_selector;
  std::string spf_dns;
  std::string results;  // Authentication-Results
  std::uint64_t incidents = 1;
  // Of the message itself.
  std::string from_domain;  // lower case
  std::string subject;
  std::string message_id;
  bool plain = false;  // it was no ARF report

  friend bool operator==(const FailureReport&, const FailureReport&) = default;
};

// The report in the parts of a mail (mail/mime.h); nothing when there is none, or when it says neither of which domain nor from
// which address.
std::optional<FailureReport> read_failure(const std::vector<mail::MimePart>& parts);

}  // namespace rampart::reports
