#include <unistd.h>

#include "audit/lookalikes/format.h"
#include "audit/lookalikes/generate.h"
#include "audit/lookalikes/report.h"
#include "audit/lookalikes/standing.h"
#include "audit/lookalikes/state.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/names_options.h"
#include "dns/domain.h"

namespace rampart::cli {
namespace {

namespace lookalikes = audit::lookalikes;
using base::ErrorKind;

// The command line that is no setting.
struct Request {
  std::vector<std::string> domains;
  std::vector<std::string> ours;
  std::vector<std::string> known;
  std::string state;
  bool all = false;
  NamesOutput output;
};

struct AcceptRequest {
  std::vector<std::string> names;
  std::string reason;
  std::string state;
  bool undo = false;
};

base::Result<std::string> state_path(const Session& session, const std::string& named) {
  if (!named.empty()) return named;
  const auto& folder = session.surroundings().state_folder;
  if (!folder.empty()) return folder + "/lookalikes.jsonl";
  return base::fail(ErrorKind::usage, "there is no place for what a run remembers", {},
                    "name a file: --state FILE");
}

// The state, locked from here on.
class OpenState {
 public:
  static base::Result<OpenState> open(const std::string& path) {
    OpenState out(path, TRY(lookalikes::Lock::take(path)));
    if (::access(path.c_str(), F_OK) == 0) {
      const auto text = TRY(base::read_file(path, lookalikes::kMaxStateBytes));
      out.state = TRY(lookalikes::State::parse(text, path));
    }
    return out;
  }
  base::Result<> save() { return base::write_file(path_, state.text()); }

  lookalikes::State state;

 private:
  OpenState(std::string path, lookalikes::Lock lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  std::string path_;
  lookalikes::Lock lock_;
};

base::Result<std::vector<lookalikes::Generated>> generate(const Request& request, const base::Config& config,
                                                          Session& session) {
  lookalikes::GenerateOptions options;
  options.limit = static_cast<std::size_t>(config.integer("lookalikes.limit"));
  options.ours = TRY(read_names(session, request.ours, "--ours"));
  const auto domains = TRY(parse_names(request.domains));
  options.ours.insert(options.ours.end(), domains.begin(), domains.end());
  std::vector<lookalikes::Generated> out;
  for (const auto& domain : domains) {
    if (!dns::registered_domain(domain)) {
      return base::fail(ErrorKind::usage, "is a public suffix: everybody registers names below it",
                        dns::display(domain), "name a domain of yours, as in ministry.example");
    }
    out.push_back(lookalikes::generate(domain, options));
  }
  return out;
}

std::string formatted(const std::vector<lookalikes::Report>& reports, const std::string& format,
                      const lookalikes::FormatOptions& options) {
  if (format == "json") return lookalikes::json_of(reports, options);
  if (format == "jsonl") return lookalikes::json_lines_of(reports, options);
  if (format == "csv") return lookalikes::csv_of(reports, options);
  return lookalikes::text_of(reports, options);
}

// Each name once, and where each domain's candidates are among them.
struct Names {
  std::vector<dns::Name> all;
  std::vector<std::vector<std::size_t>> places;
};

Names names_of(const std::vector<lookalikes::Generated>& made) {
  Names out;
  boost::unordered_flat_map<dns::Name, std::size_t, std::hash<dns::Name>> seen;
  for (const auto& domain : made) {
    auto& places = out.places.emplace_back();
    for (const auto& candidate : domain.candidates) {
      const auto [at, is_new] = seen.try_emplace(candidate.name, out.all.size());
      if (is_new) out.all.push_back(candidate.name);
      places.push_back(at->second);
    }
  }
  return out;
}

Exit exit_for(Session& session, const std::vector<lookalikes::Report>& reports, const base::Config& config) {
  std::size_t candidates = 0;
  std::size_t unknown = 0;
  const lookalikes::Row* first = nullptr;
  bool armed = false;
  for (const auto& report : reports) {
    armed = armed || report.is_armed();
    candidates += report.candidates;
    unknown += report.unknown;
    if (first == nullptr && !report.unknown_rows.empty()) first = &report.unknown_rows.front();
  }
  const auto most = static_cast<std::size_t>(config.integer("lookalikes.max_unknown"));
  const bool too_much = unknown * 100 > candidates * most;
  if (too_much && first != nullptr) {
    session.note(fmt::format("{} of {} names could not be looked up; the first: {}", unknown, candidates,
                             first->standing.why));
  }
  if (armed) return Exit::findings;
  return too_much ? Exit::undetermined : Exit::clean;
}

base::Result<Exit> run_lookalikes(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  if (request.domains.empty()) {
    return base::fail(ErrorKind::usage, "no domain was given", {},
                      "name yours: rampart lookalikes mydomain.example");
  }
  const auto known = TRY(read_names(session, request.known, "--known"));
  const auto made = TRY(generate(request, *config, session));
  auto open = TRY(OpenState::open(TRY(state_path(session, request.state))));
  const auto source = TRY(open_source({}, *config, threads_of(*config)));
  TRY(source->prepare(made.front().domain));

  const auto names = names_of(made);
  const auto standings =
      TRY(look_at_each<lookalikes::Standing>(session, *config, *source, names.all, lookalikes::look_at));
  std::vector<lookalikes::Report> reports;
  for (std::size_t i = 0; i < made.size(); ++i) {
    std::vector<lookalikes::Standing> own;
    own.reserve(names.places[i].size());
    for (const auto place : names.places[i]) own.push_back(standings[place]);
    reports.push_back(lookalikes::make_report(made[i], own, open.state, known, source->now()));
  }
  const auto about = source->about();
  TRY(put_out(session, request.output,
              formatted(reports, request.output.format,
                        {.all = request.all,
                         .color = request.output.output == "-" && session.color_on_out(),
                         .width = width_of(request.output, session),
                         .now = source->now(),
                         .version = RAMPART_VERSION,
                         .source = about.source,
                         .notes = about.notes})));
  // Only what was shown is known from now on.
  for (const auto& report : reports) lookalikes::note(report, open.state, source->now());
  TRY(open.save());
  if (request.output.format != "json") {
    for (const auto& note : about.notes) session.note(note);
  }
  return exit_for(session, reports, *config);
}

base::Result<Exit> run_accept(Session& session, const AcceptRequest& request) {
  const auto names = TRY(parse_names(request.names));
  auto open = TRY(OpenState::open(TRY(state_path(session, request.state))));
  for (const auto& name : names) {
    if (!request.undo) {
      open.state.accept(name, request.reason, base::now());
    } else if (!open.state.withdraw(name)) {
      return base::fail(ErrorKind::usage, "was not accepted", dns::display(name),
                        "see: rampart lookalikes --all");
    }
  }
  TRY(open.save());
  return Exit::clean;
}

}  // namespace

void add_lookalikes_command(CLI::App& root, Session& session) {
  auto* command = root.add_subcommand(
      "lookalikes", "Find registered names that people take for yours, and who of them can mail");
  const auto request = std::make_shared<Request>();
  command->add_option("DOMAIN", request->domains, "Your domains; U-labels are understood");
  add_paths(*command, "--ours", request->ours, "Names that are yours, in a file, one a line: never shown",
            "FILE");
  add_paths(*command, "--known", request->known,
            "Names that you know and accept, in a file, one a line: no news", "FILE");
  command
      ->add_option("--state", request->state,
                   "Remember what was shown here, and not in the user's state folder")
      ->type_name("FILE");
  command->add_flag("--all", request->all, "Show all that are registered, not only news");
  session.add_setting(*command, "lookalikes.limit");
  session.add_setting(*command, "lookalikes.max_unknown");
  add_names_settings(*command, session);
  add_names_output(*command, request->output, {"text", "json", "jsonl", "csv"});
  command->footer(
      "Exit status: 0 nothing new can send or receive mail, 1 something new can, 2 wrong\n"
      "usage, 3 too much stayed unknown.");

  auto* accept = command->add_subcommand("accept", "Mark names as known: they are no news any more");
  const auto accepted = std::make_shared<AcceptRequest>();
  accept->add_option("NAME", accepted->names, "The names")->required();
  accept->add_option("--reason", accepted->reason, "Why, for those who read it later")->type_name("TEXT");
  accept->add_flag("--undo", accepted->undo, "Take the mark away again");
  accept->add_option("--state", accepted->state, "The file where a run remembers what it has shown")
      ->type_name("FILE");
  session.on_run(*accept, [accepted](Session& s) { return run_accept(s, *accepted); });
  session.on_run(*command, [request](Session& s) { return run_lookalikes(s, *request); });
}

}  // namespace rampart::cli
