// JSON exports.
#include "base/json.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "base/text.h"
#include "reports/clean.h"
#include "reports/parsedmarc/export.h"
#include "reports/parsedmarc/failure.h"
#include "reports/parsedmarc/items.h"
#include "reports/parsedmarc/reader.h"
#include "reports/tls/reader.h"

namespace rampart::reports {
namespace {

namespace json = boost::json;

const json::object& object_of(const json::object& in, std::string_view name) {
  static const json::object kNone;
  const auto* value = in.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : kNone;
}

const json::array& list_of(const json::object& in, std::string_view name) {
  static const json::array kNone;
  const auto* value = in.if_contains(name);
  return value != nullptr && value->is_array() ? value->get_array() : kNone;
}

std::string text_of(const json::value& value) {
  if (value.is_string()) return std::string(std::string_view(value.get_string()));
  if (value.is_int64()) return std::to_string(value.get_int64());
  if (value.is_uint64()) return std::to_string(value.get_uint64());
  if (value.is_bool()) return value.get_bool() ? "true" : "false";
  return {};
}

// As text, whatever form it has; empty where there is none.
std::string text_of(const json::object& in, std::string_view name) {
  const auto* value = in.if_contains(name);
  return value == nullptr ? std::string() : text_of(*value);
}

std::string joined(const json::object& in, std::string_view name) {
  const auto& list = list_of(in, name);
  if (list.empty()) return text_of(in, name);
  std::vector<std::string> out;
  for (const auto& value : list) {
    if (out.size() < kMaxExportList) out.push_back(text_of(value));
  }
  return base::join(out, ", ");
}

// The objects of a list, at most kMaxExportList.
template <class F>
void each(const json::array& list, F function) {
  for (std::size_t i = 0; i < std::min(list.size(), kMaxExportList); ++i) {
    if (list[i].is_object()) function(list[i].get_object());
  }
}

ExportHead head_of(const json::object& report) {
  const auto& metadata = object_of(report, "report_metadata");
  const auto& policy = object_of(report, "policy_published");
  ExportHead out{.version = text_of(report, "xml_schema"),
                 .name_space = text_of(report, "xml_namespace").substr(0, kMaxValue),
                 .organisation = text_of(metadata, "org_name"),
                 .email = text_of(metadata, "org_email"),
                 .contact = text_of(metadata, "org_extra_contact_info"),
                 .report_id = text_of(metadata, "report_id"),
                 .generator = text_of(metadata, "generator")};
  for (const auto& error : list_of(metadata, "errors")) {
    if (out.errors.size() < kMaxErrors) out.errors.push_back(text_of(error));
  }
  out.domain = text_of(policy, "domain");
  out.p = text_of(policy, "p");
  out.sp = text_of(policy, "sp");
  out.np = text_of(policy, "np");
  out.adkim = text_of(policy, "adkim");
  out.aspf = text_of(policy, "aspf");
  out.pct = text_of(policy, "pct");
  out.fo = text_of(policy, "fo");
  out.testing = text_of(policy, policy.contains("testing") ? "testing" : "t");
  out.discovery_method = text_of(policy, "discovery_method");
  return out;
}

ExportRecord record_of(const json::object& record) {
  const auto& evaluated = object_of(record, "policy_evaluated");
  const auto& identifiers = object_of(record, "identifiers");
  const auto& results = object_of(record, "auth_results");
  ExportRecord out{.address = text_of(object_of(record, "source"), "ip_address"),
                   .count = text_of(record, "count"),
                   .disposition = text_of(evaluated, "disposition"),
                   .dkim = text_of(evaluated, "dkim"),
                   .spf = text_of(evaluated, "spf"),
                   .header_from = text_of(identifiers, "header_from"),
                   .envelope_from = text_of(identifiers, "envelope_from"),
                   .envelope_to = text_of(identifiers, "envelope_to")};
  each(list_of(evaluated, "policy_override_reasons"), [&](const json::object& reason) {
    out.reasons.emplace_back(text_of(reason, "type"), text_of(reason, "comment"));
  });
  each(list_of(results, "dkim"), [&](const json::object& seen) {
    out.signatures.push_back({text_of(seen, "domain"), text_of(seen, "selector"), text_of(seen, "result")});
  });
  each(list_of(results, "spf"), [&](const json::object& seen) {
    out.senders.push_back({text_of(seen, "domain"), text_of(seen, "scope"), text_of(seen, "result")});
  });
  return out;
}

// Widens a period by an interval; `whole` ends where one is missing.
struct Intervals {
  std::optional<std::int64_t> begin;
  std::optional<std::int64_t> end;
  bool whole = true;

  void add(const json::object& record) {
    const auto from = export_time(text_of(record, "interval_begin"));
    const auto to = export_time(text_of(record, "interval_end"));
    whole = whole && from && to;
    if (!whole) return;
    begin = std::min(begin.value_or(*from), *from);
    end = std::max(end.value_or(*to), *to);
  }
};

base::Result<Report> aggregate_of(const json::object& report, AggregateReader& reader, base::Time now) {
  ExportedReport out(reader, head_of(report));
  Intervals intervals;
  for (const auto& record : list_of(report, "records")) {
    if (!record.is_object()) continue;
    out.add(record_of(record.get_object()));
    intervals.add(record.get_object());
  }
  const auto& metadata = object_of(report, "report_metadata");
  // The intervals are in UTC, in every version that has them.
  if (intervals.whole && intervals.begin) return out.finish(intervals.begin, intervals.end, now);
  return out.finish(export_time(text_of(metadata, "begin_date")), export_time(text_of(metadata, "end_date")),
                    now);
}

std::optional<FailureReport> failure_of(const json::object& report) {
  const auto& parsed = object_of(report, "parsed_sample");
  return made_of({.feedback_type = text_of(report, "feedback_type"),
                  .user_agent = text_of(report, "user_agent"),
                  .auth_failure = joined(report, "auth_failure"),
                  .mechanisms = joined(report, "authentication_mechanisms"),
                  .delivery_result = text_of(report, "delivery_result"),
                  .source_ip = text_of(object_of(report, "source"), "ip_address"),
                  .reported_domain = text_of(report, "reported_domain"),
                  .original_mail_from = text_of(report, "original_mail_from"),
                  .arrival_date = text_of(report, "arrival_date"),
                  .dkim_domain = text_of(report, "dkim_domain"),
                  .results = text_of(report, "authentication_results"),
                  .subject = text_of(parsed, "subject"),
                  .message_id = text_of(report, "message_id"),
                  .sample = text_of(report, "sample"),
                  .headers_only = text_of(report, "sample_headers_only") == "true"});
}

void move_member(const json::object& from, std::string_view name, json::object& to, std::string_view as) {
  if (const auto* value = from.if_contains(name); value != nullptr && !value->is_null()) to[as] = *value;
}

// The JSON of RFC 8460 section 4.4 that it was made of.
json::object rfc8460_of(const json::object& report) {
  json::object out;
  move_member(report, "organization_name", out, "organization-name");
  move_member(report, "contact_info", out, "contact-info");
  move_member(report, "report_id", out, "report-id");
  json::object range;
  move_member(report, "begin_date", range, "start-datetime");
  move_member(report, "end_date", range, "end-datetime");
  if (!range.empty()) out["date-range"] = std::move(range);
  json::array policies;
  for (const auto& one : list_of(report, "policies")) {
    if (!one.is_object()) continue;
    const auto& from = one.get_object();
    json::object policy;
    move_member(from, "policy_type", policy, "policy-type");
    move_member(from, "policy_domain", policy, "policy-domain");
    move_member(from, "policy_strings", policy, "policy-string");
    move_member(from, "mx_host_patterns", policy, "mx-host");
    json::object summary;
    move_member(from, "successful_session_count", summary, "total-successful-session-count");
    move_member(from, "failed_session_count", summary, "total-failure-session-count");
    json::array failures;
    for (const auto& each : list_of(from, "failure_details")) {
      if (!each.is_object()) continue;
      const auto& detail = each.get_object();
      json::object failure;
      move_member(detail, "result_type", failure, "result-type");
      move_member(detail, "failed_session_count", failure, "failed-session-count");
      move_member(detail, "sending_mta_ip", failure, "sending-mta-ip");
      move_member(detail, "receiving_ip", failure, "receiving-ip");
      move_member(detail, "ip_address", failure, "receiving-ip");
      move_member(detail, "receiving_mx_hostname", failure, "receiving-mx-hostname");
      move_member(detail, "receiving_mx_helo", failure, "receiving-mx-helo");
      move_member(detail, "additional_info_uri", failure, "additional-information");
      move_member(detail, "failure_reason_code", failure, "failure-reason-code");
      failures.emplace_back(std::move(failure));
    }
    json::object entry{{"policy", std::move(policy)}, {"summary", std::move(summary)}};
    if (!failures.empty()) entry["failure-details"] = std::move(failures);
    policies.emplace_back(std::move(entry));
  }
  out["policies"] = std::move(policies);
  return out;
}

base::Result<> read_item(const json::object& item, AggregateReader& reader, base::Time now, ExportSink& sink,
                         const std::string& where) {
  // Its webhooks and queues put one more object around a report.
  const auto& report = item.contains("report_type") ? object_of(item, "report") : item;
  if (report.contains("records") || report.contains("report_metadata")) {
    auto made = aggregate_of(report, reader, now);
    if (made) return sink.take(*std::move(made), Fidelity::json_export, where);
    sink.set_aside(where, made.error().what);
  } else if (report.contains("policies")) {
    auto made = read_tls(json::serialize(rfc8460_of(report)), {}, now);
    if (made) return sink.take(*std::move(made), Fidelity::json_export, where);
    sink.set_aside(where, made.error().what);
  } else if (report.contains("reported_domain") || report.contains("feedback_type")) {
    auto made = failure_of(report);
    if (made) return sink.take(*std::move(made), Fidelity::json_export, where);
    sink.set_aside(where,
                   "it says neither of which domain nor of which address, or reports no authentication");
  } else {
    sink.set_aside(where, "it is no report: it has neither records nor policies nor a reported domain");
  }
  return {};
}

}  // namespace

base::Result<> ExportReader::read_json(Window& window, ExportSink& sink) {
  JsonItems items(window);
  for (;;) {
    const auto next = items.next();
    if (!next) {
      sink.set_aside({}, next.error().what);
      return {};
    }
    if (!*next) break;
    const auto where = fmt::format("report {}", items.number());
    if (items.cut()) {
      sink.set_aside(where, "it ends in the middle");
    } else if (items.too_large()) {
      sink.set_aside(where, fmt::format("it is larger than {} MiB: import it from the CSV export",
                                        kMaxExportItem >> 20U));
    } else {
      const auto text = base::is_utf8(items.text()) ? items.text() : as_utf8(items.text());
      const auto value = base::parse_json(text, where, {.max_bytes = 3 * kMaxExportItem});
      if (!value) {
        sink.set_aside(where, fmt::format("it is not well-formed: {}", value.error().message()));
      } else {
        TRY(read_item(value->get_object(), aggregate_, now_, sink, where));
      }
    }
  }
  if (items.stray()) sink.set_aside({}, "something that is no report stands between the reports");
  return {};
}

bool is_export_json(std::string_view begin) {
  for (const auto* name : {"\"xml_schema\"", "\"report_metadata\"", "\"policy_published\"",
                           "\"aggregate_reports\"", "\"organization_name\"", "\"parsed_sample\""}) {
    if (begin.find(name) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace rampart::reports
