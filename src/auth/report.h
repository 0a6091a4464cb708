// What was found out about a message, for people and as JSON (schemas "rampart.auth/1", "rampart.dkim/1" and "rampart.spf/1",
// docs/auth.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/authenticate.h"
#include "base/json.h"

namespace rampart::auth {

struct ReportOptions {
  bool color = false;      // text only
  std::size_t width = 80;  // text only: columns
  std::string version;     // Rampart's; JSON only
  std::vector<std::string> source;
  std::vector<std::string> notes;
  base::Time now{};
};

std::string report_text(const Envelope& envelope, const Authentication& result, const ReportOptions& options);
std::string report_json(const Envelope& envelope, const Authentication& result, const ReportOptions& options);

// Into an open object: "envelope", "author", "sentence", "spf", "dkim", "arc", "dmarc" and "iprev", as report_json() has them.
void write_authentication(base::JsonWriter& json, const Envelope& envelope, const Authentication& result);

// Whether the message is who it says, in one sentence.
std::string sentence(const Authentication& result);

// A message's signatures alone.
struct Signatures {
  std::vector<dkim::Checked> dkim;
  arc::Validated arc;
};
std::string signatures_text(const Signatures& signatures, const ReportOptions& options);
std::string signatures_json(const Signatures& signatures, const ReportOptions& options);

// SPF alone, for a client and a sender that are given.
struct SpfReport {
  SpfChecked spf;
  std::optional<std::string> explanation;  // the domain's own words for a fail
};
std::string spf_text(const Envelope& envelope, const SpfReport& report, const ReportOptions& options);
std::string spf_json(const Envelope& envelope, const SpfReport& report, const ReportOptions& options);

}  // namespace rampart::auth
