#include "reports/parsedmarc/export.h"

#include <fmt/format.h>

#include "base/text.h"
#include "reports/tls/date.h"

namespace rampart::reports {
namespace {

constexpr std::size_t kFed = std::size_t{64} << 10U;  // bytes that are read at once

void element(std::string& xml, std::string_view name, std::string_view text) {
  if (!text.empty()) xml += fmt::format("<{0}>{1}</{0}>", name, base::escape_markup(text));
}

// parsedmarc's word for what the report did not say.
std::string_view said(std::string_view text) { return text == "none" ? std::string_view() : text; }

}  // namespace

std::optional<std::int64_t> export_time(std::string_view text) {
  const auto date = parse_tls_date(text);
  return date ? std::optional(date->seconds) : std::nullopt;
}

ExportedReport::ExportedReport(AggregateReader& reader, const ExportHead& head) : reader_(reader) {
  xml_ = "<feedback";
  if (!head.name_space.empty()) xml_ += fmt::format(" xmlns=\"{}\"", base::escape_markup(head.name_space));
  xml_ += '>';
  if (head.version != "draft") element(xml_, "version", head.version);  // its word for none
  xml_ += "<report_metadata>";
  element(xml_, "org_name", head.organisation);
  element(xml_, "email", head.email);
  element(xml_, "extra_contact_info", head.contact);
  element(xml_, "report_id", head.report_id);
  element(xml_, "generator", head.generator);
  for (const auto& error : head.errors) element(xml_, "error", error);
  xml_ += "</report_metadata><policy_published>";
  element(xml_, "domain", head.domain);
  element(xml_, "p", head.p);
  element(xml_, "sp", head.sp);
  element(xml_, "np", head.np);
  element(xml_, "adkim", head.adkim);
  element(xml_, "aspf", head.aspf);
  element(xml_, "pct", head.pct);
  element(xml_, "fo", head.fo);
  element(xml_, "testing", head.testing);
  element(xml_, "discovery_method", head.discovery_method);
  xml_ += "</policy_published>";
}

void ExportedReport::add(const ExportRecord& record) {
  xml_ += "<record><row>";
  element(xml_, "source_ip", record.address);
  element(xml_, "count", record.count);
  xml_ += "<policy_evaluated>";
  element(xml_, "disposition", record.disposition);
  element(xml_, "dkim", record.dkim);
  element(xml_, "spf", record.spf);
  for (const auto& [type, comment] : record.reasons) {
    if (said(type).empty() && said(comment).empty()) continue;
    xml_ += "<reason>";
    element(xml_, "type", said(type));
    element(xml_, "comment", said(comment));
    xml_ += "</reason>";
  }
  xml_ += "</policy_evaluated></row><identifiers>";
  element(xml_, "header_from", record.header_from);
  element(xml_, "envelope_from", record.envelope_from);
  element(xml_, "envelope_to", record.envelope_to);
  xml_ += "</identifiers><auth_results>";
  for (const auto& seen : record.signatures) {
    xml_ += "<dkim>";
    element(xml_, "domain", seen.domain);
    element(xml_, "selector", said(seen.more));
    element(xml_, "result", seen.result);
    xml_ += "</dkim>";
  }
  for (const auto& seen : record.senders) {
    xml_ += "<spf>";
    element(xml_, "domain", seen.domain);
    element(xml_, "scope", seen.more);
    element(xml_, "result", seen.result);
    xml_ += "</spf>";
  }
  xml_ += "</auth_results></record>";
  if (xml_.size() >= kFed) feed(false);
}

void ExportedReport::feed(bool last) {
  const auto used = reader_.read(xml_, last);
  xml_.erase(0, used);
}

base::Result<Report> ExportedReport::finish(std::optional<std::int64_t> begin,
                                            std::optional<std::int64_t> end, base::Time now) {
  xml_ += "<report_metadata><date_range>";
  if (begin) element(xml_, "begin", std::to_string(*begin));
  if (end) element(xml_, "end", std::to_string(*end));
  xml_ += "</date_range></report_metadata></feedback>";
  feed(true);
  return reader_.finish({}, now);
}

}  // namespace rampart::reports
