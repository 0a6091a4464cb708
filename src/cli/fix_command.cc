#include "audit/fix/format.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/fix_options.h"
#include "cli/fix_reports.h"
#include "cli/help.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;

// The command line that is no setting.
struct Request : FixRequest {
  std::string format = "text";
  std::string output = "-";
  std::size_t steps = 0;  // 0: all
  std::size_t width = 0;
};

std::string formatted(const audit::fix::Plan& plan, const std::string& format,
                      const audit::fix::FormatOptions& options) {
  if (format == "json") return plan_json(plan, options);
  if (format == "zone") return plan_zone(plan, options);
  if (format == "nsupdate") return plan_nsupdate(plan, options);
  return plan_text(plan, options);
}

base::Result<Exit> run_fix(Session& session, const Request& request) {
  if (!request.facts.recording.empty() && !request.facts.zones.empty()) {
    return base::fail(ErrorKind::usage, "--facts answers everything from a recording, so --zone says nothing",
                      {}, "leave out the one or the other");
  }
  TRY(session.config());
  const auto domain = TRY(domain_of(request.domain));
  auto owner = TRY(owner_of(request));
  const auto planner = TRY(open_planner(session, request, domain));
  const auto forecasts = read_forecasts(session, planner, domain, owner);
  auto plan = TRY(make_plan(planner, domain, owner));
  audit::fix::apply_forecasts(plan, forecasts);

  const auto about = planner.source->about();
  const bool terminal = request.output == "-" && session.surroundings().out_is_terminal;
  const auto text = formatted(plan, request.format,
                              {.color = request.output == "-" && session.color_on_out(),
                               .width = text_width(terminal, request.width),
                               .steps = request.steps != 0 ? request.steps : SIZE_MAX,
                               .version = RAMPART_VERSION,
                               .source = about.source,
                               .notes = about.notes});
  TRY(request.output == "-" ? session.print(text) : base::write_file(request.output, text));
  if (request.format != "json") {
    for (const auto& note : about.notes) session.note(note);
  }
  // A file for a server says nothing of what is still to be answered.
  if (request.format == "zone" || request.format == "nsupdate") {
    for (const auto* question : plan.questions())
      session.note(fmt::format("not answered: {} ({})", question->text, question->options));
    for (const auto& step : plan.steps) {
      if (!step.refused.empty())
        session.note(
            fmt::format("not done: {}: {}", base::printable(step.title), base::printable(step.refused)));
    }
  }
  return plan.before.status == audit::Status::unknown ? Exit::undetermined : Exit::clean;
}

void add_common(CLI::App& command, Session& session, Request& request) {
  add_domain_options(command, session, request);
  session.add_setting(command, "store.url");
  add_source_options(command, request.facts, "Take answers from zone files",
                     "Take answers from what audit --record wrote, and nothing else");
}

void add_outputs(CLI::App& command, Session& session, const std::shared_ptr<Request>& request) {
  command
      .add_option("--format", request->format,
                  "text, json, zone (what audit --what-if takes) or nsupdate (RFC 2136) [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json", "zone", "nsupdate"}));
  command
      .add_option("--steps", request->steps,
                  "In zone and nsupdate, only the first steps that change something")
      ->type_name("COUNT");
  command.add_option("--output", request->output, "Write to a file, whole or not at all")->type_name("FILE");
  command.add_option("--width", request->width, "Set text for this many columns")->type_name("COLUMNS");
  command.footer(
      "Nothing is published. Exit status: 0 the plan is printed, 2 wrong usage,\n"
      "3 SPF or DMARC could not be found out.");
  session.on_run(command, [request](Session& s) { return run_fix(s, *request); });
}

void add_plan(CLI::App& fix, Session& session) {
  auto* command =
      fix.add_subcommand("plan", "Print the steps to a protected domain, in an order that loses no mail");
  const auto request = std::make_shared<Request>();
  add_common(*command, session, *request);
  add_sending_options(*command, *request);
  add_outputs(*command, session, request);
}

void add_park(CLI::App& fix, Session& session) {
  auto* command =
      fix.add_subcommand("park", "Print what a domain publishes that neither sends nor takes mail");
  const auto request = std::make_shared<Request>();
  request->parked = true;
  add_common(*command, session, *request);
  add_outputs(*command, session, request);
}

}  // namespace

void add_fix_command(CLI::App& root, Session& session) {
  auto* fix =
      root.add_subcommand("fix", "Plan the changes of DNS that protect a domain, publish and undo them");
  add_plan(*fix, session);
  add_park(*fix, session);
  add_apply_commands(*fix, session);
}

}  // namespace rampart::cli
