// Reports of receivers: uploaded, listed, and summed up.
#include <algorithm>
#include <set>

#include <boost/json/serialize.hpp>

#include "base/text.h"
#include "mail/mime.h"
#include "reports/archive/report_list.h"
#include "reports/archive/single_history.h"
#include "reports/archive/tls_history.h"
#include "reports/intake/importer.h"
#include "reports/show/show.h"
#include "reports/show/single.h"
#include "reports/show/tls.h"
#include "server/api/description.h"
#include "server/api/routes/report_scope.h"

namespace rampart::server::api {
namespace {

// All our own.
constexpr std::size_t kMaxTold = 100;          // of an upload: as ReportsRead has it
constexpr std::size_t kMaxDomains = 200;       // of a summary, most messages first
constexpr std::size_t kMostPassedOver = 5000;  // reports outside the scope, looking for a page
constexpr std::int64_t kFailureDays = 400;

// --- The list ---

void write_report(base::JsonWriter& json, const reports::ListedReport& report) {
  json.begin_object().member("id", fmt::format("{}-{}", to_string(report.kind), report.number));
  json.member("kind", to_string(report.kind)).member("domain", report.domain);
  json.member("reporter", base::printable(report.reporter));
  json.member("report_id", base::printable(report.report_id));
  const auto day = [&](std::string_view name, const std::optional<std::int64_t>& value) {
    json.key(name);
    value ? json.value(day_text(*value)) : json.null();
  };
  day("from", report.from);
  day("to", report.to);
  // What a mail proves is verified, and what somebody gave is given; the rest counts nowhere.
  const auto trust = report.trust == reports::Trust::imported     ? "given"
                     : reports::counts(report.trust)              ? "verified"
                     : report.trust == reports::Trust::unverified ? "unverified"
                                                                  : "contradicted";
  json.member("messages", report.messages).member("trust", trust);
  json.member("counts", reports::counts(report.trust));
  json.member("read", base::format_time(base::Time(std::chrono::seconds(report.received))));
  json.member("origin", base::printable(report.origin)).key("defects").begin_array().end_array().end_object();
}

Answer reports_list(Call& call) {
  TRY(open_archive(call));
  ReportScope scope(call);
  const auto from = TRY(call.page());
  reports::ReportFilter filter;
  if (const auto kind = call.maybe("kind")) filter.kind = reports::parse_report_kind(*kind);
  if (const auto domain = call.maybe("domain")) filter.domain = TRY(scope.require(*domain)).text();
  filter.reporter = base::lower(call.text("reporter"));
  if (const auto day = call.maybe("from")) filter.from = parse_day(*day);
  if (const auto day = call.maybe("to")) filter.to = parse_day(*day);
  filter.most = kMostOfPage + 1;
  if (from.after) {
    filter.behind = reports::ReportPlace::parse(*from.after);
    if (!filter.behind) return std::unexpected(invalid("after", "it is no cursor of this list"));
  }
  std::string items;
  std::size_t count = 0;
  std::size_t passed = 0;
  std::optional<std::string> next;
  for (bool more = true; more && !next;) {
    const auto some = TRY(reports::list_reports(call.database(), filter));
    more = some.size() == filter.most;
    for (const auto& report : some) {
      if (TRY(scope.covers(report.domain))) {
        if (count == from.limit) {
          next = call.cursor(filter.behind->text());
          break;
        }
        if (!items.empty()) items += ',';
        base::JsonWriter json(items);
        write_report(json, report);
        ++count;
      } else if (++passed == kMostPassedOver) {
        next = call.cursor(place_of(report).text());  // a page may be short: the next one goes on
        break;
      }
      filter.behind = place_of(report);
    }
  }
  return reply_json(page_json(items, next, std::nullopt));
}

// --- Uploads ---

// Of which domains a file's reports speak, before any of it is kept.
class Peek : public reports::Taker, public reports::Unpacker {
 public:
  explicit Peek(base::Worker& worker) : worker_(worker) {}
  [[nodiscard]] const std::set<std::string>& domains() const { return domains_; }

  base::Result<> take(reports::Report&& report, const reports::Origin&) override {
    return see(report.policy.domain);
  }
  base::Result<> take(reports::FailureReport&& report, const reports::Origin&) override {
    return see(report.reported_domain);
  }
  base::Result<> take(reports::TlsReport&& report, const reports::Origin&) override {
    for (const auto& policy : report.policies) TRY(see(policy.domain));
    return {};
  }
  void set_aside(const reports::Origin&, std::string_view) override {}
  base::Result<Parts> unpack(std::string_view mail) override {
    const auto reply = TRY(worker_.call(mail));
    if (!reply.fault.empty()) return Parts{.parts = {}, .fault = reply.fault};
    auto parts = mail::parse_parts(reply.bytes);
    if (!parts) return Parts{.parts = {}, .fault = "what came of it is not understood"};
    return Parts{.parts = *std::move(parts), .fault = {}};
  }

 private:
  base::Result<> see(const std::string& domain) {
    domains_.insert(domain);
    return {};
  }
  base::Worker& worker_;
  std::set<std::string> domains_;
};

// 422 when a report speaks of what is another's.
Got<void> check_scope(Call& call, base::Worker& worker, std::string_view bytes, const std::string& name,
                      bool exports) {
  if (call.who().scope.everything) return {};
  Peek peek(worker);
  reports::Texts texts;
  reports::Intake intake(texts, reports::UnpackLimits::of_stranger(), call.now(), peek, peek);
  if (exports) intake.expect_exports();
  reports::MemorySource source(bytes);
  TRY(intake.read(source, name));
  ReportScope scope(call);
  for (const auto& domain : peek.domains()) {
    if (!TRY(scope.covers(domain)))
      return std::unexpected(
          invalid("body", fmt::format("it has reports of {}, which is not yours", base::printable(domain)),
                  "upload those of your own domains"));
  }
  return {};
}

Got<base::Worker*> worker_of(Call& call, const AuditParts& audits) {
  return TRY(call.bench().keep<base::Worker>([&](store::Database&) {
    return audits.mime_worker ? audits.mime_worker() : base::Worker::start(&mail::unpack_mime, {});
  }));
}

Answer reports_upload(Call& call, const AuditParts& audits) {
  const auto bytes =
      call.operation().body_limit > kSpooledFrom ? TRY(call.upload().view()) : std::string_view(call.raw());
  if (bytes.empty()) return std::unexpected(invalid("body", "there is nothing in it"));
  const auto given = base::excerpt(call.text("name"), 255);
  const auto name = given.empty() ? std::string("an upload") : given;
  const bool exports = call.text("from") == "parsedmarc";
  auto* worker = TRY(worker_of(call, audits));
  TRY(check_scope(call, *worker, bytes, name, exports));
  auto archive = TRY(reports::Archive::open(call.database()));
  reports::Importer importer(archive, *worker, reports::Trust::imported, call.now(),
                             reports::UnpackLimits::of_stranger());
  if (exports) importer.expect_exports();
  reports::MemorySource source(bytes);
  TRY(importer.read(source, name));
  TRY(importer.flush());
  const auto& summary = importer.summary();
  call.told.object = name;
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().member("read", summary.reports + summary.failures + summary.tls_reports);
  json.member("duplicates", summary.duplicates).member("corrections", summary.replaced);
  json.member("unverified", 0).key("aside").begin_array();
  for (const auto& aside : std::span(summary.set_aside).first(std::min(summary.set_aside.size(), kMaxTold)))
    json.begin_object().member("origin", aside.origin).member("reason", aside.reason).end_object();
  json.end_array().key("reports").begin_array();
  for (const auto& report : TRY(reports::list_reports(call.database(), {.most = kMaxTold}))) {
    if (report.received >= call.now().time_since_epoch().count() && report.origin.starts_with(name))
      write_report(json, report);
  }
  json.end_array().end_object();
  return reply_json(std::move(out), 201);
}

// --- Sums ---

void write_sums(base::JsonWriter& json, const reports::DayTotal& total) {
  json.member("messages", total.messages()).member("dkim", total.dkim);
  json.member("spf_only", total.spf_only).member("fail", total.fail);
}

// The same members of what a slice has written, but for those left out.
void copy_members(base::JsonWriter& json, const boost::json::object& from,
                  std::initializer_list<std::string_view> left_out) {
  for (const auto& [name, value] : from) {
    if (std::ranges::find(left_out, std::string_view(name)) == left_out.end())
      json.key(name).raw(boost::json::serialize(value));
  }
}

Answer summary_of_one(Call& call, const std::string& text) {
  const auto name = TRY(ReportScope(call).require(text));
  const auto days = days_of(call);
  const auto history = TRY(reports::read_history(call.database(), name.text(), days.from, days.to));
  const auto written = reports::format_history_json({.domain = name.text(), .history = &history});
  const auto parsed = TRY(base::parse_json(written, "the summary"));
  reports::DayTotal total;
  for (const auto& day : history.days) {
    total.dkim += day.dkim;
    total.spf_only += day.spf_only;
    total.fail += day.fail;
  }
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  copy_members(json, parsed.get_object(),
               {"schema", "addresses", "days", "messages", "dkim", "spf_only", "fail", "estimated", "total"});
  json.key("total").begin_object();
  write_sums(json, total);
  json.end_object().key("days").begin_array();
  for (const auto& day : history.days) {
    json.begin_object().member("day", day_text(day.day));
    write_sums(json, day);
    json.member("estimated", day.estimated != 0).end_object();
  }
  json.end_array().key("domains").begin_array().end_array().end_object();
  return reply_json(std::move(out));
}

Answer reports_summary(Call& call) {
  TRY(open_archive(call));
  if (const auto domain = call.maybe("domain")) return summary_of_one(call, *domain);
  const auto days = days_of(call);
  ReportScope scope(call);
  std::string rows;
  std::size_t count = 0;
  reports::DayTotal total;
  std::uint64_t uncounted = 0;
  for (const auto& one : TRY(reports::read_domains(call.database(), days.from, days.to))) {
    if (!TRY(scope.covers(one.domain))) continue;
    total.dkim += one.total.dkim;
    total.spf_only += one.total.spf_only;
    total.fail += one.total.fail;
    uncounted += one.uncounted;
    if (count++ >= kMaxDomains) continue;
    if (!rows.empty()) rows += ',';
    base::JsonWriter json(rows);
    json.begin_object().member("domain", one.domain);
    write_sums(json, one.total);
    json.member("uncounted_messages", one.uncounted).member("last_day", day_text(one.last_day)).end_object();
  }
  std::string out;
  base::JsonWriter json(out);
  json.begin_object()
      .member("from", day_text(days.from))
      .member("to", day_text(days.to))
      .key("domain")
      .null();
  json.key("reports").null().key("uncounted_reports").null().member("uncounted_messages", uncounted);
  json.key("total").begin_object();
  write_sums(json, total);
  // Only of one domain: of many it would be read row by row.
  json.end_object().key("failed").null().key("reporters").begin_array().end_array();
  json.key("days").begin_array().end_array().key("domains").raw(fmt::format("[{}]", rows)).end_object();
  return reply_json(std::move(out));
}

Answer tls_of_one(Call& call, const std::string& text) {
  const auto name = TRY(ReportScope(call).require(text));
  const auto days = days_of(call);
  const auto history = TRY(reports::read_tls_history(call.database(), name.text(), days.from, days.to));
  const auto parsed = TRY(base::parse_json(reports::format_tls_json(name.text(), history), "the summary"));
  const auto& written = parsed.get_object();
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  copy_members(json, written, {"schema", "successful", "failed", "days"});
  json.key("total").begin_object();
  for (const auto* member : {"successful", "failed"})
    json.key(member).raw(boost::json::serialize(written.at(member)));
  json.end_object().key("days").begin_array();
  for (const auto& day : written.at("days").as_array()) {
    json.begin_object();
    copy_members(json, day.as_object(), {"failures"});
    json.end_object();
  }
  json.end_array().key("domains").begin_array().end_array().end_object();
  return reply_json(std::move(out));
}

Answer reports_tls(Call& call) {
  TRY(open_archive(call));
  if (const auto domain = call.maybe("domain")) return tls_of_one(call, *domain);
  const auto days = days_of(call);
  ReportScope scope(call);
  std::string rows;
  reports::TlsDomain total;
  for (const auto& one : TRY(reports::read_tls_domains(call.database(), days.from, days.to))) {
    if (!TRY(scope.covers(one.domain))) continue;
    total.reports += one.reports;
    total.successful += one.successful;
    total.failed += one.failed;
    if (!rows.empty()) rows += ',';
    base::JsonWriter json(rows);
    json.begin_object().member("domain", one.domain).member("reports", one.reports);
    json.member("successful", one.successful).member("failed", one.failed);
    json.member("last_day", day_text(one.last_day)).end_object();
  }
  std::string out;
  base::JsonWriter json(out);
  json.begin_object()
      .member("from", day_text(days.from))
      .member("to", day_text(days.to))
      .key("domain")
      .null();
  json.member("reports", total.reports).key("uncounted_reports").null();
  json.key("total").begin_object().member("successful", total.successful).member("failed", total.failed);
  json.end_object().key("reporters").begin_array().end_array().key("failures").begin_array().end_array();
  json.key("days").begin_array().end_array().key("domains").raw(fmt::format("[{}]", rows)).end_object();
  return reply_json(std::move(out));
}

// --- Single messages, and what was set aside: pages by their place, as the store has no other order of them ---

Got<std::size_t> place_of(const PageFrom& from) {
  if (!from.after) return 0;
  const auto place = base::parse_number(*from.after);
  if (!place || *place > kMostPassedOver)
    return std::unexpected(invalid("after", "it is no cursor of this list"));
  return static_cast<std::size_t>(*place);
}

// The items of an array that a slice has written, from a place on.
Answer page_of(Call& call, const PageFrom& from, std::size_t place, const boost::json::array& all) {
  std::string items;
  for (std::size_t i = place; i < std::min(all.size(), place + from.limit); ++i) {
    if (!items.empty()) items += ',';
    items += boost::json::serialize(all[i]);
  }
  std::optional<std::string> next;
  if (place + from.limit < all.size()) next = call.cursor(std::to_string(place + from.limit));
  return reply_json(page_json(items, next, std::nullopt));
}

Answer reports_failures(Call& call) {
  TRY(open_archive(call));
  ReportScope scope(call);
  const auto from = TRY(call.page());
  const auto place = TRY(place_of(from));
  const auto today = std::chrono::floor<std::chrono::days>(call.now()).time_since_epoch().count();
  std::optional<std::string> domain;
  if (const auto asked = call.maybe("domain")) domain = TRY(scope.require(*asked)).text();
  const auto most = call.who().scope.everything || domain ? place + from.limit + 1 : kMostPassedOver;
  auto history = TRY(reports::read_failures(call.database(), domain, today - kFailureDays, today + 1, most));
  std::vector<reports::StoredFailure> seen;
  for (auto& one : history.seen) {
    if (TRY(scope.covers(one.report.reported_domain))) seen.push_back(std::move(one));
  }
  history.seen = std::move(seen);
  const auto parsed = TRY(base::parse_json(reports::format_failures_json({}, history), "failures"));
  return page_of(call, from, place, parsed.get_object().at("failures").as_array());
}

Answer reports_aside(Call& call) {
  TRY(open_archive(call));
  const auto from = TRY(call.page());
  const auto place = TRY(place_of(from));
  const auto today = std::chrono::floor<std::chrono::days>(call.now()).time_since_epoch().count();
  const auto history =
      TRY(reports::read_aside(call.database(), today - kFailureDays, today + 1, place + from.limit + 1));
  boost::json::array all;
  for (const auto& note : history.seen)
    all.push_back({{"origin", base::printable(note.origin)},
                   {"reason", base::printable(note.reason)},
                   {"at", base::format_time(base::Time(std::chrono::seconds(note.at)))}});
  return page_of(call, from, place, all);
}

}  // namespace

void add_reports(Handlers& handlers, const Parts&, const AuditParts& audits) {
  handlers.add("reports_list", reports_list);
  handlers.add("reports_upload", [&audits](Call& call) { return reports_upload(call, audits); });
  handlers.add("reports_aside", reports_aside);
  handlers.add("reports_summary", reports_summary);
  handlers.add("reports_tls", reports_tls);
  handlers.add("reports_failures", reports_failures);
}

}  // namespace rampart::server::api
