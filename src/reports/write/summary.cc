#include "reports/write/summary.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"

namespace rampart::reports {
namespace {

std::uint64_t count(const WriteSummary& summary, MailState state) {
  const auto at = static_cast<std::size_t>(state);
  return at < summary.mails.size() ? summary.mails[at] : 0;
}

std::string day_of(std::int64_t seconds) {
  return base::format_time(base::Time(std::chrono::seconds(seconds))).substr(0, 10);
}

std::string plural(std::uint64_t number, std::string_view word) {
  return fmt::format("{} {}{}", number, word, number == 1 ? "" : "s");
}

// ", 3 to be sent" for what there is of it.
void add_count(std::string& out, std::uint64_t number, std::string_view words) {
  if (number == 0) return;
  if (!out.empty()) out += ", ";
  out += fmt::format("{} {}", number, words);
}

std::string line_of(const QueuedMail& mail) {
  switch (mail.state) {
    case MailState::ready:
      if (mail.attempts == 0) return fmt::format("{}: to be sent", mail.recipient);
      return fmt::format("{}: tried {}, again from {}: {}", mail.recipient,
                         mail.attempts == 1 ? "once" : fmt::format("{} times", mail.attempts),
                         base::format_time(mail.next_try), mail.why);
    case MailState::given_up:
    case MailState::refused:
    case MailState::unsure:
    case MailState::sending:
    case MailState::sent:
      break;
  }
  return fmt::format("{}: {}: {}", mail.recipient, to_string(mail.state), mail.why);
}

void append_pending(const WriteSummary& summary, std::string& out) {
  for (const auto& [report, mails] : summary.pending) {
    out += fmt::format("{} {}\n", report.cover.domain, day_of(report.cover.begin));
    for (const auto& mail : mails) out += fmt::format("  {}\n", base::printable(line_of(mail)));
    for (const auto& one : report.not_sent)
      out += fmt::format("  {}: {}: {}\n", base::printable(one.uri),
                         one.later ? "unknown, to be looked up again" : "not sent", base::printable(one.why));
    if (report.looked_up == base::Time() && report.next_lookup)
      out += "  who may get it is not looked up yet\n";
  }
}

}  // namespace

bool waits(const WriteSummary& summary) {
  if (!summary.trouble.empty() || summary.failures.waiting != 0) return true;
  return std::ranges::any_of(summary.pending, [](const Outbox::Line& line) {
    return line.report.next_lookup || std::ranges::any_of(line.mails, [](const QueuedMail& mail) {
             return mail.state == MailState::ready && mail.attempts > 0;
           });
  });
}

bool failed(const WriteSummary& summary) {
  const auto& failures = summary.failures;
  if (failures.unsure + failures.refused + failures.given_up != 0) return true;
  return !summary.left.empty() || std::ranges::any_of(summary.pending, [](const Outbox::Line& line) {
    return std::ranges::any_of(line.mails,
                               [](const QueuedMail& mail) { return mail.state != MailState::ready; });
  });
}

std::string format_summary(const WriteSummary& summary) {
  std::string out;
  std::string reports;
  add_count(reports, summary.written, "written");
  add_count(reports, summary.replaced, "replaced");
  add_count(reports, summary.same, "written before");
  add_count(reports, summary.left.size(), "left out");
  if (summary.messages > 0) {
    out += fmt::format("{}: {}\n", plural(summary.messages, "message"),
                       reports.empty() ? "no report" : "reports " + reports);
    std::string passed;
    add_count(passed, summary.unasked, "of domains that ask for no reports");
    add_count(passed, summary.unfinished, "of a day that has not ended");
    add_count(passed, summary.other_days, "of other days");
    if (!passed.empty()) out += fmt::format("  not told of: {}\n", passed);
  }
  for (const auto& one : summary.left)
    out += fmt::format("  {} {}: left out: {}\n", one.domain, day_of(one.begin), base::printable(one.why));
  std::string mails;
  add_count(mails, summary.sent, "sent now");
  add_count(mails, count(summary, MailState::ready), "to be sent");
  add_count(mails, count(summary, MailState::unsure), "perhaps sent");
  add_count(mails, count(summary, MailState::refused), "refused");
  add_count(mails, count(summary, MailState::given_up), "given up");
  if (!mails.empty()) out += fmt::format("mails: {}\n", mails);
  append_pending(summary, out);
  const auto& failures = summary.failures;
  std::string told;
  add_count(told, failures.sent, "sent now");
  add_count(told, failures.waiting, "to be sent");
  add_count(told, failures.unsure, "perhaps sent");
  add_count(told, failures.refused, "refused");
  add_count(told, failures.given_up, "given up");
  if (!told.empty()) out += fmt::format("failure reports: {}\n", told);
  for (const auto& line : failures.lines) out += fmt::format("  {}\n", line);
  return out.empty() ? "nothing to do\n" : out;
}

std::string format_summary_json(const WriteSummary& summary) {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object()
      .member("schema", "rampart.reports-write/1")
      .member("messages", summary.messages)
      .member("other_days", summary.other_days);
  json.member("unfinished", summary.unfinished).member("unasked", summary.unasked);
  json.member("written", summary.written).member("same", summary.same).member("replaced", summary.replaced);
  json.key("left").begin_array();
  for (const auto& one : summary.left)
    json.begin_object()
        .member("domain", one.domain)
        .member("day", day_of(one.begin))
        .member("why", one.why)
        .end_object();
  json.end_array().member("sent", summary.sent).key("mails").begin_object();
  for (std::size_t i = 0; i < summary.mails.size(); ++i) {
    auto name = std::string(to_string(static_cast<MailState>(i)));
    std::ranges::replace(name, ' ', '_');
    json.member(name, summary.mails[i]);
  }
  json.end_object().key("pending").begin_array();
  for (const auto& [report, mails] : summary.pending) {
    const auto& cover = report.cover;
    json.begin_object().member("domain", cover.domain).member("day", day_of(cover.begin));
    json.member("report_id", cover.report_id).member("file", report.file);
    json.key("mails").begin_array();
    for (const auto& mail : mails) {
      json.begin_object().member("to", mail.recipient).member("state", to_string(mail.state));
      json.member("attempts", mail.attempts).member("why", mail.why);
      if (mail.state == MailState::ready) json.member("next_try", base::format_time(mail.next_try));
      json.end_object();
    }
    json.end_array().key("not_sent").begin_array();
    for (const auto& one : report.not_sent)
      json.begin_object()
          .member("uri", one.uri)
          .member("why", one.why)
          .member("later", one.later)
          .end_object();
    json.end_array();
    if (report.next_lookup) json.member("next_lookup", base::format_time(*report.next_lookup));
    json.end_object();
  }
  json.end_array();
  const auto& failures = summary.failures;
  json.key("failure_reports")
      .begin_object()
      .member("sent", failures.sent)
      .member("waiting", failures.waiting);
  json.member("unsure", failures.unsure).member("refused", failures.refused);
  json.member("given_up", failures.given_up).member_array("lines", failures.lines).end_object();
  json.member("trouble", summary.trouble).end_object();
  return out + "\n";
}

}  // namespace rampart::reports
