#include <unistd.h>

#include "audit/fix/format.h"
#include "audit/fix/work_out.h"
#include "base/columns.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/facts_options.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "dns/domain.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;

constexpr std::size_t kMaxTextWidth = 120;  // columns: longer lines are hard to read
constexpr std::size_t kQuestionsFactor =
    10;  // how much more than an audit a plan may ask, as it makes many of them

enum class Ask : std::uint8_t { plan, park };

// The command line that is no setting.
struct Request {
  Ask what = Ask::plan;
  std::string domain;
  FactsOptions facts;
  std::string report_to;
  std::vector<std::string> keys;
  std::string senders;
  std::string sends;
  std::string policy_host;
  std::string format = "text";
  std::string output = "-";
  std::size_t steps = 0;  // 0: all
  std::size_t width = 0;
};

base::Result<audit::fix::Owner> owner_of(const Request& request) {
  namespace fix = audit::fix;
  fix::Owner owner;
  owner.parked = request.what == Ask::park;
  if (!request.report_to.empty()) owner.report_to = TRY(fix::parse_report_address(request.report_to));
  for (const auto& key : request.keys) {
    owner.keys.push_back(TRY(fix::parse_key(
        key, [](const std::string& path) { return base::read_file(path, fix::kMaxOwnerFile); })));
  }
  if (request.sends == "no") owner.sends = audit::Sends::no;
  if (request.sends == "yes") owner.sends = audit::Sends::yes;
  if (!request.senders.empty()) {
    if (owner.sends == audit::Sends::no || owner.parked)
      return base::fail(ErrorKind::usage, "--senders names who sends, and the domain is said to send nothing",
                        {}, "leave out the one or the other");
    const auto text = TRY(base::read_file(request.senders, fix::kMaxOwnerFile));
    owner.senders = TRY(fix::parse_senders(text, request.senders));
  }
  if (!request.policy_host.empty()) owner.policy_host = TRY(fix::parse_policy_host(request.policy_host));
  return owner;
}

base::Result<dns::Name> domain_of(const Request& request) {
  auto name = dns::parse_domain(request.domain);
  if (name) return name;
  auto error = name.error();
  error.kind = ErrorKind::usage;
  return std::unexpected(std::move(error));
}

std::string formatted(const audit::fix::Plan& plan, const std::string& format,
                      const audit::fix::FormatOptions& options) {
  if (format == "json") return plan_json(plan, options);
  if (format == "zone") return plan_zone(plan, options);
  if (format == "nsupdate") return plan_nsupdate(plan, options);
  return plan_text(plan, options);
}

base::Result<Exit> run_fix(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  if (!request.facts.recording.empty() && !request.facts.zones.empty()) {
    return base::fail(ErrorKind::usage, "--facts answers everything from a recording, so --zone says nothing",
                      {}, "leave out the one or the other");
  }
  const auto domain = TRY(domain_of(request));
  const auto owner = TRY(owner_of(request));
  const auto selectors = TRY(read_selectors(request.facts, *config, session));
  const auto source = TRY(open_source(request.facts, *config, 1));
  TRY(source->prepare(domain));
  facts::DriveOptions drive;
  drive.max_questions =
      kQuestionsFactor * static_cast<std::size_t>(config->integer("dns.questions_per_domain"));
  drive.time_limit = std::chrono::ceil<std::chrono::seconds>(config->duration("dns.time_per_domain"));
  const auto plan = audit::fix::work_out(
      domain, owner, [&](const dns::Name& name) { return input_of(name, *source, selectors, *config); },
      source->lanes().front(), drive);
  if (interrupted() != 0) return base::fail(ErrorKind::unavailable, "interrupted");
  if (!plan) return std::unexpected(plan.error());

  const auto about = source->about();
  const bool terminal = request.output == "-" && session.surroundings().out_is_terminal;
  const auto own = terminal ? std::min(base::terminal_width(STDOUT_FILENO), kMaxTextWidth) : 80;
  const auto text = formatted(*plan, request.format,
                              {.color = request.output == "-" && session.color_on_out(),
                               .width = request.width != 0 ? request.width : own,
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
    for (const auto* question : plan->questions())
      session.note(fmt::format("not answered: {} ({})", question->text, question->options));
    for (const auto& step : plan->steps) {
      if (!step.refused.empty())
        session.note(
            fmt::format("not done: {}: {}", base::printable(step.title), base::printable(step.refused)));
    }
  }
  return plan->before.status == audit::Status::unknown ? Exit::undetermined : Exit::clean;
}

void add_common(CLI::App& command, Session& session, const std::shared_ptr<Request>& request) {
  command.add_option("DOMAIN", request->domain, "The domain; U-labels are understood")->required();
  add_source_options(command, request->facts, "Take answers from zone files",
                     "Take answers from what audit --record wrote, and nothing else");
  add_question_options(command, session, request->facts);
  command
      .add_option("--report-to", request->report_to, "Have DMARC and TLS reports sent to this e-mail address")
      ->type_name("ADDRESS");
  command
      .add_option(
          "--sends", request->sends,
          "Whether mail is sent in the name of the domain: yes or no; no leads straight to p=reject and -all")
      ->type_name("yes|no")
      ->check(one_of({"yes", "no"}));
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
  add_common(*command, session, request);
  add_paths(*command, "--dkim", request->keys,
            "A public key that your servers sign with, in a file or as its record",
            "SELECTOR=FILE|SELECTOR:RECORD");
  command
      ->add_option(
          "--senders", request->senders,
          "Who legitimately sends: addresses and hosts, one a line; changes of SPF are tried on them")
      ->type_name("FILE");
  command
      ->add_option("--mta-sts-host", request->policy_host,
                   "The web server, or its address, that serves the MTA-STS policy")
      ->type_name("HOST");
  add_outputs(*command, session, request);
}

void add_park(CLI::App& fix, Session& session) {
  auto* command =
      fix.add_subcommand("park", "Print what a domain publishes that neither sends nor takes mail");
  const auto request = std::make_shared<Request>();
  request->what = Ask::park;
  add_common(*command, session, request);
  add_outputs(*command, session, request);
}

}  // namespace

void add_fix_command(CLI::App& root, Session& session) {
  auto* fix = root.add_subcommand("fix", "Plan the changes of DNS that protect a domain");
  add_plan(*fix, session);
  add_park(*fix, session);
}

}  // namespace rampart::cli
