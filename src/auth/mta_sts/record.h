// MTA-STS (RFC 8461): the TXT record that announces a policy, the policy itself, and what it covers.
//
//   _mta-sts.ministry.example  TXT "v=STSv1; id=20261123"
//   https://mta-sts.ministry.example/.well-known/mta-sts.txt
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "auth/fault.h"
#include "auth/single_record.h"
#include "facts/probe.h"

namespace rampart::mta_sts {

inline constexpr std::uint64_t kMaxAge = 31557600;        // seconds: one year, RFC 8461 section 3.2
inline constexpr std::uint64_t kShortAge = 86400;         // seconds: section 3.2 wants weeks in ordinary use
inline constexpr std::size_t kMaxPolicyBytes = 64 << 10;  // RFC 8461 section 3.3 suggests this limit
inline constexpr std::size_t kMaxPatterns = 100;  // our own, mx lines of a policy; the rest is dropped

struct Record {
  std::string text;
  std::string id;  // empty when missing or invalid
  std::vector<auth::Fault> faults;
  [[nodiscard]] bool valid() const { return !id.empty(); }
};

bool is_record(std::string_view txt);  // begins with v=STSv1 and a delimiter (section 3.1)
Record parse(std::string_view txt);    // total; see auth/fault.h
std::string format(const Record& record);

enum class Mode : std::uint8_t { enforce, testing, none, invalid };

struct Policy {
  Mode mode = Mode::invalid;
  std::uint64_t max_age = 0;    // seconds; 0 when missing or invalid
  std::vector<std::string> mx;  // patterns, lower case: "mail.example.com", "*.example.net"
  bool version_ok = false;
  std::vector<auth::Fault> faults;
  // A sender may apply it (section 3.2).
  [[nodiscard]] bool valid() const;
};
Policy parse_policy(std::string_view body);  // total
std::string format(const Policy& policy);    // with CRLF line ends, section 3.2

// Section 4.1: "*." stands for exactly one label.
bool matches(std::string_view pattern, const dns::Name& host);
bool covers(const Policy& policy, const dns::Name& host);

auth::SingleRecord look_up(const dns::Name& domain, facts::Facts& facts);
facts::HttpsGet policy_question(const dns::Name& domain);  // of a domain short enough for mta-sts.<domain>

std::string_view to_string(Mode mode);

}  // namespace rampart::mta_sts
