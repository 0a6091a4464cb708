#include "cli/fix_options.h"

#include <unistd.h>

#include "audit/fix/work_out.h"
#include "base/columns.h"
#include "base/file.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "dns/domain.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;

constexpr std::size_t kMaxTextWidth = 120;  // columns: longer lines are hard to read
constexpr std::size_t kQuestionsFactor =
    10;  // how much more than an audit a plan may ask, as it makes many of them

}  // namespace

void add_domain_options(CLI::App& command, Session& session, FixRequest& request) {
  command.add_option("DOMAIN", request.domain, "The domain; U-labels are understood")->required();
  add_question_options(command, session, request.facts);
  command
      .add_option("--report-to", request.report_to, "Have DMARC and TLS reports sent to this e-mail address")
      ->type_name("ADDRESS");
  command
      .add_option("--sends", request.sends,
                  "Whether mail is sent in the name of the domain, or of any below it: yes or no; no leads "
                  "straight to "
                  "p=reject and -all")
      ->type_name("yes|no")
      ->check(one_of({"yes", "no"}));
}

void add_sending_options(CLI::App& command, FixRequest& request) {
  add_paths(command, "--dkim", request.keys,
            "A public key that your servers sign with, in a file or as its record",
            "SELECTOR=FILE|SELECTOR:RECORD");
  command
      .add_option("--senders", request.senders,
                  "Who legitimately sends: addresses and hosts, one a line; changes of SPF are tried on them")
      ->type_name("FILE");
  command
      .add_option("--mta-sts-host", request.policy_host,
                  "The web server, or its address, that serves the MTA-STS policy")
      ->type_name("HOST");
}

base::Result<audit::fix::Owner> owner_of(const FixRequest& request) {
  namespace fix = audit::fix;
  fix::Owner owner;
  owner.parked = request.parked;
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

base::Result<dns::Name> domain_of(const std::string& text) {
  auto name = dns::parse_domain(text);
  if (name) return name;
  auto error = name.error();
  error.kind = ErrorKind::usage;
  return std::unexpected(std::move(error));
}

base::Result<audit::Input> Planner::input(const dns::Name& name) const {
  return input_of(name, *source, selectors, *config);
}

facts::DriveOptions Planner::drive() const {
  facts::DriveOptions out;
  out.max_questions =
      kQuestionsFactor * static_cast<std::size_t>(config->integer("dns.questions_per_domain"));
  out.time_limit = std::chrono::ceil<std::chrono::seconds>(config->duration("dns.time_per_domain"));
  return out;
}

base::Result<Planner> open_planner(Session& session, const FixRequest& request, const dns::Name& domain) {
  Planner out;
  out.config = TRY(session.config());
  out.selectors = TRY(read_selectors(request.facts, *out.config, session));
  out.source = TRY(open_source(request.facts, *out.config, 1));
  TRY(out.source->prepare(domain));
  return out;
}

base::Result<audit::fix::Plan> make_plan(const Planner& planner, const dns::Name& domain,
                                         const audit::fix::Owner& owner) {
  auto plan = audit::fix::work_out(
      domain, owner, [&](const dns::Name& name) { return planner.input(name); },
      planner.source->lanes().front(), planner.drive());
  if (interrupted() != 0) return base::fail(ErrorKind::unavailable, "interrupted");
  return plan;
}

std::size_t text_width(bool terminal, std::size_t width) {
  if (width != 0) return width;
  return terminal ? std::min(base::terminal_width(STDOUT_FILENO), kMaxTextWidth) : 80;
}

}  // namespace rampart::cli
