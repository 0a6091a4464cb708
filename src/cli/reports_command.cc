// rampart reports: what receivers say of the mail that is sent in your domains' names.
#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/fix_options.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/report_origin.h"
#include "cli/store_url.h"
#include "reports/archive/history.h"
#include "reports/intake/importer.h"
#include "reports/show/show.h"

namespace rampart::cli {
namespace {

namespace fs = std::filesystem;

using base::ErrorKind;
using base::Result;

struct Request {
  std::vector<std::string> paths;
  std::string domain;
  std::string since = "30d";
  bool all = false;
  bool verify = false;
  FactsOptions facts;
  std::string format = "text";
};

constexpr std::int64_t kMaxDays = 3660;  // that are looked back at; ours

// The files below the folders that were named, and the files, each folder's in the order of their names. What is hidden is
// passed over.
Result<> each_file(const std::string& path, const std::function<Result<>(const std::string&)>& function) {
  std::error_code failed;
  if (path == "-" || !fs::is_directory(path, failed)) return function(path);
  std::vector<fs::directory_entry> entries;
  for (fs::directory_iterator it(path, failed), end; !failed && it != end; it.increment(failed)) {
    if (!it->path().filename().string().starts_with('.')) entries.push_back(*it);
  }
  if (failed)
    return base::fail(ErrorKind::io, "the folder cannot be read: " + failed.message(), base::printable(path));
  std::ranges::sort(entries, {}, [](const auto& entry) { return entry.path().native(); });
  for (const auto& entry : entries) {
    // A link to a folder may lead round in a circle.
    if (fs::is_directory(entry.symlink_status(failed))) {
      TRY(each_file(entry.path().string(), function));
    } else if (!fs::is_directory(entry.path(), failed)) {
      TRY(function(entry.path().string()));
    }
  }
  return {};
}

Result<Exit> run_import(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  std::error_code failed;
  for (const auto& path : request.paths) {
    if (path != "-" && !fs::exists(path, failed))
      return base::fail(ErrorKind::usage, "there is no such file or folder", base::printable(path));
  }
  auto worker = TRY(base::Worker::start(&mail::unpack_mime, {}));
  auto database = TRY(store::Database::open(TRY(store_url(*config))));
  auto archive = TRY(reports::Archive::open(database));
  OriginFacts facts(request.facts, *config);
  auto judge = facts.judge();
  auto importer = request.verify ? reports::Importer(archive, worker, judge, base::now())
                                 : reports::Importer(archive, worker, reports::Trust::imported, base::now());
  Progress progress(session.surroundings().err, session.surroundings().err_is_terminal, "files");
  const auto read = [&](const std::string& path) -> Result<> {
    if (interrupted() != 0) return base::fail(ErrorKind::io, "interrupted");
    auto source = reports::FileSource::open(path);
    TRY(source ? importer.read(**source, path) : importer.set_file_aside(path, source.error().what));
    progress.update(importer.summary().files, std::nullopt);
    return {};
  };
  for (const auto& path : request.paths) {
    if (auto done = each_file(path, read); !done) {
      TRY(importer.flush());  // what was read is kept
      return std::unexpected(done.error());
    }
  }
  TRY(importer.flush());
  progress.clear();
  const auto& summary = importer.summary();
  TRY(session.print(request.format == "json" ? reports::format_import_json(summary)
                                             : reports::format_import(summary)));
  if (summary.aside != 0) return Exit::findings;
  if (!summary.beliefs || summary.beliefs->undetermined == 0) return Exit::clean;
  session.note("the same command again looks at those that are not known yet once more");
  return Exit::undetermined;
}

// Days since 1970: today and the first day that --since means.
struct Days {
  std::int64_t from = 0;
  std::int64_t to = 0;
};
Result<Days> days_of(const std::string& since) {
  const auto today = std::chrono::floor<std::chrono::days>(base::now()).time_since_epoch().count();
  const auto wrong = [&] {
    return base::fail(ErrorKind::usage,
                      fmt::format("\"{}\" is no time to look back to", base::printable(since)), "--since",
                      "write 30d, or a day: 2026-11-01");
  };
  if (since.ends_with('d')) {
    const auto count = base::parse_number(std::string_view(since).substr(0, since.size() - 1));
    if (!count || *count == 0 || *count > kMaxDays) return wrong();
    return Days{today - static_cast<std::int64_t>(*count) + 1, today};
  }
  const auto day = base::parse_time(since + "T00:00:00Z");
  if (!day) return wrong();
  return Days{std::chrono::floor<std::chrono::days>(*day).time_since_epoch().count(), today};
}

Result<Exit> run_show(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  const auto days = TRY(days_of(request.since));
  auto database = TRY(open_known_store(*config, "read reports into it: rampart reports import reports/"));
  TRY(reports::Archive::open(database));
  if (request.domain.empty()) {
    if (request.format == "csv")
      return base::fail(ErrorKind::usage, "CSV is of one domain", "--format",
                        "name it: rampart reports show DOMAIN");
    const auto domains = TRY(reports::read_domains(database, days.from, days.to));
    TRY(session.print(request.format == "json" ? reports::format_domains_json(domains)
                                               : reports::format_domains(domains)));
    return Exit::clean;
  }
  const auto name = TRY(domain_of(request.domain));
  const auto history = TRY(reports::read_history(database, name.text(), days.from, days.to));
  const reports::Page page{.domain = name.text(), .history = &history, .most = request.all ? 0U : 20U};
  TRY(session.print(request.format == "json"  ? reports::format_history_json(page)
                    : request.format == "csv" ? reports::format_history_csv(page)
                                              : reports::format_history(page)));
  if (history.reports + history.uncounted == 0)
    session.note(fmt::format("no report of these days speaks of {}; `rampart reports show` lists the domains",
                             page.domain));
  return Exit::clean;
}

}  // namespace

void add_reports_command(CLI::App& root, Session& session) {
  auto* reports =
      root.add_subcommand("reports", "Read what receivers report of the mail in your domains' names");
  auto request = std::make_shared<Request>();

  auto* import = reports->add_subcommand("import", "Read report files into the store, each report once");
  import
      ->add_option("PATH", request->paths,
                   "A report, an archive of some, or a folder of them; - is standard input")
      ->required();
  import->add_option("--format", request->format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  import->add_flag("--verify", request->verify,
                   "Believe reports by the mails they came in, and not because you give the files");
  add_origin_options(*import, session, request->facts);
  session.add_setting(*import, "store.url");
  import->footer(
      "What cannot be read is set aside with its reason and stops nothing else; a report that is read again "
      "counts once.\n"
      "Exit status: 0 everything was read, 1 something was set aside, 2 wrong usage, 3 (--verify) who sent a "
      "report could not be found out now.\n"
      "Most often: rampart reports import reports/");
  session.on_run(*import, [request](Session& s) { return run_import(s, *request); });

  auto* show = reports->add_subcommand("show", "Show what was reported of a domain, or of all");
  show->add_option("DOMAIN", request->domain,
                   "The domain at which receivers found the policy; without it, all of them");
  show->add_option("--since", request->since, "How far to look back: 30d, or a day [30d]")->type_name("TIME");
  show->add_flag("--all", request->all, "Show every address");
  show->add_option("--format", request->format, "text, json, or csv of a domain [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json", "csv"}));
  session.add_setting(*show, "store.url");
  show->footer(
      "Reports whose origin is not known are named and never counted.\n"
      "Most often: rampart reports show mydomain.example");
  session.on_run(*show, [request](Session& s) { return run_show(s, *request); });
  add_reports_fetch_command(*reports, session);
}

}  // namespace rampart::cli
