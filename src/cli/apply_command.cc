// rampart fix apply and fix undo: the plan's steps published with updates, and taken back.
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "audit/fix/apply_text.h"
#include "audit/fix/publish.h"
#include "audit/fix/visible.h"
#include "audit/fix/work_out.h"
#include "audit/format/ink.h"
#include "audit/format/words.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/fix_options.h"
#include "cli/fix_reports.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/update_server.h"
#include "net/tsig_key.h"
#include "server/setup/fact_source.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

namespace fix = audit::fix;
using base::ErrorKind;
using base::Result;
using server::data_folder;
using server::FactSource;

struct Request : FixRequest {
  std::optional<std::string> risk;
  std::string rollback;
  std::size_t steps = 0;  // 0: all
  std::size_t width = 0;
  bool yes = false;
  bool dry_run = false;
};

struct UndoRequest {
  std::string file;
  std::size_t width = 0;
  bool yes = false;
  bool dry_run = false;
};

Result<std::optional<fix::AcceptedRisk>> risk_of(const Request& request) {
  if (!request.risk) return std::optional<fix::AcceptedRisk>();
  if (base::trim(*request.risk).empty() || request.risk->size() > fix::kMaxReason)
    return base::fail(ErrorKind::usage,
                      fmt::format("a risk is accepted for a reason, in at most {} bytes", fix::kMaxReason),
                      "--accept-risk", "say why the mail that may be lost is none that you want");
  return std::optional(fix::AcceptedRisk{*request.risk, base::now()});
}

Result<> make_folders(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return {};
  return base::fail(ErrorKind::io, fmt::format("cannot be made: {}", error.message()), path,
                    "name a place for the rollback file with --rollback FILE");
}

// A new file, never in place of an earlier one: that holds the way back from an earlier run.
Result<bool> make_new(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) {
    ::close(file);
    return true;
  }
  if (errno == EEXIST) return false;
  return base::fail(ErrorKind::io, fmt::format("cannot be made: {}", std::generic_category().message(errno)),
                    path, "name a place for the rollback file with --rollback FILE");
}

// The file that keeps the way back, new and empty: the one named, or rollback/DOMAIN-20261126T091500Z.json below the
// user's data folder.
Result<std::string> make_rollback(const std::string& named, const dns::Name& domain, base::Time now) {
  if (!named.empty()) {
    if (TRY(make_new(named))) return named;
    return base::fail(ErrorKind::usage, "is there already, and may hold the way back from an earlier run",
                      named, "name another file with --rollback FILE");
  }
  std::string time;
  for (const char c : base::format_time(now)) {
    if (base::is_alnum(c)) time += c;
  }
  const auto folder = data_folder() + "/rollback";
  TRY(make_folders(folder));
  for (std::size_t number = 1;; ++number) {
    auto path = fmt::format("{}/{}-{}{}.json", folder, domain.text(), time,
                            number == 1 ? "" : fmt::format("-{}", number));
    if (TRY(make_new(path))) return std::move(path);
  }
}

std::string count_of(std::size_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

// What apply and undo have in common: they send updates, wait, and say what came of it.
class Run {
 public:
  Run(Session& session, const base::Config& config, const UpdateServer& server, std::size_t width)
      : session_(session),
        config_(config),
        server_(server),
        primary_(server.primary()),
        text_{.color = session.color_on_out(),
              .width = text_width(session.surroundings().out_is_terminal, width)} {}

  [[nodiscard]] const fix::Primary& primary() const { return primary_; }
  [[nodiscard]] const fix::ApplyTextOptions& text() const { return text_; }

  // The error of the update that failed. `path` is where the way back stands; it is of no use when `nothing_made`.
  Result<> send(fix::Rollback& rollback, const std::string& path,
                const std::function<Result<>(const fix::Rollback&)>& save,
                const std::function<void()>& nothing_made) {
    const auto end = fix::publish(primary_, rollback, [&](const fix::Update& update) -> Result<> {
      TRY(save(rollback));
      return session_.print(fmt::format("changed  {}\n", fix::set_name(update.after)));
    });
    if (!end.stopped) return {};
    auto error = *end.stopped;
    if (interrupted() != 0) error.what = "interrupted";
    if (end.done == 0 && !end.uncertain) {
      session_.note("nothing was changed");
      nothing_made();
      return std::unexpected(std::move(error));
    }
    const auto left = rollback.updates.size() - end.done;
    session_.note(fmt::format(
        "{} of {} made; {}{}", end.done, count_of(rollback.updates.size(), "change"),
        count_of(left, "change"),
        end.uncertain ? " left, of the first of which it is not known whether it was made" : " left"));
    session_.note(fmt::format("what was made is taken back by: rampart fix undo {}", path));
    return std::unexpected(std::move(error));
  }

  // Whether every server of the zones serves the changes; those that cannot be asked do not. `source` finds their
  // addresses.
  Result<bool> wait(const std::vector<fix::Update>& updates, FactSource& source,
                    const facts::DriveOptions& drive) {
    const auto addresses = fix::addresses_through(source.lanes().front(), drive);
    const fix::VisibleOptions options{.server = server_.at,
                                      .allow_private = config_.boolean("probe.allow_private"),
                                      .wait = config_.duration("fix.wait"),
                                      .tcp = server_.tcp};
    bool all = true;
    for (const auto& zone : zones_of(updates)) {
      std::vector<fix::Update> own;
      std::ranges::copy_if(updates, std::back_inserter(own),
                           [&](const fix::Update& update) { return update.zone == zone; });
      auto servers = fix::name_servers(primary_, zone, addresses, options);
      if (!servers || servers->empty()) {
        session_.note(fmt::format("the name servers of {} could not be found out{}", zone.text(),
                                  servers ? "" : ": " + servers.error().message()));
        all = false;
        continue;
      }
      fix::wait_until_visible(*servers, own, options);
      TRY(session_.print(fix::servers_text(*servers, text_)));
      all = all && std::ranges::all_of(*servers, &fix::NameServer::visible);
    }
    return all;
  }

 private:
  static std::vector<dns::Name> zones_of(const std::vector<fix::Update>& updates) {
    std::vector<dns::Name> out;
    for (const auto& update : updates) {
      if (std::ranges::find(out, update.zone) == out.end()) out.push_back(update.zone);
    }
    return out;
  }

  Session& session_;
  const base::Config& config_;
  const UpdateServer& server_;
  fix::Primary primary_;
  fix::ApplyTextOptions text_;
};

std::string standing(const audit::DomainReport& report) {
  return fmt::format("{} ({})", report.grade, audit::words(report.status));
}

// The domain audited again, from servers that answer with what was published.
Result<audit::DomainReport> audit_again(Session& session, const Request& request, const dns::Name& domain,
                                        const std::vector<fix::Update>& updates) {
  const auto planner = TRY(open_planner(session, request, domain));
  return fix::audit_published(
      domain, fix::published_sets(updates), [&](const dns::Name& name) { return planner.input(name); },
      planner.source->lanes().front(), planner.drive());
}

Result<Exit> run_apply(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto domain = TRY(domain_of(request.domain));
  auto owner = TRY(owner_of(request));
  const auto risk = TRY(risk_of(request));
  const auto server = TRY(update_server(*config, std::nullopt));
  const auto planner = TRY(open_planner(session, request, domain));
  const auto forecasts = read_forecasts(session, planner, domain, owner);
  auto plan = TRY(make_plan(planner, domain, owner));
  fix::apply_forecasts(plan, forecasts);
  const auto readiness = readiness_of(forecasts);
  for (const auto& note : planner.source->about().notes) session.note(note);

  auto decisions = fix::decide(plan, owner,
                               {.readiness = &readiness,
                                .risk_accepted = risk.has_value(),
                                .steps = request.steps != 0 ? request.steps : SIZE_MAX});
  Run run(session, *config, server, request.width);
  auto updates = TRY(fix::prepare(run.primary(), domain, decisions));
  TRY(session.print(fix::diff_text(plan, decisions, updates, run.text())));
  if (updates.empty()) {
    TRY(session.print("\nNothing to publish.\n"));
    return plan.before.status == audit::Status::unknown ? Exit::undetermined : Exit::clean;
  }
  if (request.dry_run) {
    TRY(session.print(fmt::format("\nNothing was published: {} would be made at {}.\n",
                                  count_of(updates.size(), "change"), server.at.text())));
    return Exit::clean;
  }
  TRY(session.print("\n"));
  if (!TRY(confirmed(session,
                     fmt::format("Make {} at {}?", count_of(updates.size(), "change"), server.at.text()),
                     request.yes))) {
    TRY(session.print("Nothing was published.\n"));
    return Exit::clean;
  }

  const bool risky = std::ranges::any_of(decisions, &fix::Decision::by_risk);
  fix::Rollback rollback{.domain = domain,
                         .server = server.at,
                         .time = base::now(),
                         .risk = risky ? risk : std::nullopt,
                         .updates = std::move(updates)};
  const auto path = TRY(make_rollback(request.rollback, domain, rollback.time));
  const auto save = [&path](const fix::Rollback& state) {
    return base::write_file(path, fix::rollback_json(state, RAMPART_VERSION));
  };
  if (auto saved = save(rollback); !saved) {
    ::unlink(path.c_str());
    return std::unexpected(std::move(saved.error()));
  }
  TRY(run.send(rollback, path, save, [&path] { ::unlink(path.c_str()); }));

  TRY(session.print(fmt::format("To take it back: rampart fix undo {}\n", base::printable(path))));
  // What cannot be looked at any more is no fault of what was published.
  const bool seen = TRY(run.wait(rollback.updates, *planner.source, planner.drive()));
  const auto after = audit_again(session, request, domain, rollback.updates);
  if (interrupted() != 0) return base::fail(ErrorKind::unavailable, "interrupted");
  if (!after) {
    session.note("it was published, and cannot be audited again:");
    return std::unexpected(after.error());
  }
  TRY(session.print(fmt::format("{}: from {} to {}\n", audit::name_for_people(domain), standing(plan.before),
                                standing(*after))));
  if (!seen)
    session.note("not every server of the zone shows the change yet; run it again later, or raise --wait");
  return seen ? Exit::clean : Exit::undetermined;
}

Result<Exit> run_undo(Session& session, const UndoRequest& request) {
  const auto* config = TRY(session.config());
  const auto text = TRY(base::read_file(request.file, fix::kMaxRollback));
  const auto rollback = TRY(fix::parse_rollback(text, request.file));
  const auto server = TRY(update_server(*config, rollback.server));
  Run run(session, *config, server, request.width);
  auto back = TRY(fix::way_back(run.primary(), rollback));
  for (const auto& update : back.updates) TRY(session.print(fix::update_text(update, run.text())));
  for (const auto& conflict : back.conflicts)
    session.note(fmt::format("not put back: {}", base::printable(conflict)));
  const auto end = back.conflicts.empty() ? Exit::clean : Exit::undetermined;
  if (back.updates.empty()) {
    TRY(session.print(back.conflicts.empty() ? "Everything is as it was before: nothing to undo.\n"
                                             : "Nothing else is to be undone.\n"));
    return end;
  }
  if (request.dry_run) {
    TRY(session.print(fmt::format("Nothing was changed: {} would be made at {}.\n",
                                  count_of(back.updates.size(), "change"), server.at.text())));
    return end;
  }
  if (!TRY(confirmed(session,
                     fmt::format("Make {} at {}?", count_of(back.updates.size(), "change"), server.at.text()),
                     request.yes))) {
    TRY(session.print("Nothing was changed.\n"));
    return Exit::clean;
  }
  fix::Rollback changes{.domain = rollback.domain,
                        .server = server.at,
                        .time = base::now(),
                        .risk = std::nullopt,
                        .updates = std::move(back.updates)};
  // The file stays as it is: whatever is not as it was is put back by it, now or later.
  TRY(run.send(changes, request.file, [](const fix::Rollback&) { return Result<>(); }, [] {}));
  if (back.conflicts.empty())
    TRY(session.print(fmt::format("{} is as it was before.\n", rollback.domain.text())));
  const auto source = TRY(open_source({}, *config, 1));
  const auto seen = TRY(run.wait(changes.updates, *source, {}));
  if (interrupted() != 0) return base::fail(ErrorKind::unavailable, "interrupted");
  if (!seen) session.note("not every server of the zone shows it yet");
  return seen ? end : Exit::undetermined;
}

template <class R>
void add_run_options(CLI::App& command, R& request) {
  command.add_flag("--yes", request.yes, "Do not ask before the change; it accepts no risk");
  command.add_flag("--dry-run", request.dry_run, "Show what would be changed, and change nothing");
  command.add_option("--width", request.width, "Set text for this many columns")->type_name("COLUMNS");
}

void add_apply(CLI::App& parent, Session& session) {
  auto* command = parent.add_subcommand(
      "apply", "Publish the steps of the plan that can lose no mail, after showing them");
  const auto request = std::make_shared<Request>();
  add_domain_options(*command, session, *request);
  add_sending_options(*command, *request);
  command->add_flag("--parked", request->parked, "The domain takes no mail either: publish the null MX, too");
  add_server_options(*command, session);
  session.add_setting(*command, "store.url");
  command
      ->add_option("--accept-risk", request->risk,
                   "Publish what makes receivers refuse more, too, for this reason, which is recorded")
      ->type_name("REASON");
  command->add_option("--steps", request->steps, "Only the first steps of the plan that change something")
      ->type_name("COUNT");
  command
      ->add_option("--rollback", request->rollback,
                   "The new file that keeps the way back [rollback/ in the data folder]")
      ->type_name("FILE");
  add_run_options(*command, *request);
  command->footer(
      "Held back without --accept-risk is whatever makes receivers refuse more than\n"
      "before, unless the reports in the store are ready for it (rampart advise).\n"
      "Exit status: 0 what may be published is, or there is nothing; 2 wrong usage; 3 it could not be\n"
      "published, or not every server of the zone shows it.");
  session.on_run(*command, [request](Session& s) { return run_apply(s, *request); });
}

void add_undo(CLI::App& parent, Session& session) {
  auto* command = parent.add_subcommand("undo", "Put back what stood in the zone before fix apply");
  const auto request = std::make_shared<UndoRequest>();
  command->add_option("FILE", request->file, "The file that fix apply named")->required();
  add_server_options(*command, session);
  session.add_setting(*command, "dns.resolvers");
  session.add_setting(*command, "dns.timeout");
  session.add_setting(*command, "probe.allow_private");
  add_run_options(*command, *request);
  command->footer(
      "Records that came meanwhile stay. Exit status: 0 everything is as it was, 2 wrong usage, 3 it could\n"
      "not be changed, or not every server of the zone shows it.");
  session.on_run(*command, [request](Session& s) { return run_undo(s, *request); });
}

}  // namespace

void add_apply_commands(CLI::App& fix, Session& session) {
  add_apply(fix, session);
  add_undo(fix, session);
}

}  // namespace rampart::cli
