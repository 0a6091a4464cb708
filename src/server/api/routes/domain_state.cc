// What the last audits found out of a domain: the report, its facts, its history, and risks that were accepted.
#include <algorithm>
#include <map>

#include "audit/catalogue.h"
#include "audit/fix/plan.h"
#include "audit/format/json.h"
#include "audit/state/drift.h"
#include "audit/state/json.h"
#include "audit/state/risks.h"
#include "audit/watch/observe.h"
#include "auth/dkim/rotation.h"
#include "base/text.h"
#include "server/api/routes/domain_fix.h"
#include "server/setup/key_store.h"

namespace rampart::server::api {
namespace {

constexpr std::size_t kMaxStates = 400;        // our own; store.snapshots keeps fewer
constexpr std::size_t kMaxRecordShown = 4096;  // bytes of a record, or of a page; our own

// --- Report and facts ---

Answer domains_report(Call& call) {
  const auto found = TRY(find_domain(call));
  const auto audited = TRY(audit_at(call, found.name));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().member("schema", audit::kSchema);
  audit::write_domain(json, audited.report);
  json.end_object();
  return reply_json(std::move(out));
}

// As a zone file has it; what no zone file has, in hexadecimal (RFC 3597 section 5).
std::string shown(const facts::Answer& answer, const facts::Record& record) {
  const auto data = answer.data(record);
  switch (answer.type()) {
    case dns::RrType::a:
    case dns::RrType::aaaa:
      if (const auto address = base::IpAddress::from_bytes(data)) return address->text();
      break;
    case dns::RrType::ns:
    case dns::RrType::cname:
    case dns::RrType::ptr:
      return answer.target(record).text() + ".";
    case dns::RrType::mx:
      return fmt::format("{} {}.", record.preference, answer.target(record).text());
    case dns::RrType::txt:
      return base::excerpt(fmt::format("\"{}\"", data), kMaxRecordShown);
    default:
      break;
  }
  return fmt::format("\\# {} {}", data.size(), base::hex(data));
}

struct FactLine {
  std::string name;
  std::string_view type;
  std::string_view status;  // "present", "absent", "unknown"
  std::string why;
  std::optional<std::uint32_t> ttl;
  std::vector<std::string> records;
  std::string server;
};

FactLine line_of(const facts::AnswerPtr& answer) {
  FactLine out{.name = answer->name().text(),
               .type = to_string(answer->type()),
               .status = answer->present()  ? "present"
                         : answer->absent() ? "absent"
                                            : "unknown",
               .server = std::string(answer->server())};
  if (answer->present()) {
    out.ttl = answer->ttl();
    for (const auto& record : answer->records()) out.records.push_back(shown(*answer, record));
  } else if (answer->absent()) {
    out.why = answer->presence() == facts::Presence::no_name ? "NXDOMAIN" : "NODATA";
  } else {
    out.why = answer->detail().empty()
                  ? std::string(facts::describe(answer->why()))
                  : fmt::format("{}: {}", facts::describe(answer->why()), answer->detail());
  }
  return out;
}

FactLine line_of(const facts::HttpAnswerPtr& answer) {
  FactLine out{.name = fmt::format("https://{}{}", answer->question.host.text(), answer->question.path),
               .type = "HTTPS",
               .status = answer->presence == facts::Presence::present ? "present" : "unknown",
               .server = answer->server};
  if (answer->presence == facts::Presence::present) {
    out.records = {fmt::format("{} {}", answer->status, base::printable(answer->content_type)),
                   base::excerpt(answer->body, kMaxRecordShown)};
  } else {
    out.why = fmt::format("{}: {}", facts::describe(answer->why), answer->detail);
  }
  return out;
}

FactLine line_of(const facts::SmtpAnswerPtr& answer) {
  FactLine out{.name = answer->question.host.text(),
               .type = "SMTP",
               .status = answer->presence == facts::Presence::present ? "present" : "unknown",
               .server = answer->server};
  if (answer->presence == facts::Presence::present) {
    out.records = {answer->starttls ? fmt::format("STARTTLS {}", answer->tls_version) : "no STARTTLS"};
    if (!answer->tls_error.empty()) out.records.push_back(answer->tls_error);
  } else {
    out.why = fmt::format("{}: {}", facts::describe(answer->why), answer->detail);
  }
  return out;
}

Answer domains_facts(Call& call) {
  const auto found = TRY(find_domain(call));
  const auto audited = TRY(audit_at(call, found.name));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().member("domain", found.standing.domain);
  json.member("at", base::format_time(audited.snapshot.last)).key("facts").begin_array();
  for (const auto& fact : audited.book->sorted()) {
    const auto line = std::visit([](const auto& answer) { return line_of(answer); }, fact);
    json.begin_object().member("name", line.name).member("type", line.type).member("status", line.status);
    json.member("why", base::printable(line.why)).key("ttl");
    line.ttl ? json.value(*line.ttl) : json.null();
    json.key("records").begin_array();
    for (const auto& record : line.records) json.value(record);
    json.end_array().member("server", line.server).end_object();
  }
  json.end_array().end_object();
  return reply_json(std::move(out));
}

// --- History ---

Answer domains_history(Call& call) {
  const auto found = TRY(find_domain(call));
  auto* state = TRY(state_of(call));
  const auto history = TRY(state->history(found.name));
  if (!history)
    return std::unexpected(not_found(fmt::format("{} has not been audited yet", found.standing.domain)));
  std::string out;
  base::JsonWriter json(out);
  audit::state::write_history(json, {.history = *history,
                                     .states = TRY(state->snapshots(found.name, kMaxStates)),
                                     .findings = TRY(state->findings(found.name)),
                                     .keys = TRY(state->keys(found.name))});
  return reply_json(std::move(out));
}

audit::watch::Observation seen(const audit::state::LoadedSnapshot& one) {
  return audit::watch::observe(one.input, one.report, *one.book, audit::Severity::low);
}

Answer domains_drift(Call& call) {
  const auto found = TRY(find_domain(call));
  auto* state = TRY(state_of(call));
  const auto states = TRY(state->snapshots(found.name, kMaxStates));
  if (states.empty())
    return std::unexpected(not_found(fmt::format("{} has not been audited yet", found.standing.domain)));
  std::optional<audit::state::Snapshot> before;
  if (const auto since = call.time("since")) {
    before = TRY(state->snapshot_at(found.name, *since));
    if (!before) before = states.back();
  } else if (states.size() > 1) {
    before = states[1];
  }
  const auto now = TRY(state->load(states.front()));
  const auto then = before ? TRY(state->load(*before)) : now;
  std::string out;
  base::JsonWriter json(out);
  audit::state::write_drift(json, found.name, audit::state::drift(seen(then), seen(now)), then.snapshot.first,
                            now.snapshot.last);
  return reply_json(std::move(out));
}

// --- Findings ---

void write_risk(base::JsonWriter& json, const audit::state::Risk& risk) {
  json.begin_object().member("number", risk.number).key("domain");
  risk.domain ? json.value(risk.domain->text()) : json.null();
  json.member("code", risk.code).member("reason", risk.reason).member("who", risk.who);
  json.member("accepted", base::format_time(risk.accepted));
  write_time(json, "until", risk.until);
  json.end_object();
}

Answer domains_findings(Call& call, const Parts& parts) {
  const auto found = TRY(find_domain(call));
  const auto audited = TRY(last_audit(call, found.name));
  const auto spans = TRY(TRY(state_of(call))->findings(found.name));
  const auto risks = TRY(audit::state::risks(call.database()));
  const auto plan = plan_of(call, parts, audited, {});
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("items").begin_array();
  for (const auto& finding : audited.report.findings) {
    if (finding.status == audit::FindingStatus::absent) continue;
    json.begin_object().key("finding");
    audit::write_finding(json, finding);
    const auto span =
        std::ranges::find_if(spans, [&](const auto& one) { return one.code == finding.code && !one.gone; });
    write_time(json, "since", span == spans.end() ? std::nullopt : std::optional(span->since));
    json.key("steps").begin_array();
    if (plan) {
      for (const auto& step : plan->plan.steps) {
        if (std::ranges::find(step.closes.findings, finding.code) != step.closes.findings.end())
          json.value(step.words->id);
      }
    }
    json.end_array().key("accepted");
    const auto risk = std::ranges::find_if(risks, [&](const auto& one) {
      return finding.accepted && one.covers(found.name, finding.code, call.now());
    });
    if (risk == risks.end()) {
      json.null();
    } else {
      write_risk(json, *risk);
    }
    json.end_object();
  }
  json.end_array().key("mended").begin_array();
  for (const auto& span : spans) {
    if (span.gone) audit::state::write_span(json, span);
  }
  json.end_array().end_object();
  return reply_json(std::move(out));
}

// The keys that this Rampart signs with, by their selectors; none where it has no key folder.
std::map<std::string, std::string_view> own_keys(const base::Config& config, const dns::Name& domain) {
  std::map<std::string, std::string_view> out;
  const auto folder = open_old_key_folder(config);
  if (!folder) return out;
  const auto text = folder->read_list(domain.text());
  if (!text || !*text) return out;
  const auto list = dkim::parse_keys(**text, folder->list_path(domain.text()));
  if (!list) return out;
  for (const auto& key : list->keys) {
    switch (key.phase) {
      case dkim::KeyPhase::made:
      case dkim::KeyPhase::published:
        out[key.selector] = "next";
        break;
      case dkim::KeyPhase::signing:
        out[key.selector] = "active";
        break;
      case dkim::KeyPhase::leaving:
        out[key.selector] = "retiring";
        break;
      case dkim::KeyPhase::retired:
        out[key.selector] = "revoked";
        break;
    }
  }
  return out;
}

Answer domains_keys(Call& call, const Parts& parts) {
  const auto found = TRY(find_domain(call));
  const auto audited = TRY(last_audit(call, found.name));
  const auto known = TRY(TRY(state_of(call))->keys(found.name));
  const auto config = parts.config();
  const auto most = std::chrono::floor<std::chrono::seconds>(config->duration("audit.key_max_age"));
  const auto own = own_keys(*config, found.name);
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("items").begin_array();
  for (const auto& key : audited.report.dkim_keys) {
    const auto seen = std::ranges::find_if(known, [&](const auto& one) {
      return one.selector == key.selector && one.fingerprint == key.fingerprint;
    });
    const auto first = seen == known.end() ? std::nullopt : std::optional(seen->first_seen);
    json.begin_object().member("selector", key.selector).member("record", key.record_name);
    json.member("algorithm", key.algorithm).member("bits", key.bits).member("revoked", key.revoked);
    write_nullable(json, "fingerprint", key.fingerprint);
    write_time(json, "first_seen", first);
    json.key("age_days");
    if (first) {
      json.value(std::chrono::floor<std::chrono::days>(std::max(call.now() - *first, std::chrono::seconds(0)))
                     .count());
    } else {
      json.null();
    }
    write_time(json, "due",
               first && most.count() > 0 && !key.revoked ? std::optional(*first + most) : std::nullopt);
    const auto ours = own.find(key.selector);
    write_nullable(json, "ours", ours == own.end() ? std::string_view() : ours->second);
    json.end_object();
  }
  json.end_array().member("selectors_tried", audited.report.selectors_tried);
  json.member("proven_absent", audited.report.dkim_proven_absent).end_object();
  return reply_json(std::move(out));
}

// --- Risks ---

// The row of the list goes by what is accepted now.
Got<void> judge_again(Call& call, const dns::Name& name) {
  const auto audited = last_audit(call, name);
  if (audited) TRY(TRY(roster_of(call))->judge_again(audited->report));
  return {};
}

Answer risks_accept(Call& call) {
  const auto found = TRY(find_domain(call));
  const auto& body = call.body();
  audit::state::Risk risk{.domain = found.name,
                          .code = base::text_member(body, "code"),
                          .reason = std::string(base::trim(base::text_member(body, "reason"))),
                          .who = call.who().name,
                          .accepted = call.now()};
  if (audit::find_entry(risk.code) == nullptr) {
    const auto meant = audit::nearest_code(risk.code);
    return std::unexpected(invalid("body.code", "no finding has this code",
                                   meant.empty() ? "" : fmt::format("did you mean {}?", meant)));
  }
  if (risk.reason.empty()) return std::unexpected(invalid("body.reason", "a risk is accepted for a reason"));
  if (const auto until = base::text_member(body, "until"); !until.empty()) {
    risk.until = base::parse_time(until);
    if (!risk.until || *risk.until <= call.now())
      return std::unexpected(invalid("body.until", "it lies in the past, or is no time"));
  }
  risk.number = TRY(audit::state::add_risk(call.database(), risk));
  TRY(judge_again(call, found.name));
  call.told.object = found.standing.domain;
  call.told.organisation = found.standing.organisation;
  std::string details;
  base::JsonWriter told(details);
  told.begin_object().member("code", risk.code).member("reason", risk.reason).end_object();
  call.told.details = details;
  std::string out;
  base::JsonWriter json(out);
  write_risk(json, risk);
  return created(fmt::format("/api/v1/domains/{}/risks/{}", found.standing.domain, risk.code),
                 std::move(out));
}

Answer risks_withdraw(Call& call) {
  const auto found = TRY(find_domain(call));
  const auto code = call.text("code");
  for (const auto& risk : TRY(audit::state::risks(call.database()))) {
    if (risk.code != code || risk.domain != found.name) continue;
    TRY(audit::state::withdraw_risk(call.database(), risk.number, call.now()));
    TRY(judge_again(call, found.name));
    call.told.object = found.standing.domain;
    call.told.organisation = found.standing.organisation;
    return no_content();
  }
  return std::unexpected(not_found(fmt::format("no risk of {} is accepted here", base::printable(code))));
}

}  // namespace

void add_domain_state(Handlers& handlers, const Parts& parts, const AuditParts&) {
  handlers.add("domains_report", domains_report);
  handlers.add("domains_facts", domains_facts);
  handlers.add("domains_history", domains_history);
  handlers.add("domains_drift", domains_drift);
  handlers.add("domains_findings", [parts](Call& call) { return domains_findings(call, parts); });
  handlers.add("domains_keys", [parts](Call& call) { return domains_keys(call, parts); });
  handlers.add("risks_accept", risks_accept);
  handlers.add("risks_withdraw", risks_withdraw);
}

}  // namespace rampart::server::api
