// The fix plan, its zone file, and what a change would do; nothing here changes DNS (publish.cc does).
#include "server/api/routes/domain_fix.h"

#include <algorithm>

#include "audit/ask_lane.h"
#include "audit/fix/format.h"
#include "audit/fix/work_out.h"
#include "audit/format/json.h"
#include "audit/state/drift.h"
#include "audit/state/json.h"
#include "audit/watch/observe.h"
#include "audit/zone_hints.h"
#include "base/text.h"
#include "facts/overlay.h"
#include "server/reports/advisers.h"

namespace rampart::server::api {
namespace {

namespace fix = audit::fix;

constexpr std::size_t kQuestionsFactor =
    10;  // how much more than an audit a plan may ask, as it makes many of them

// What the command line reads from a file has no place here.
base::Result<std::string> no_file(const std::string&) {
  return base::fail(base::ErrorKind::usage, "a key is given as SELECTOR:RECORD", "dkim");
}

struct Said {
  std::string report_to;
  std::string mta_sts_host;
  std::vector<std::string> dkim;
  std::vector<std::string> senders;
};

Got<fix::Owner> owner_of(const Said& said, const audit::Entry& entry) {
  fix::Owner out{.sends = entry.sends};
  if (!said.report_to.empty()) out.report_to = TRY(fix::parse_report_address(said.report_to));
  for (const auto& key : said.dkim) out.keys.push_back(TRY(fix::parse_key(key, no_file)));
  if (!said.senders.empty()) {
    if (out.sends == audit::Sends::no)
      return std::unexpected(invalid("sender", "the domain is said to send nothing"));
    out.senders = TRY(fix::parse_senders(base::join(said.senders, "\n"), "sender"));
  }
  if (!said.mta_sts_host.empty()) out.policy_host = TRY(fix::parse_policy_host(said.mta_sts_host));
  return out;
}

facts::DriveOptions drive_of(const base::Config& config) {
  facts::DriveOptions out;
  out.max_questions = kQuestionsFactor * static_cast<std::size_t>(config.integer("dns.questions_per_domain"));
  out.time_limit = std::chrono::ceil<std::chrono::seconds>(config.duration("dns.time_per_domain"));
  return out;
}

// What reports say; nothing where none speak of the domain.
base::Result<std::vector<fix::Forecast>> forecasts_of(store::Database& database, const base::Config& config,
                                                      FactSource& source, const dns::Name& domain,
                                                      fix::Owner& owner) {
  std::vector<fix::Forecast> out;
  if (owner.sends == audit::Sends::no || owner.parked) return out;  // there is nothing to wait for
  auto advisers = TRY(Advisers::open(database, config, &source));
  if (!TRY(advisers.has_reports(domain))) return out;
  auto advice = TRY(advisers.advise(domain, {}));
  if (advice.now && !advice.rollback.empty()) owner.advised = {advice.rollback, advice.next->record};
  for (auto& one : advice.forecasts)
    out.push_back({.step = std::move(one.step),
                   .known = one.known,
                   .senders = one.senders,
                   .failing = std::move(one.failing),
                   .why = std::move(one.why),
                   .covered = one.covered});
  return out;
}

struct Asked {
  FoundDomain found;
  audit::state::LoadedSnapshot audited;
  Planned planned;
};

Got<Asked> asked_plan(Call& call, const Parts& parts) {
  auto found = TRY(find_domain(call));
  auto audited = TRY(last_audit(call, found.name));
  const auto listed = TRY(TRY(roster_of(call))->find(found.name));
  auto owner = TRY(owner_of(call, listed ? listed->entry : audit::Entry{.domain = found.name}));
  auto planned = TRY(plan_of(call, parts, audited, std::move(owner)));
  return Asked{std::move(found), std::move(audited), std::move(planned)};
}

fix::FormatOptions format_of(const Asked& asked) {
  return {.version = RAMPART_VERSION,
          .source = {fmt::format("the audit of {}", base::format_time(asked.audited.snapshot.last))}};
}

Answer domains_plan(Call& call, const Parts& parts) {
  const auto asked = TRY(asked_plan(call, parts));
  return reply_json(fix::plan_json(asked.planned.plan, format_of(asked)));
}

Answer domains_plan_zone(Call& call, const Parts& parts) {
  const auto asked = TRY(asked_plan(call, parts));
  auto options = format_of(asked);
  if (const auto steps = call.number("steps"); steps > 0) options.steps = static_cast<std::size_t>(steps);
  return reply_text(call.text("format") == "nsupdate" ? fix::plan_nsupdate(asked.planned.plan, options)
                                                      : fix::plan_zone(asked.planned.plan, options));
}

// --- What if ---

// The changes as the zone file that --what-if takes.
Got<std::string> zone_of(const boost::json::object& body, std::uint32_t ttl = fix::kTtl) {
  auto out = base::text_member(body, "zone");
  if (!out.empty() && !out.ends_with('\n')) out += '\n';
  const auto* changes = body.if_contains("changes");
  if (changes == nullptr) return out;
  std::size_t place = 0;
  for (const auto& value : changes->as_array()) {
    const auto& change = value.as_object();
    const auto where = fmt::format("body.changes[{}]", place++);
    const auto name = dns::Name::try_parse(base::text_member(change, "name"));
    const auto type = dns::parse_rr_type(base::text_member(change, "type"));
    if (!name) return std::unexpected(invalid(where + ".name", "it is no name"));
    if (!type) return std::unexpected(invalid(where + ".type", "it is no type that Rampart knows"));
    const auto data = base::text_member(change, "data");
    if (data.find_first_of("\r\n") != std::string::npos || data.find('\0') != std::string::npos)
      return std::unexpected(invalid(where + ".data", "a record is one line"));
    if (const auto* said = change.if_contains("ttl"); said != nullptr && said->is_int64())
      ttl = static_cast<std::uint32_t>(std::clamp<std::int64_t>(said->as_int64(), 0, INT32_MAX));
    if (base::text_member(change, "action") == "remove") {
      out += fmt::format("; rampart: remove {}. {}\n", name->text(), to_string(*type));
    } else {
      out += fmt::format("{}. {} IN {} {}\n", name->text(), ttl, to_string(*type), data);
    }
  }
  return out;
}

void write_report(base::JsonWriter& json, std::string_view name, const audit::DomainReport& report) {
  json.key(name).begin_object().member("schema", audit::kSchema);
  audit::write_domain(json, report);
  json.end_object();
}

Answer domains_what_if(Call& call, const Parts& parts) {
  const auto found = TRY(find_domain(call));
  auto audited = TRY(last_audit(call, found.name));
  const auto text = TRY(zone_of(call.body()));
  if (base::trim(text).empty()) return std::unexpected(invalid("body", "it changes nothing"));
  auto edit = facts::ZoneEdit::parse(text, "the change", found.name);
  if (!edit) return std::unexpected(invalid("body.zone", edit.error().message(), edit.error().hint));
  BookSource source(std::move(audited));
  auto input = source.input(found.name);
  audit::add_proposed(input, *edit);
  const facts::ZoneOverlay overlay(*std::move(edit));
  auto drive = drive_of(*parts.config());
  drive.overlay = &overlay;
  drive.only_used = false;
  const auto after = TRY(audit::ask_lane<audit::DomainReport>(
      source.lanes().front(), drive, found.standing.domain,
      [input](facts::Facts& facts) { return audit::assess(input, facts); }));
  const auto& before = source.audited();
  const auto seen_before =
      audit::watch::observe(before.input, before.report, *before.book, audit::Severity::low);
  const auto seen_after = audit::watch::observe(input, after.decision, *after.book, audit::Severity::low);
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  write_report(json, "before", before.report);
  write_report(json, "after", after.decision);
  json.key("drift");
  audit::state::write_drift(json, found.name, audit::state::drift(seen_before, seen_after),
                            before.snapshot.last, call.now());
  json.end_object();
  return reply_json(std::move(out));
}

}  // namespace

Got<fix::Owner> owner_of(Call& call, const audit::Entry& said) {
  return owner_of(Said{.report_to = call.text("report_to"),
                       .mta_sts_host = call.text("mta_sts_host"),
                       .dkim = call.texts("dkim"),
                       .senders = call.texts("sender")},
                  said);
}

Got<fix::Owner> owner_of(const boost::json::object& answers, const audit::Entry& said) {
  const auto texts = [&](std::string_view name) {
    std::vector<std::string> out;
    if (const auto* values = answers.if_contains(name)) {
      for (const auto& value : values->as_array()) out.emplace_back(value.as_string());
    }
    return out;
  };
  return owner_of(Said{.report_to = base::text_member(answers, "report_to"),
                       .mta_sts_host = base::text_member(answers, "mta_sts_host"),
                       .dkim = texts("dkim"),
                       .senders = texts("senders")},
                  said);
}

base::Result<Planned> work_out_plan(
    store::Database& database, const base::Config& config, FactSource& source, const dns::Name& domain,
    const std::function<base::Result<audit::Input>(const dns::Name&)>& input_of, fix::Owner owner) {
  auto forecasts = TRY(forecasts_of(database, config, source, domain, owner));
  auto plan = TRY(fix::work_out(domain, owner, input_of, source.lanes().front(), drive_of(config)));
  fix::apply_forecasts(plan, forecasts);
  return Planned{std::move(plan), std::move(forecasts)};
}

Got<Planned> plan_of(Call& call, const Parts& parts, const audit::state::LoadedSnapshot& audited,
                     fix::Owner owner) {
  BookSource source(audited);
  return TRY(work_out_plan(
      call.database(), *parts.config(), source, audited.input.domain,
      [&source](const dns::Name& name) -> base::Result<audit::Input> { return source.input(name); },
      std::move(owner)));
}

void add_domain_fix(Handlers& handlers, const Parts& parts, const AuditParts&) {
  handlers.add("domains_plan", [parts](Call& call) { return domains_plan(call, parts); });
  handlers.add("domains_plan_zone", [parts](Call& call) { return domains_plan_zone(call, parts); });
  handlers.add("domains_what_if", [parts](Call& call) { return domains_what_if(call, parts); });
}

}  // namespace rampart::server::api
