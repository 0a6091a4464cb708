// CSV exports.
#include "reports/parsedmarc/reader.h"

#include <algorithm>
#include <map>
#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "base/text.h"
#include "reports/clean.h"
#include "reports/parsedmarc/csv.h"
#include "reports/parsedmarc/export.h"
#include "reports/parsedmarc/failure.h"
#include "reports/tls/reader.h"

namespace rampart::reports {
namespace {

namespace json = boost::json;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kLooked = 8192;  // bytes of a file's first line

enum class Kind : std::uint8_t { none, aggregate, failure, tls };

// A kind of report by columns that it alone has.
Kind kind_of(const std::vector<std::string>& columns) {
  const auto has = [&](std::string_view name) { return std::ranges::find(columns, name) != columns.end(); };
  if (has("source_ip_address") && has("count") && has("header_from")) return Kind::aggregate;
  if (has("feedback_type") && has("reported_domain")) return Kind::failure;
  if (has("organization_name") && has("policy_domain") && has("failed_session_count")) return Kind::tls;
  return Kind::none;
}

// A row by the names of its columns.
class Cells {
 public:
  void name(std::vector<std::string> columns) {
    by_name_.clear();
    for (std::size_t i = 0; i < columns.size(); ++i) by_name_.emplace(std::move(columns[i]), i);
  }
  std::vector<std::string>& row() { return row_; }
  // Empty where there is none.
  [[nodiscard]] const std::string& operator[](std::string_view name) const {
    static const std::string kNone;
    const auto at = by_name_.find(name);
    return at == by_name_.end() || at->second >= row_.size() ? kNone : row_[at->second];
  }
  [[nodiscard]] bool has(std::string_view name) const { return by_name_.contains(name); }

 private:
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::vector<std::string> row_;
};

std::vector<std::string> listed(std::string_view text, char separator) {
  std::vector<std::string> out;
  if (text.empty()) return out;
  for (const auto part : base::split(text, separator)) {
    if (out.size() < kMaxExportList) out.emplace_back(base::trim(part));
  }
  return out;
}

std::string aligned(std::string_view text) {
  if (base::iequals(text, "true")) return "pass";
  return base::iequals(text, "false") ? "fail" : std::string(text);
}

// What an aggregate report's every row repeats.
ExportHead head_of(const Cells& cells) {
  ExportHead out{.version = cells["xml_schema"],
                 .organisation = cells["org_name"],
                 .email = cells["org_email"],
                 .contact = cells["org_extra_contact_info"],
                 .report_id = cells["report_id"],
                 .domain = cells["domain"],
                 .p = cells["p"],
                 .sp = cells["sp"],
                 .np = cells["np"],
                 .adkim = cells["adkim"],
                 .aspf = cells["aspf"],
                 .pct = cells["pct"],
                 .fo = cells["fo"],
                 .testing = cells["testing"],
                 .discovery_method = cells["discovery_method"]};
  out.errors = listed(cells["errors"], '|');
  if (out.errors.size() > kMaxErrors) out.errors.resize(kMaxErrors);
  return out;
}

std::vector<ExportRecord::Seen> seen_of(const Cells& cells, std::string_view domains, std::string_view more,
                                        std::string_view results) {
  const auto names = listed(cells[domains], ',');
  const auto marks = listed(cells[more], ',');
  const auto words = listed(cells[results], ',');
  std::vector<ExportRecord::Seen> out;
  for (std::size_t i = 0; i < std::max(names.size(), words.size()); ++i)
    out.push_back({i < names.size() ? names[i] : std::string(), i < marks.size() ? marks[i] : std::string(),
                   i < words.size() ? words[i] : std::string()});
  return out;
}

ExportRecord record_of(const Cells& cells) {
  ExportRecord out{.address = cells["source_ip_address"],
                   .count = cells["count"],
                   .disposition = cells["disposition"],
                   // By other names until version 4.
                   .dkim = aligned(cells[cells.has("dkim_aligned") ? "dkim_aligned" : "dkim_alignment"]),
                   .spf = aligned(cells[cells.has("spf_aligned") ? "spf_aligned" : "spf_alignment"]),
                   .header_from = cells["header_from"],
                   .envelope_from = cells["envelope_from"],
                   .envelope_to = cells["envelope_to"]};
  const auto types = listed(cells["policy_override_reasons"], ',');
  const auto comments = listed(cells["policy_override_comments"], '|');
  for (std::size_t i = 0; i < types.size(); ++i)
    out.reasons.emplace_back(types[i], i < comments.size() ? comments[i] : std::string());
  out.signatures = seen_of(cells, "dkim_domains", "dkim_selectors", "dkim_results");
  out.senders = seen_of(cells, "spf_domains", "spf_scopes", "spf_results");
  return out;
}

// Rows that follow each other are one report as long as their heads are the same, and their periods, unless it was cut into days.
class AggregateRows {
 public:
  AggregateRows(AggregateReader& reader, base::Time now, ExportSink& sink)
      : reader_(reader), now_(now), sink_(sink) {}

  base::Result<> add(const Cells& cells, std::uint64_t line) {
    auto head = head_of(cells);
    const auto begin = export_time(cells["begin_date"]);
    const auto end = export_time(cells["end_date"]);
    const bool cut = base::iequals(cells["normalized_timespan"], "true");
    if (report_ && (head != head_ || (!cut && (begin != begin_ || end != end_)))) TRY(finish());
    if (!report_) {
      head_ = std::move(head);
      report_.emplace(reader_, head_);
      begin_ = begin;
      end_ = end;
      where_ = fmt::format("line {}", line);
    }
    if (begin && begin_) begin_ = std::min(*begin_, *begin);
    if (end && end_) end_ = std::max(*end_, *end);
    report_->add(record_of(cells));
    return {};
  }
  base::Result<> finish() {
    if (!report_) return {};
    auto made = report_->finish(begin_, end_, now_);
    report_.reset();
    if (made) return sink_.take(*std::move(made), Fidelity::csv_export, where_);
    sink_.set_aside(where_, made.error().what);
    return {};
  }

 private:
  AggregateReader& reader_;
  base::Time now_;
  ExportSink& sink_;
  std::optional<ExportedReport> report_;
  ExportHead head_;
  std::optional<std::int64_t> begin_;
  std::optional<std::int64_t> end_;
  std::string where_;
};

std::optional<FailureReport> failure_of(const Cells& cells) {
  return made_of({.feedback_type = cells["feedback_type"],
                  .user_agent = cells["user_agent"],
                  .auth_failure = cells["auth_failure"],
                  .mechanisms = cells["authentication_mechanisms"],
                  .delivery_result = cells["delivery_result"],
                  .source_ip = cells["source_ip_address"],
                  .reported_domain = cells["reported_domain"],
                  .original_mail_from = cells["original_mail_from"],
                  .arrival_date = cells["arrival_date"],
                  .dkim_domain = cells["dkim_domain"],
                  .results = cells["authentication_results"],
                  .subject = cells["subject"],
                  .message_id = cells["message_id"]});
}

// A TLS report's rows: one of each policy with its counts, and behind it one of each failure, which names no policy.
class TlsRows {
 public:
  TlsRows(base::Time now, ExportSink& sink) : now_(now), sink_(sink) {}

  base::Result<> add(const Cells& cells, std::uint64_t line) {
    std::vector<std::string> key;
    for (const auto* name : {"organization_name", "report_id", "begin_date", "end_date"})
      key.push_back(cells[name]);
    if (key != key_) {
      TRY(finish());
      key_ = std::move(key);
      where_ = fmt::format("line {}", line);
      report_ = {
          {"organization-name", text(key_[0])},
          {"report-id", text(key_[1])},
          {"date-range", json::object{{"start-datetime", text(key_[2])}, {"end-datetime", text(key_[3])}}}};
    }
    if (++rows_ > kMaxExportTlsRows) return {};
    if (cells["result_type"].empty() || policies_.empty()) add_policy(cells);
    if (!cells["result_type"].empty()) add_failure(cells);
    return {};
  }
  base::Result<> finish() {
    if (rows_ == 0) return {};
    const bool whole = std::exchange(rows_, 0) <= kMaxExportTlsRows;
    report_["policies"] = std::exchange(policies_, {});
    key_.clear();
    auto made = read_tls(json::serialize(report_), {}, now_);
    if (whole && made) return sink_.take(*std::move(made), Fidelity::csv_export, where_);
    sink_.set_aside(where_,
                    whole ? made.error().what : fmt::format("it has more than {} rows", kMaxExportTlsRows));
    return {};
  }

 private:
  static json::string text(const std::string& cell) { return json::string(as_utf8(cell)); }
  static void put(json::object& to, std::string_view name, const std::string& cell) {
    if (cell.empty()) return;
    if (const auto number = base::parse_number(cell); number && name.ends_with("-count")) {
      to[name] = *number;
    } else {
      to[name] = text(cell);
    }
  }
  static void put_list(json::object& to, std::string_view name, const std::string& cell) {
    json::array list;
    for (const auto& one : listed(cell, '|')) list.emplace_back(text(one));
    if (!list.empty()) to[name] = std::move(list);
  }

  void add_policy(const Cells& cells) {
    json::object policy;
    put(policy, "policy-type", cells["policy_type"]);
    put(policy, "policy-domain", cells["policy_domain"]);
    put_list(policy, "policy-string", cells["policy_strings"]);
    put_list(policy, "mx-host", cells["mx_host_patterns"]);
    json::object summary;
    put(summary, "total-successful-session-count", cells["successful_session_count"]);
    if (cells["result_type"].empty())
      put(summary, "total-failure-session-count", cells["failed_session_count"]);
    policies_.emplace_back(json::object{{"policy", std::move(policy)}, {"summary", std::move(summary)}});
  }
  void add_failure(const Cells& cells) {
    json::object failure;
    put(failure, "result-type", cells["result_type"]);
    put(failure, "failed-session-count", cells["failed_session_count"]);
    put(failure, "sending-mta-ip", cells["sending_mta_ip"]);
    put(failure, "receiving-ip", cells["receiving_ip"]);
    put(failure, "receiving-mx-hostname", cells["receiving_mx_hostname"]);
    put(failure, "receiving-mx-helo", cells["receiving_mx_helo"]);
    put(failure, "additional-information", cells["additional_info_uri"]);
    put(failure, "failure-reason-code", cells["failure_reason_code"]);
    auto& policy = policies_.back().get_object();
    if (!policy.contains("failure-details")) policy["failure-details"] = json::array();
    policy["failure-details"].get_array().emplace_back(std::move(failure));
  }

  base::Time now_;
  ExportSink& sink_;
  std::vector<std::string> key_;
  std::size_t rows_ = 0;
  json::object report_;
  json::array policies_;
  std::string where_;
};

}  // namespace

bool is_export_csv(std::string_view begin) {
  if (begin.starts_with(kByteOrderMark)) begin.remove_prefix(kByteOrderMark.size());
  begin = begin.substr(0, kLooked);
  std::vector<std::string> columns;
  for (const auto column : base::split(begin.substr(0, begin.find('\n')), ','))
    columns.emplace_back(base::trim(column));
  return kind_of(columns) != Kind::none;
}

base::Result<> ExportReader::read_csv(Window& window, ExportSink& sink) {
  if (window.view().starts_with(kByteOrderMark)) window.drop(kByteOrderMark.size());
  CsvRows rows(window);
  Cells cells;
  auto kind = Kind::none;
  AggregateRows aggregate(aggregate_, now_, sink);
  TlsRows tls(now_, sink);
  for (;;) {
    const auto next = rows.next(cells.row());
    if (!next) {
      sink.set_aside({}, next.error().what);
      break;
    }
    if (!*next) break;
    const auto where = fmt::format("line {}", rows.line());
    if (rows.too_long()) {
      sink.set_aside(
          where, fmt::format("the row has more than {} KiB or {} fields", kMaxCsvRow >> 10U, kMaxCsvFields));
    } else if (const auto named = kind_of(cells.row());
               named != Kind::none) {  // a second header, where files were joined
      TRY(aggregate.finish());
      TRY(tls.finish());
      kind = named;
      cells.name(cells.row());
    } else if (kind == Kind::aggregate) {
      TRY(aggregate.add(cells, rows.line()));
    } else if (kind == Kind::tls) {
      TRY(tls.add(cells, rows.line()));
    } else if (auto failure = failure_of(cells)) {
      TRY(sink.take(*std::move(failure), Fidelity::csv_export, where));
    } else {
      sink.set_aside(where, "it says neither of which domain nor of which address");
    }
  }
  TRY(aggregate.finish());
  return tls.finish();
}

base::Result<> ExportReader::read(Window& window, ExportSink& sink) {
  if (is_export_csv(window.view())) return read_csv(window, sink);
  return read_json(window, sink);
}

}  // namespace rampart::reports
