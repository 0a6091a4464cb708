// rampart scan: what the guard would do with a message.
#include "base/text.h"
#include "cli/commands.h"
#include "cli/fix_options.h"
#include "cli/help.h"
#include "cli/mail_options.h"
#include "guard/inspect/settings.h"
#include "guard/memory/stored_senders.h"
#include "server/guard/folder_ring.h"
#include "server/guard/guard_lists.h"
#include "server/guard/guard_settings.h"
#include "server/guard/scan_job.h"
#include "server/setup/mail_file.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;
using server::ask_clamd;
using server::drive_options;
using server::FolderRing;
using server::GuardLists;
using server::judging_guard_settings;
using server::open_known_store;
using server::read_mail;
using server::ScanJob;
using server::ScanRequest;

struct Request {
  std::string file;
  FactsOptions facts;
  ScanRequest scan;
  std::string format = "text";
  std::size_t width = 0;
};

Exit exit_of(guard::Action action) {
  switch (action) {
    case guard::Action::accept:
      return Exit::clean;
    case guard::Action::tempfail:
      return Exit::undetermined;
    default:
      return Exit::findings;
  }
}

// What the store says of who wrote it. That it cannot be read decides nothing, so it is no error, but for one that the command line names
// and that is none.
Result<guard::Correspondence> known_sender(Session& session, const base::Config& config, const ScanJob& job,
                                           base::Time now) {
  const auto many = job.recipients().size();
  const bool remembers = config.boolean("guard.remember_correspondents");
  if (config.text("store.url").empty()) return guard::unknown_sender(guard::NotKnown::no_store, many);
  const auto look = [&]() -> Result<guard::Correspondence> {
    auto database = TRY(open_known_store(config, "have the guard keep what it knows: rampart guard"));
    return guard::recall_stored(database, job.author(), job.recipients(), now);
  };
  auto found = look();
  if (!found && config.origin("store.url").from == base::Origin::From::command_line &&
      found.error().kind != ErrorKind::unavailable) {
    auto error = std::move(found).error();
    error.kind = ErrorKind::usage;
    return std::unexpected(std::move(error));
  }
  if (!remembers) return guard::unknown_sender(guard::NotKnown::off, many);
  if (found) return *std::move(found);
  session.note(fmt::format("what is known of senders could not be read: {}", found.error().message()));
  return guard::unknown_sender(guard::NotKnown::store_trouble, many);
}

// In a process of its own, as in the guard: what a message does to that is told.
Result<guard::Inspected> inspect_once(const ScanJob& job, const std::string& yara_rules) {
  guard::prepare_to_look();
  if (!yara_rules.empty())
    if (auto loaded = guard::load_rules(yara_rules); !loaded)
      return std::unexpected(guard::named_by("guard.yara_rules", std::move(loaded).error()));
  auto worker = TRY(base::Worker::start(&guard::look, guard::kLookLimits));
  const auto text = job.text();
  auto reply = TRY(worker.call(text.header, text.body));
  if (reply.is_killed()) reply = TRY(worker.call(text.header, text.body));
  if (reply.is_killed())
    return guard::not_inspected(fmt::format("it ended the process that looked at it, twice: {}", reply.fault),
                                guard::Extent::killed);
  if (!reply.fault.empty()) return guard::not_inspected(reply.fault, guard::Extent::late);
  return guard::read_inspected(reply.bytes);
}

Result<Exit> run_scan(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  if (!request.facts.recording.empty() && !request.facts.zones.empty())
    return base::fail(ErrorKind::usage, "--facts answers everything, so --zone says nothing", {},
                      "leave out the one or the other");
  auto mail = TRY(read_mail(request.file));
  const auto settings = TRY(judging_guard_settings(*config));
  GuardLists lists([&session](const std::string& line) { session.note(line); });
  lists.set_files(settings);
  auto rules = settings.rules;
  rules.local.lists = lists.lists();
  rules.signing.owners = lists.owners();
  const auto job = TRY(ScanJob::make(std::move(mail), request.scan, std::move(rules)));
  const auto source = TRY(open_source(request.facts, *config, 1));
  const auto author = mail::read_author(job->message().header);
  if (!author.domains.empty()) TRY(source->prepare(author.domains.front()));
  const auto now = source->now();
  job->set_sender(TRY(known_sender(session, *config, *job, now)));
  if (job->wants_look()) job->set_inspected(TRY(inspect_once(*job, settings.yara_rules)));
  if (settings.clamd && job->is_from_outside()) job->set_clamd(ask_clamd(*settings.clamd, job->bytes()));
  auto asked =
      TRY(audit::ask_lane<guard::Verdict>(source->lanes().front(), drive_options(*config), {},
                                          [job, now](facts::Facts& facts) { return job->run(facts, now); }));
  FolderRing ring(*config);
  const auto report = job->report(asked.decision, ring, settings.authserv_id, now);
  const auto about = source->about();
  const auth::ReportOptions options{
      .color = session.color_on_out(),
      .width = text_width(session.surroundings().out_is_terminal, request.width),
      .version = RAMPART_VERSION,
      .source = about.source,
      .notes = about.notes,
      .now = now};
  TRY(session.print(request.format == "json" ? verdict_json(report, options)
                                             : verdict_text(report, options)));
  if (request.format != "json")
    for (const auto& note : options.notes) session.note(note);
  return exit_of(asked.decision.ruling.action);
}

}  // namespace

void add_scan_command(CLI::App& root, Session& session) {
  const auto request = std::make_shared<Request>();
  auto* scan = root.add_subcommand("scan", "Say what the guard would do with a message, and why");
  scan->add_option("FILE", request->file, "The message, as an .eml file; - for standard input")->required();
  add_envelope_options(*scan, request->scan.envelope);
  add_paths(*scan, "--rcpt", request->scan.recipients, "An envelope recipient; may be given several times",
            "ADDRESS");
  scan->add_flag("--auth", request->scan.authenticated,
                 "The client has authenticated itself, as a user of ours");
  scan->add_option("--user", request->scan.user, "The name that it logged in with; means --auth")
      ->type_name("NAME");
  add_source_options(*scan, request->facts, "Take answers from zone files",
                     "Take answers from what `auth check --record` wrote, and nothing else");
  session.add_setting(*scan, "dns.resolvers");
  session.add_setting(*scan, "dns.authoritative");
  session.add_setting(*scan, "dns.trust_ad");
  session.add_setting(*scan, "dns.timeout");
  session.add_setting(*scan, "store.url");
  session.add_setting(*scan, "dkim.keys");
  session.add_setting(*scan, "dkim.seal_file");
  scan->add_option("--format", request->format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  scan->add_option("--width", request->width, "Set text for this many columns")->type_name("COLUMNS");
  scan->footer(
      "The rules are those of [guard] in the configuration; what is known of who wrote it is that of the "
      "store, if one is named; a virus scanner that guard.clamd names is asked. Nothing is delivered, kept "
      "or "
      "remembered.\n"
      "Exit status: 0 it would be delivered, 1 kept or rejected, 2 wrong usage, 3 put off: it could not be "
      "found out.\n"
      "Most often: rampart scan mail.eml --ip 192.0.2.25 --mail-from news@bank.example");
  session.on_run(*scan, [request](Session& s) { return run_scan(s, *request); });
}

}  // namespace rampart::cli
