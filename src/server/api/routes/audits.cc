// Audits as runs: started as jobs, listed with what came of them.
#include <algorithm>

#include "base/text.h"
#include "dns/domain.h"
#include "server/api/jobs.h"
#include "server/api/routes/domain_parts.h"
#include "server/audit/audit_runs.h"

namespace rampart::server::api {
namespace {

// What a job's own thread does.
base::Result<std::string> audit_job(JobRun& run, const AuditOrder& order) {
  auto runs = TRY(AuditRuns::open(run.database()));
  const auto of = order.domains.size();
  AuditHooks hooks{.progress = [&](std::size_t done) { run.progress(done, of); },
                   .stop = [&] { return run.cancelled(); },
                   .seen = [&](const audit::DomainReport& report) { return runs.add(run.id(), report); }};
  const auto done = run_audit(run.database(), order, hooks);
  TRY(runs.flush());
  if (!done) {
    if (run.cancelled()) return JobRun::stopped();
    return std::unexpected(done.error());
  }
  TRY(runs.finish(run.id(), done->summary));
  return fmt::format(R"({{"audited":{},"unknown":{}}})", done->audited, done->unknown);
}

struct Target {
  std::vector<audit::Entry> entries;
  std::string about;
};

Got<Target> named(Call& call, const boost::json::array& domains) {
  Target out;
  auto* roster = TRY(roster_of(call));
  std::size_t place = 0;
  for (const auto& value : domains) {
    const auto where = fmt::format("body.domains[{}]", place++);
    const auto name = dns::parse_domain(value.as_string());
    if (!name) return std::unexpected(invalid(where, name.error().what, name.error().hint));
    const auto listed = TRY(roster->find(*name));
    const auto owner = listed ? listed->entry.organisation : std::string();
    if (!call.who().scope.everything && (!listed || !call.who().scope.covers(owner)))
      return std::unexpected(not_found(fmt::format("there is no domain {} here", name->text())));
    out.entries.push_back(listed ? listed->entry : audit::Entry{.domain = *name});
  }
  out.about = out.entries.size() == 1 ? out.entries.front().domain.text()
                                      : fmt::format("{} domains", out.entries.size());
  return out;
}

Got<Target> target_of(Call& call) {
  const auto& body = call.body();
  if (const auto* domains = body.if_contains("domains")) return named(call, domains->as_array());
  audit::roster::Whose whose = whose_of(call.who().scope);
  std::string about = "all domains";
  if (const auto organisation = base::text_member(body, "organisation"); !organisation.empty()) {
    TRY(call.within(organisation, "organisation"));
    whose = {.organisations = {organisation}};
    about = TRY(organisation_names(call.bench()).name_of(call.bench(), organisation, call.now()));
  } else if (const auto* all = body.if_contains("all"); all == nullptr || !all->as_bool()) {
    return std::unexpected(
        invalid("body", "it is not said what to audit", "name domains, an organisation, or all"));
  }
  Target out{.entries = TRY(TRY(roster_of(call))->watched(whose)), .about = about};
  if (out.entries.empty()) return std::unexpected(invalid("body", "there is no domain to audit"));
  return out;
}

Answer audits_start(Call& call, const Parts& parts, const AuditParts& audits) {
  auto target = TRY(target_of(call));
  const auto* probe = call.body().if_contains("probe");
  call.told.object = target.about;
  return start_audit(call, parts, audits, std::move(target.entries), std::move(target.about),
                     probe != nullptr && probe->as_bool());
}

// --- Runs ---

// Whether the asker may know of the run: his own, or of organisations that are all his.
bool may_see(const Call& call, const Job& job) {
  const auto& who = call.who();
  if (who.scope.everything || job.account == who.account) return true;
  return !job.organisations.empty() &&
         std::ranges::all_of(job.organisations, [&](const auto& id) { return who.scope.covers(id); });
}

void write_run(base::JsonWriter& json, const Job& job, const AuditRuns::Run& run) {
  json.begin_object().member("id", job.id).member("about", job.about).member("probe", run.probe);
  json.member("by", job.by).member("state", to_string(job.state));
  json.key("progress").begin_object().member("done", job.done).key("of");
  job.of ? json.value(*job.of) : json.null();
  json.end_object().member("created", base::format_time(job.created));
  write_time(json, "ended", job.ended);
  json.key("summary");
  run.summary.empty() ? json.null() : json.raw(run.summary);
  json.end_object();
}

Got<AuditRuns*> runs_of(Call& call) {
  return TRY(
      call.bench().keep<AuditRuns>([](store::Database& database) { return AuditRuns::open(database); }));
}

Answer audits_list(Call& call, const Parts& parts) {
  const auto from = TRY(call.page());
  auto* runs = TRY(runs_of(call));
  std::string items;
  std::size_t count = 0;
  std::optional<std::string> next;
  auto before = from.after;
  // What the asker may not see is passed over.
  for (bool more = true; more && !next;) {
    const auto jobs =
        TRY(parts.jobs->list(call.database(), {.kind = "audit", .before = before, .most = kMostOfPage}));
    more = jobs.size() == kMostOfPage;
    for (const auto& job : jobs) {
      if (may_see(call, job)) {
        if (count == from.limit) {
          next = call.cursor(*before);
          break;
        }
        if (!items.empty()) items += ',';
        base::JsonWriter json(items);
        write_run(json, job, TRY(runs->find(job.id)));
        ++count;
      }
      before = Jobs::key_of(job);
    }
  }
  return reply_json(page_json(items, next, std::nullopt));
}

Answer audits_read(Call& call, const Parts& parts) {
  const auto job = TRY(parts.jobs->find(call.database(), call.text("id")));
  if (!job || job->kind != "audit" || !may_see(call, *job))
    return std::unexpected(not_found("there is no such audit here"));
  auto* runs = TRY(runs_of(call));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("run");
  write_run(json, *job, TRY(runs->find(job->id)));
  json.key("domains").begin_array();
  for (const auto& one : TRY(runs->domains(job->id))) {
    json.begin_object().member("domain", one.domain).member("status", one.status).member("grade", one.grade);
    write_nullable(json, "why", one.why);
    json.end_object();
  }
  json.end_array().key("refused").begin_array().end_array().end_object();
  return reply_json(std::move(out));
}

}  // namespace

Got<Reply> start_audit(Call& call, const Parts& parts, const AuditParts& audits,
                       std::vector<audit::Entry> entries, std::string about, bool probe) {
  NewJob wanted{.kind = "audit", .about = std::move(about), .of = entries.size(), .by = call.who()};
  auto& names = organisation_names(call.bench());
  for (auto& entry : entries) {
    if (std::ranges::find(wanted.organisations, entry.organisation) == wanted.organisations.end() &&
        !entry.organisation.empty() && !call.who().scope.everything)
      wanted.organisations.push_back(entry.organisation);
    entry.organisation = TRY(names.name_of(call.bench(), entry.organisation, call.now()));
  }
  auto order = std::make_shared<AuditOrder>();  // shared with the job, which runs when this has ended
  order->config = parts.config();
  order->domains = std::move(entries);
  order->probe = probe;
  order->open = audits.open;
  const auto job = TRY(parts.jobs->start(
      call.database(), std::move(wanted), [order](JobRun& run) { return audit_job(run, *order); },
      call.now()));
  TRY(TRY(runs_of(call))->begin(job.id, probe, call.now()));
  return accepted(job.id, job_json(job));
}

void add_audits(Handlers& handlers, const Parts& parts, const AuditParts& audits) {
  handlers.add("audits_start", [parts, &audits](Call& call) { return audits_start(call, parts, audits); });
  handlers.add("audits_list", [parts](Call& call) { return audits_list(call, parts); });
  handlers.add("audits_read", [parts](Call& call) { return audits_read(call, parts); });
}

}  // namespace rampart::server::api
