// Publishing steps of the fix plan, and taking them back: jobs that change DNS at the server that the configuration names.
#include "audit/fix/publish.h"

#include <algorithm>
#include <filesystem>

#include "audit/fix/apply.h"
#include "audit/fix/rollback.h"
#include "audit/fix/visible.h"
#include "audit/fix/work_out.h"
#include "base/file.h"
#include "base/text.h"
#include "net/tsig_key.h"
#include "server/api/jobs.h"
#include "server/api/routes/domain_fix.h"
#include "server/audit/audit_input.h"

namespace rampart::server::api {
namespace {

namespace fix = audit::fix;
using base::ErrorKind;

constexpr std::uint16_t kDnsPort = 53;
constexpr std::size_t kMaxRollbacks = 200;  // that are shown of a domain: the newest; our own

struct Server {
  base::Endpoint at;
  net::TsigKey key;
  net::TcpOptions tcp;
  [[nodiscard]] fix::Primary primary() const { return fix::primary_of(at, key, tcp); }
};

// 501 where none is set up.
Got<void> check_server(const base::Config& config) {
  if (config.text("fix.server").empty() || config.text("fix.key_file").empty())
    return std::unexpected(
        not_set_up("no server is set up that takes updates of zones", "set fix.server and fix.key_file"));
  return {};
}

base::Result<Server> server_of(const base::Config& config, std::function<bool()> stop) {
  const auto at = base::parse_endpoint(config.text("fix.server"), kDnsPort);
  if (!at) return base::fail(ErrorKind::config, "it is no address", "fix.server", "write 192.0.2.53:53");
  net::TcpOptions tcp;
  tcp.timeout = config.duration("fix.timeout");
  tcp.stop = std::move(stop);
  return Server{*at, TRY(net::load_tsig_key(config.text("fix.key_file"))), std::move(tcp)};
}

// --- Files of the way back: DOMAIN-20261126T091500Z.json ---

std::string id_of(const dns::Name& domain, base::Time now, std::size_t number) {
  std::string time;
  for (const char c : base::format_time(now)) {
    if (base::is_alnum(c)) time += c;
  }
  return fmt::format("{}-{}{}", domain.text(), time, number == 0 ? "" : fmt::format("-{}", number));
}

std::string path_of(const std::string& folder, std::string_view id) {
  return fmt::format("{}/{}.json", folder, id);
}

// An id that no file has yet.
base::Result<std::string> new_id(const std::string& folder, const dns::Name& domain, base::Time now) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return base::fail(ErrorKind::io, fmt::format("cannot be made: {}", error.message()), folder);
  for (std::size_t number = 0;; ++number) {
    auto id = id_of(domain, now, number);
    if (!std::filesystem::exists(path_of(folder, id), error)) return std::move(id);
  }
}

base::Result<fix::Rollback> read_rollback(const std::string& folder, const std::string& id) {
  const auto path = path_of(folder, id);
  return fix::parse_rollback(TRY(base::read_file(path, fix::kMaxRollback)), path);
}

// --- JSON ---

void write_changes(base::JsonWriter& json, std::string_view name, const std::vector<fix::Update>& updates) {
  json.key(name).begin_array();
  for (const auto& set : fix::published_sets(updates)) {
    const fix::Step step{.sets = {set}};
    for (const auto& change : fix::changes(step)) {
      json.begin_object().member("action", to_string(change.remedy.action));
      json.member("name", change.remedy.name.text() + ".").member("type", to_string(change.remedy.type));
      json.member("ttl", change.remedy.ttl).member("data", change.remedy.data);
      write_nullable(json, "before", change.before);
      json.end_object();
    }
  }
  json.end_array();
}

void write_standing(base::JsonWriter& json, std::string_view name, const audit::DomainReport* report) {
  json.key(name);
  if (report == nullptr) {
    json.null();
    return;
  }
  json.begin_object().member("status", to_string(report->status)).member("grade", report->grade);
  json.key("weaknesses").begin_array();
  for (const auto weakness : report->weaknesses) json.value(to_string(weakness));
  json.end_array().end_object();
}

// --- Waiting ---

std::vector<fix::NameServer> wait(const Server& server, const std::vector<fix::Update>& updates,
                                  FactSource& source, const base::Config& config) {
  facts::DriveOptions drive;
  drive.max_questions = static_cast<std::size_t>(config.integer("dns.questions_per_domain"));
  drive.time_limit = std::chrono::ceil<std::chrono::seconds>(config.duration("dns.time_per_domain"));
  const auto addresses = fix::addresses_through(source.lanes().front(), drive);
  const fix::VisibleOptions options{.server = server.at,
                                    .allow_private = config.boolean("probe.allow_private"),
                                    .wait = config.duration("fix.wait"),
                                    .tcp = server.tcp};
  std::vector<dns::Name> zones;
  for (const auto& update : updates) {
    if (std::ranges::find(zones, update.zone) == zones.end()) zones.push_back(update.zone);
  }
  std::vector<fix::NameServer> out;
  for (const auto& zone : zones) {
    std::vector<fix::Update> own;
    std::ranges::copy_if(updates, std::back_inserter(own),
                         [&](const auto& update) { return update.zone == zone; });
    auto found = fix::name_servers(server.primary(), zone, addresses, options);
    if (!found) {
      out.push_back({.name = zone, .why = found.error().message()});
      continue;
    }
    fix::wait_until_visible(*found, own, options);
    out.insert(out.end(), found->begin(), found->end());
  }
  return out;
}

void write_visible(base::JsonWriter& json, const std::vector<fix::NameServer>& servers) {
  json.key("visible").begin_array();
  for (const auto& one : servers)
    json.begin_object()
        .member("server", one.at ? fmt::format("{} {}", one.name.text(), one.at->text()) : one.name.text())
        .member("shows", one.visible)
        .member("why", one.why)
        .end_object();
  json.end_array();
}

// The error of an update that failed, with what was made before it.
base::Error end_error(const fix::PublishEnd& end, const std::string& id) {
  auto error = *end.stopped;
  if (end.done != 0 || end.uncertain) {
    error.hint = fmt::format("{} changes were made{}; undo {} takes them back", end.done,
                             end.uncertain ? ", and perhaps one more" : "", id);
  }
  return error;
}

// --- Publish ---

struct Publication {
  std::shared_ptr<const base::Config> config;  // shared with whoever reads settings meanwhile
  OpenSource open;
  std::string folder;
  dns::Name domain;
  audit::Entry said;
  fix::Owner owner;
  std::vector<std::pair<std::string, std::string>> steps;  // StepWords::id and the subject
  std::string risk;                                        // why it is accepted; empty: it is not
  base::Time now{};
};

// What is not asked for is held back.
void keep_only(std::vector<fix::Decision>& decisions, const Publication& wanted) {
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    const auto* step = decisions[i].step;
    const bool asked = std::ranges::any_of(wanted.steps, [&](const auto& one) {
      return one.first == step->words->id && one.second == step->subject.text();
    });
    if (!asked && decisions[i].allowed()) fix::hold_back(decisions, i, "it was not asked for");
  }
}

class Publish {
 public:
  Publish(JobRun& run, const Publication& wanted) : run_(run), wanted_(wanted), config_(*wanted.config) {}

  base::Result<std::string> publish() {
    const auto stop = [this] { return run_.cancelled(); };
    const auto server = TRY(server_of(config_, stop));
    const auto source = TRY(wanted_.open(config_, 1, stop));
    TRY(source->prepare(wanted_.domain));
    const auto planned = TRY(work_out_plan(
        run_.database(), config_, *source, wanted_.domain,
        [&](const dns::Name& name) { return input(name, *source); }, wanted_.owner));
    if (run_.cancelled()) return JobRun::stopped();
    auto decisions = fix::decide(planned.plan, wanted_.owner, permission(planned));
    keep_only(decisions, wanted_);
    auto updates = TRY(fix::prepare(server.primary(), wanted_.domain, decisions));
    if (updates.empty()) return finished(planned.plan, decisions, {}, {}, nullptr, {});
    const bool risky = std::ranges::any_of(decisions, &fix::Decision::by_risk);
    fix::Rollback rollback{
        .domain = wanted_.domain,
        .server = server.at,
        .time = wanted_.now,
        .risk = risky ? std::optional(fix::AcceptedRisk{wanted_.risk, wanted_.now}) : std::nullopt,
        .updates = std::move(updates)};
    const auto id = TRY(new_id(wanted_.folder, wanted_.domain, wanted_.now));
    TRY(send(server, rollback, id));
    run_.progress(rollback.updates.size(), rollback.updates.size() + 1);
    const auto servers = wait(server, rollback.updates, *source, config_);
    const auto after = audit_again(rollback.updates);
    return finished(planned.plan, decisions, rollback.updates, servers, after ? &*after : nullptr, id);
  }

 private:
  base::Result<audit::Input> input(const dns::Name& name, const FactSource& source) {
    return input_of(name == wanted_.domain ? wanted_.said : audit::Entry{.domain = name}, source,
                    selectors_of(config_), config_);
  }

  fix::Permission permission(const Planned& planned) {
    for (const auto& forecast : planned.forecasts) {
      if (forecast.covered) readiness_.steps.push_back(forecast.step);
    }
    return {.readiness = &readiness_, .risk_accepted = !wanted_.risk.empty()};
  }

  base::Result<> send(const Server& server, fix::Rollback& rollback, const std::string& id) {
    const auto path = path_of(wanted_.folder, id);
    const auto save = [&] { return base::write_file(path, fix::rollback_json(rollback, RAMPART_VERSION)); };
    TRY(save());  // first: the way back is there before anything is changed
    std::size_t made = 0;
    const auto end = fix::publish(server.primary(), rollback, [&](const fix::Update&) -> base::Result<> {
      run_.progress(++made, rollback.updates.size() + 1);
      return save();
    });
    if (!end.stopped) return {};
    if (end.done == 0 && !end.uncertain) {
      std::error_code ignored;
      std::filesystem::remove(path, ignored);
    }
    return std::unexpected(end_error(end, id));
  }

  // Of servers that answer with what was published. What cannot be looked at any more is no fault of it.
  std::optional<audit::DomainReport> audit_again(const std::vector<fix::Update>& updates) {
    const auto source = wanted_.open(config_, 1, [this] { return run_.cancelled(); });
    if (!source || !(*source)->prepare(wanted_.domain)) return std::nullopt;
    facts::DriveOptions drive;
    drive.max_questions = static_cast<std::size_t>(config_.integer("dns.questions_per_domain"));
    drive.time_limit = std::chrono::ceil<std::chrono::seconds>(config_.duration("dns.time_per_domain"));
    auto report = fix::audit_published(
        wanted_.domain, fix::published_sets(updates),
        [&](const dns::Name& name) { return input(name, **source); }, (*source)->lanes().front(), drive);
    return report ? std::optional(*std::move(report)) : std::nullopt;
  }

  static base::Result<std::string> finished(const fix::Plan& plan,
                                            const std::vector<fix::Decision>& decisions,
                                            const std::vector<fix::Update>& updates,
                                            const std::vector<fix::NameServer>& servers,
                                            const audit::DomainReport* after, const std::string& id) {
    std::string out;
    base::JsonWriter json(out);
    json.begin_object();
    write_changes(json, "changed", updates);
    json.key("held_back").begin_array();
    for (const auto& decision : decisions) {
      if (!decision.allowed())
        json.begin_object()
            .member("step", decision.step->words->id)
            .member("why", decision.held)
            .end_object();
    }
    json.end_array();
    write_visible(json, servers);
    write_standing(json, "before", &plan.before);
    write_standing(json, "after", after);
    write_nullable(json, "rollback", id);
    json.end_object();
    return out;
  }

  JobRun& run_;
  const Publication& wanted_;
  const base::Config& config_;
  fix::Readiness readiness_;
};

NewJob job_of(Call& call, std::string kind, const FoundDomain& found) {
  NewJob out{.kind = std::move(kind), .about = found.standing.domain, .by = call.who()};
  if (!found.standing.organisation.empty()) out.organisations = {found.standing.organisation};
  return out;
}

Answer domains_publish(Call& call, const Parts& parts, const AuditParts& audits) {
  const auto found = TRY(find_domain(call));
  const auto config = parts.config();
  TRY(check_server(*config));
  const auto& body = call.body();
  const auto listed = TRY(TRY(roster_of(call))->find(found.name));
  auto wanted = std::make_shared<Publication>();  // shared with the job
  wanted->config = config;
  wanted->open = audits.open;
  wanted->folder = audits.rollback_folder;
  wanted->domain = found.name;
  wanted->said = listed ? listed->entry : audit::Entry{.domain = found.name};
  const auto* answers = body.if_contains("answers");
  wanted->owner =
      TRY(owner_of(answers == nullptr ? boost::json::object() : answers->as_object(), wanted->said));
  for (const auto& step : body.at("steps").as_array())
    wanted->steps.emplace_back(base::text_member(step.as_object(), "step"),
                               base::lower(base::text_member(step.as_object(), "subject")));
  wanted->risk = base::trim(base::text_member(body, "accept_risk"));
  wanted->now = call.now();
  call.told.object = found.standing.domain;
  call.told.organisation = found.standing.organisation;
  std::string details;
  base::JsonWriter told(details);
  told.begin_object().key("steps").begin_array();
  for (const auto& [step, subject] : wanted->steps) told.value(fmt::format("{} {}", step, subject));
  told.end_array().member("accept_risk", wanted->risk).end_object();
  call.told.details = details;
  const auto job = TRY(parts.jobs->start(
      call.database(), job_of(call, "publish", found),
      [wanted](JobRun& run) { return Publish(run, *wanted).publish(); }, call.now()));
  return accepted(job.id, job_json(job));
}

// --- The way back ---

Answer domains_rollbacks(Call& call, const AuditParts& audits) {
  const auto found = TRY(find_domain(call));
  std::vector<std::string> ids;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(audits.rollback_folder, error)) {
    const auto name = file.path().filename().string();
    if (name.starts_with(found.standing.domain + "-") && name.ends_with(".json"))
      ids.push_back(name.substr(0, name.size() - std::string_view(".json").size()));
  }
  std::ranges::sort(ids, std::greater<>());
  if (ids.size() > kMaxRollbacks) ids.resize(kMaxRollbacks);
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("items").begin_array();
  for (const auto& id : ids) {
    const auto rollback = read_rollback(audits.rollback_folder, id);
    if (!rollback || rollback->domain != found.name) continue;
    json.begin_object().member("id", id).member("at", base::format_time(rollback->time));
    json.member("server", rollback->server.text());
    write_changes(json, "changes", rollback->updates);
    write_nullable(json, "accepted_risk", rollback->risk ? rollback->risk->reason : std::string());
    json.member("undone", std::filesystem::exists(path_of(audits.rollback_folder, id) + ".undone", error));
    json.end_object();
  }
  json.end_array().end_object();
  return reply_json(std::move(out));
}

struct Undoing {
  std::shared_ptr<const base::Config> config;  // shared with whoever reads settings meanwhile
  OpenSource open;
  std::string path;
  fix::Rollback rollback;
  base::Time now{};
};

base::Result<std::string> undo(JobRun& run, const Undoing& wanted) {
  const auto stop = [&] { return run.cancelled(); };
  const auto server = TRY(server_of(*wanted.config, stop));
  auto back = TRY(fix::way_back(server.primary(), wanted.rollback));
  fix::Rollback changes{.domain = wanted.rollback.domain,
                        .server = server.at,
                        .time = wanted.now,
                        .risk = std::nullopt,
                        .updates = std::move(back.updates)};
  std::size_t made = 0;
  // The file stays as it is: whatever is not as it was is put back by it, now or later.
  const auto end = fix::publish(server.primary(), changes, [&](const fix::Update&) -> base::Result<> {
    run.progress(++made, changes.updates.size() + 1);
    return {};
  });
  if (end.stopped) return std::unexpected(*end.stopped);
  if (back.conflicts.empty())
    TRY(base::write_file(wanted.path + ".undone", base::format_time(wanted.now) + "\n"));
  std::vector<fix::NameServer> servers;
  if (!changes.updates.empty()) {
    const auto source = TRY(wanted.open(*wanted.config, 1, stop));
    servers = wait(server, changes.updates, *source, *wanted.config);
  }
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  write_changes(json, "changed", changes.updates);
  json.key("held_back").begin_array();
  for (const auto& conflict : back.conflicts)
    json.begin_object().member("step", "undo").member("why", conflict).end_object();
  json.end_array();
  write_visible(json, servers);
  // It is audited by its next audit: what stands here is what is known.
  json.key("before").begin_object().member("status", "unknown").member("grade", "?");
  json.key("weaknesses").begin_array().end_array().end_object();
  json.key("after").null().key("rollback").null().end_object();
  return out;
}

Answer domains_undo(Call& call, const Parts& parts, const AuditParts& audits) {
  const auto found = TRY(find_domain(call));
  const auto config = parts.config();
  TRY(check_server(*config));
  const auto id = call.text("rollback");
  const auto rollback = read_rollback(audits.rollback_folder, id);
  if (!rollback || rollback->domain != found.name || !id.starts_with(found.standing.domain + "-"))
    return std::unexpected(not_found("nothing was published by that name"));
  auto wanted = std::make_shared<Undoing>();  // shared with the job
  wanted->config = config;
  wanted->open = audits.open;
  wanted->path = path_of(audits.rollback_folder, id);
  wanted->rollback = *rollback;
  wanted->now = call.now();
  call.told.object = id;
  call.told.organisation = found.standing.organisation;
  const auto job = TRY(parts.jobs->start(
      call.database(), job_of(call, "undo", found), [wanted](JobRun& run) { return undo(run, *wanted); },
      call.now()));
  return accepted(job.id, job_json(job));
}

}  // namespace

void add_publish(Handlers& handlers, const Parts& parts, const AuditParts& audits) {
  handlers.add("domains_publish",
               [parts, &audits](Call& call) { return domains_publish(call, parts, audits); });
  handlers.add("domains_rollbacks", [&audits](Call& call) { return domains_rollbacks(call, audits); });
  handlers.add("domains_undo", [parts, &audits](Call& call) { return domains_undo(call, parts, audits); });
}

}  // namespace rampart::server::api
