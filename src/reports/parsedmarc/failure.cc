#include "reports/parsedmarc/failure.h"

#include <algorithm>

#include "base/text.h"

namespace rampart::reports {
namespace {

void add_field(std::string& to, std::string_view name, std::string value) {
  if (value.empty()) return;
  std::ranges::replace_if(value, [](char c) { return c == '\r' || c == '\n'; }, ' ');
  to += name;
  to += ": ";
  to += value;
  to += "\r\n";
}

}  // namespace

std::optional<FailureReport> made_of(const ExportedFailure& exported) {
  std::string fields;
  add_field(fields, "Feedback-Type", exported.feedback_type);
  add_field(fields, "User-Agent", exported.user_agent);
  add_field(fields, "Auth-Failure", exported.auth_failure);
  add_field(fields, "Identity-Alignment", exported.mechanisms);
  add_field(fields, "Delivery-Result", exported.delivery_result);
  add_field(fields, "Source-IP", exported.source_ip);
  add_field(fields, "Reported-Domain", exported.reported_domain);
  add_field(fields, "Original-Mail-From", exported.original_mail_from);
  add_field(fields, "Arrival-Date", exported.arrival_date);
  add_field(fields, "DKIM-Domain", exported.dkim_domain);
  add_field(fields, "Authentication-Results", exported.results);
  std::vector<mail::MimePart> parts{{.type = "message/feedback-report", .content = fields}};
  if (!exported.sample.empty())
    parts.push_back({.type = exported.headers_only ? "text/rfc822-headers" : "message/rfc822",
                     .content = exported.sample});
  auto out = read_failure(parts);
  if (!out) return out;
  const auto shown = [](const std::string& text) { return base::excerpt(base::trim(text), kMaxFailureText); };
  if (out->subject.empty()) out->subject = shown(exported.subject);
  if (out->message_id.empty()) out->message_id = shown(exported.message_id);
  return out;
}

}  // namespace rampart::reports
