#include "reports/show/single.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "reports/archive/days.h"
#include "reports/show/show.h"

namespace rampart::reports {
namespace {

constexpr std::string_view kIndent = "              ";

std::string when(std::int64_t seconds) {
  return base::format_time(base::Time(std::chrono::seconds(seconds)));
}

// What is said, each behind its name, with commas between.
class Said {
 public:
  Said& add(std::string_view name, std::string_view text) {
    if (!text.empty())
      out_ += fmt::format("{}{}{}{}", out_.empty() ? "" : ", ", name, name.empty() ? "" : " ",
                          base::printable(text));
    return *this;
  }
  [[nodiscard]] const std::string& text() const { return out_; }

 private:
  std::string out_;
};

void add_line(std::string& out, const Said& said) {
  if (!said.text().empty()) out += fmt::format("{}{}\n", kIndent, said.text());
}

void add_failure(std::string& out, const StoredFailure& one) {
  const auto& report = one.report;
  Said what;
  what.add("", report.auth_failure.empty() ? "(what failed is not said)" : report.auth_failure);
  what.add("alignment of", report.identity_alignment).add("became", report.delivery_result);
  if (report.incidents > 1) what.add("", plural(report.incidents, "message", "messages"));
  out += fmt::format(
      "  {}  {} from {}: {}\n", day_text(one.received / kDay), base::printable(report.reported_domain),
      report.source_ip.empty() ? "an address not said" : base::printable(report.source_ip), what.text());
  add_line(out, Said()
                    .add("From", report.from_domain)
                    .add("envelope sender", report.original_mail_from)
                    .add("DKIM", report.dkim_domain)
                    .add("selector", report.dkim_selector));
  add_line(out, Said()
                    .add("subject", report.subject)
                    .add("Message-ID", report.message_id)
                    .add("arrived", report.arrival_date));
  add_line(out, Said().add("", to_string(one.trust)).add("told by", report.user_agent).add("in", one.origin));
}

}  // namespace

std::string format_failures(std::string_view domain, const FailureHistory& history) {
  auto out = fmt::format("{}{}ingle messages that failed, as told in reports that were read {} to {}\n  {}\n",
                         base::printable(domain), domain.empty() ? "S" : "  s", day_text(history.from),
                         day_text(history.to), plural(history.reports, "report", "reports"));
  if (!history.seen.empty()) out += '\n';
  for (const auto& one : history.seen) add_failure(out, one);
  if (history.seen.size() < history.reports)
    out += fmt::format("  and {} more: --all, or --format csv\n",
                       grouped(history.reports - history.seen.size()));
  return out;
}

std::string format_failures_json(std::string_view domain, const FailureHistory& history) {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.reports-failures/1").key("domain");
  if (domain.empty()) {
    json.null();
  } else {
    json.value(domain);
  }
  json.member("from", day_text(history.from)).member("to", day_text(history.to));
  json.key("failures").begin_array();
  for (const auto& one : history.seen) {
    const auto& report = one.report;
    json.begin_object().member("domain", report.reported_domain).member("read", when(one.received));
    json.member("trust", to_string(one.trust)).member("file", one.origin);
    json.member("source_ip", report.source_ip).member("auth_failure", report.auth_failure);
    json.member("identity_alignment", report.identity_alignment);
    json.member("delivery_result", report.delivery_result).member("incidents", report.incidents);
    json.member("from_domain", report.from_domain).member("original_mail_from", report.original_mail_from);
    json.member("dkim_domain", report.dkim_domain).member("dkim_selector", report.dkim_selector);
    json.member("spf_dns", report.spf_dns).member("results", report.results);
    json.member("subject", report.subject).member("message_id", report.message_id);
    json.member("arrival_date", report.arrival_date).member("user_agent", report.user_agent);
    json.member("feedback_type", report.feedback_type).member("plain", report.plain).end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

std::string format_failures_csv(const FailureHistory& history) {
  std::string out =
      "read,domain,trust,source_ip,auth_failure,identity_alignment,delivery_result,incidents,from_domain,"
      "original_mail_from,dkim_domain,dkim_selector,subject,message_id,arrival_date,user_agent,file\r\n";
  for (const auto& one : history.seen) {
    const auto& report = one.report;
    out += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n", when(one.received),
                       csv_cell(report.reported_domain), to_string(one.trust), csv_cell(report.source_ip),
                       csv_cell(report.auth_failure), csv_cell(report.identity_alignment),
                       csv_cell(report.delivery_result), report.incidents, csv_cell(report.from_domain),
                       csv_cell(report.original_mail_from), csv_cell(report.dkim_domain),
                       csv_cell(report.dkim_selector), csv_cell(report.subject), csv_cell(report.message_id),
                       csv_cell(report.arrival_date), csv_cell(report.user_agent), csv_cell(one.origin));
  }
  return out;
}

std::string format_aside(const AsideHistory& history) {
  auto out = fmt::format("Set aside {} to {}, since it could not be read: {}\n", day_text(history.from),
                         day_text(history.to), plural(history.notes, "file or part", "files or parts"));
  if (!history.seen.empty()) out += '\n';
  for (const auto& note : history.seen)
    out += fmt::format("  {}  {}\n{}{}\n", day_text(note.at / kDay), base::printable(note.origin), kIndent,
                       base::printable(note.reason));
  if (history.seen.size() < history.notes)
    out +=
        fmt::format("  and {} more: --all, or --format json\n", grouped(history.notes - history.seen.size()));
  return out;
}

std::string format_aside_json(const AsideHistory& history) {
  std::string out;
  base::JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.reports-aside/1");
  json.member("from", day_text(history.from)).member("to", day_text(history.to));
  json.key("set_aside").begin_array();
  for (const auto& note : history.seen)
    json.begin_object()
        .member("file", note.origin)
        .member("reason", note.reason)
        .member("at", when(note.at))
        .end_object();
  json.end_array().end_object();
  return out + "\n";
}

}  // namespace rampart::reports
