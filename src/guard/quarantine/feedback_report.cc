#include "guard/quarantine/feedback_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "mail/compose.h"

namespace rampart::guard {
namespace {

using base::Result;

constexpr std::size_t kMaxLine = 900;  // octets of a field; RFC 5322 section 2.1.1

// What is said of the message in a field: ASCII on one line.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kMaxLine)) out += c >= ' ' && c <= '~' ? c : '?';
  return out;
}

// Section 3.1: "abuse" is mail that nobody asked for, "fraud" is mail in somebody else's name.
std::string_view kind_of(const KeptMessage& entry) {
  const bool in_anothers_name = std::ranges::any_of(entry.causes, [](const Cause& cause) {
    return cause.code.starts_with("dmarc-") || cause.code.starts_with("own-domain");
  });
  return in_anothers_name ? "fraud" : "other";
}

std::string machine_part(const KeptMessage& entry) {
  auto out = fmt::format("Feedback-Type: {}\r\nUser-Agent: Rampart/{}\r\nVersion: 1\r\n", kind_of(entry),
                         RAMPART_VERSION);
  out += fmt::format("Original-Mail-From: <{}>\r\n", plain(entry.mail_from));
  for (const auto& recipient : entry.recipients)
    out += fmt::format("Original-Rcpt-To: <{}>\r\n", plain(recipient));
  out += fmt::format("Arrival-Date: {}\r\n", mail::format_date(entry.received));
  if (!entry.client.empty()) out += fmt::format("Source-IP: {}\r\n", plain(entry.client));
  const auto domain = std::string_view(entry.author).substr(0, entry.author.find(','));
  if (!domain.empty()) out += fmt::format("Reported-Domain: {}\r\n", plain(domain));
  return out + "Incidents: 1\r\n";
}

std::string human_part(const KeptMessage& entry) {
  auto out = fmt::format(
      "This is a report of a message that was kept from its recipients.\n\nFrom: {}\nReceived: {}\n",
      base::printable(entry.from), base::format_time(entry.received));
  for (const auto& cause : entry.causes) out += fmt::format("Why: {}\n", base::printable(cause.text));
  return out + fmt::format("SHA-256 of the message as it came: {}\n", entry.content);
}

}  // namespace

Result<std::string> feedback_report(const KeptMessage& entry, std::string_view message,
                                    const FeedbackOrder& order) {
  const auto from = TRY(mail::parse_address(order.from));
  const auto to = order.to.empty() ? std::string() : TRY(mail::parse_address(order.to));
  if (message.find(order.boundary) != std::string_view::npos)
    return base::fail(base::ErrorKind::input, "the message holds the boundary of the report's parts");
  const auto part = [&](std::string_view head) {
    return fmt::format("--{}\r\n{}\r\n", order.boundary, head);
  };
  std::string out = fmt::format("From: <{}>\r\n", from);
  if (!to.empty()) out += fmt::format("To: <{}>\r\n", to);
  out +=
      fmt::format("Subject: Feedback report {}\r\nDate: {}\r\nMessage-ID: <{}@{}>\r\nMIME-Version: 1.0\r\n",
                  entry.id, mail::format_date(order.now), order.boundary, from.substr(from.rfind('@') + 1));
  out +=
      fmt::format("Content-Type: multipart/report; report-type=feedback-report;\r\n boundary=\"{}\"\r\n\r\n",
                  order.boundary);
  out += part("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n");
  out += mail::quoted_printable(human_part(entry)) + "\r\n";
  out += part("Content-Type: message/feedback-report\r\n") + machine_part(entry) + "\r\n";
  // RFC 2046 section 5.2.1: a message within is never encoded.
  out += part(fmt::format("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: {}\r\n",
                          base::is_ascii(message) ? "7bit" : "8bit"));
  out += message;
  return out + fmt::format("\r\n--{}--\r\n", order.boundary);
}

}  // namespace rampart::guard
