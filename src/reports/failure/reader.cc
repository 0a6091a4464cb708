#include "reports/failure/reader.h"

#include <algorithm>

#include "base/ip.h"
#include "base/text.h"
#include "mail/from.h"
#include "mail/header.h"

namespace rampart::reports {
namespace {

std::string shown(std::string_view text) {
  return base::excerpt(base::trim(mail::unfold(text)), kMaxFailureText);
}

std::string domain_shown(std::string_view text) {
  text = base::trim(text);
  if (text.ends_with('.')) text.remove_suffix(1);
  return base::lower(shown(text));
}

std::string address_shown(std::string_view text) {
  text = base::trim(text);
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  if (base::istarts_with(text, "IPv6:")) text.remove_prefix(5);
  const auto address = base::IpAddress::parse(text);
  return address ? address->unmapped().text() : std::string();
}

const mail::MimePart* find(const std::vector<mail::MimePart>& parts, std::string_view type) {
  const auto found = std::ranges::find(parts, type, &mail::MimePart::type);
  return found == parts.end() ? nullptr : &*found;
}

// The lines "Name: value" of the machine-readable part (RFC 5965 section 3).
void read_fields(std::string_view text, FailureReport& out) {
  const auto header = mail::read_header(text);
  if (!header) return;
  struct Text {
    std::string_view name;
    std::string* to;
  };
  const Text texts[] = {{"Feedback-Type", &out.feedback_type},
                        {"User-Agent", &out.user_agent},
                        {"Auth-Failure", &out.auth_failure},
                        {"Delivery-Result", &out.delivery_result},
                        {"Identity-Alignment", &out.identity_alignment},
                        {"Original-Mail-From", &out.original_mail_from},
                        {"Arrival-Date", &out.arrival_date},
                        {"Received-Date", &out.arrival_date},  // RFC 5965's own older word
                        {"DKIM-Domain", &out.dkim_domain},
                        {"DKIM-Selector", &out.dkim_selector},
                        {"SPF-DNS", &out.spf_dns},
                        {"Authentication-Results", &out.results}};
  for (const auto& field : header->fields) {
    for (const auto& text : texts) {
      if (field.is(text.name) && text.to->empty()) *text.to = shown(field.value);
    }
    if (field.is("Reported-Domain")) out.reported_domain = domain_shown(field.value);
    if (field.is("Source-IP")) out.source_ip = address_shown(field.value);
    if (field.is("Incidents")) out.incidents = base::parse_number(base::trim(field.value)).value_or(1);
  }
}

// The header of the message that failed.
void read_original(std::string_view text, FailureReport& out) {
  const auto header = mail::read_header(text);
  if (!header) return;
  const auto author = mail::read_author(*header);
  if (!author.domains.empty()) out.from_domain = author.domains.front().text();
  for (const auto& field : header->fields) {
    if (field.is("Subject") && out.subject.empty()) out.subject = shown(field.value);
    if (field.is("Message-ID") && out.message_id.empty()) out.message_id = shown(field.value);
    if (field.is("Authentication-Results") && out.results.empty()) out.results = shown(field.value);
  }
}

// Exim's and other servers' reports are sentences with lines "  Sender Domain: bank.example" in them.
void read_plain(std::string_view text, FailureReport& out) {
  for (auto line : base::split(text, '\n')) {
    line = base::trim(line);
    if (line.starts_with("------")) break;  // the header of the message follows
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto name = line.substr(0, colon);
    const auto value = line.substr(colon + 1);
    if (base::iequals(name, "Sender Domain")) out.reported_domain = domain_shown(value);
    if (base::iequals(name, "Sender IP Address")) out.source_ip = address_shown(value);
    if (base::iequals(name, "Received date")) out.arrival_date = shown(value);
    if (base::iequals(name, "DMARC Results")) out.delivery_result = shown(value);
  }
  out.plain = true;
  const auto rule = text.find("------");
  const auto begin = rule == std::string_view::npos ? rule : text.find("\n\n", rule);
  const auto crlf = rule == std::string_view::npos ? rule : text.find("\r\n\r\n", rule);
  if (std::min(begin, crlf) != std::string_view::npos)
    read_original(base::trim(text.substr(std::min(begin, crlf))), out);
}

}  // namespace

std::optional<FailureReport> read_failure(const std::vector<mail::MimePart>& parts) {
  FailureReport out;
  if (const auto* report = find(parts, "message/feedback-report")) {
    read_fields(report->content, out);
    for (const auto* type : {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"}) {
      if (const auto* original = find(parts, type)) read_original(original->content, out);
    }
  } else if (const auto* words = find(parts, "text/plain")) {
    read_plain(words->content, out);
  }
  // A complaint of another kind (RFC 5965 section 7.3) is no report of authentication.
  if (!out.feedback_type.empty() && !base::iequals(out.feedback_type, "auth-failure")) return std::nullopt;
  if (out.reported_domain.empty()) out.reported_domain = out.from_domain;
  if (out.reported_domain.empty() || (out.plain && out.source_ip.empty())) return std::nullopt;
  return out;
}

}  // namespace rampart::reports
