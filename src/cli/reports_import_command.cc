// rampart reports import: report files into the store, each report once.
#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "cli/aside_folder.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/origin_options.h"
#include "cli/progress.h"
#include "reports/intake/importer.h"
#include "server/reports/report_origin.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

namespace fs = std::filesystem;

using base::ErrorKind;
using base::Result;
using server::OriginFacts;
using server::store_url;

struct Request {
  std::vector<std::string> paths;
  std::string from;
  std::string aside;
  bool verify = false;
  bool no_verify = false;
  FactsOptions facts;
  std::string format = "text";

  [[nodiscard]] bool piped() const { return std::ranges::find(paths, "-") != paths.end(); }
  // Mails that come by a pipe are mostly a stranger's, whoever set it up.
  [[nodiscard]] bool judges() const { return !no_verify && (verify || piped()); }
};

// What is done with what stands below a path.
struct Visit {
  std::function<Result<>(const std::string&)> file;
  std::function<Result<>(const std::string&, std::string_view why)> unreadable;  // a folder
  std::function<void(const std::string&)> link;                                  // to a folder
};

// The files below the folders that were named, and the files, each folder's in the order of their names. What is hidden is
// passed over. A folder that cannot be read stops nothing else.
Result<> each_file(const std::string& path, const Visit& visit) {
  std::error_code failed;
  if (path == "-" || !fs::is_directory(path, failed)) return visit.file(path);
  std::vector<fs::directory_entry> entries;
  for (fs::directory_iterator it(path, failed), end; !failed && it != end; it.increment(failed)) {
    if (!it->path().filename().string().starts_with('.')) entries.push_back(*it);
  }
  if (failed) TRY(visit.unreadable(path, "the folder cannot be read: " + failed.message()));
  std::ranges::sort(entries, {}, [](const auto& entry) { return entry.path().native(); });
  for (const auto& entry : entries) {
    if (fs::is_directory(entry.symlink_status(failed))) {
      TRY(each_file(entry.path().string(), visit));
    } else if (fs::is_directory(entry.path(), failed)) {
      visit.link(entry.path().string());  // which may lead round in a circle
    } else {
      TRY(visit.file(entry.path().string()));
    }
  }
  return {};
}

// Standard input, remembered as it is read: nobody else has it.
class Remembering : public reports::Source {
 public:
  static constexpr std::size_t kMost = std::size_t{64} << 20U;  // bytes; as large as a mail may be

  explicit Remembering(reports::Source& from) : from_(from) {}
  Result<std::size_t> read(std::span<char> room) override {
    const auto got = TRY(from_.read(room));
    bytes_.append(room.data(), std::min(got, kMost - bytes_.size()));
    return got;
  }
  // All of it, with what nobody has read.
  Result<std::string_view> rest() {
    std::string room(std::size_t{64} << 10U, '\0');
    while (TRY(read({room.data(), room.size()})) != 0) continue;
    return std::string_view(bytes_);
  }

 private:
  reports::Source& from_;
  std::string bytes_;
};

// What is set aside of it is kept in --aside, before anybody is told that it was taken.
Result<> read_input(const Request& request, reports::Source& input, const std::string& name,
                    reports::Importer& importer) {
  if (request.aside.empty()) return importer.read(input, name);
  Remembering remembering(input);
  const auto before = importer.summary().aside;
  TRY(importer.read(remembering, name));
  TRY(importer.flush());
  return importer.summary().aside == before ? Result<>() : keep_aside(request.aside, TRY(remembering.rest()));
}

Result<> read_paths(Session& session, const Request& request, reports::Importer& importer) {
  Progress progress(session.surroundings().err, session.surroundings().err_is_terminal, "files");
  Visit visit;
  visit.file = [&](const std::string& path) -> Result<> {
    if (interrupted() != 0) return base::fail(ErrorKind::io, "interrupted");
    auto source = reports::FileSource::open(path);
    if (!source) {
      TRY(importer.set_file_aside(path, source.error().what));
    } else if (path == "-") {
      TRY(importer.flush());
      TRY(read_input(request, **source, "standard input", importer));
    } else {
      TRY(importer.read(**source, path));
    }
    progress.update(importer.summary().files, std::nullopt);
    return {};
  };
  visit.unreadable = [&](const std::string& path, std::string_view why) {
    return importer.set_file_aside(path, why);
  };
  visit.link = [&](const std::string& path) {
    session.note(
        fmt::format("{}: a link to a folder, passed over; name it to have it read", base::printable(path)));
  };
  for (const auto& path : request.paths) {
    const auto before = importer.summary().files;
    if (auto done = each_file(path, visit); !done) {
      TRY(importer.flush());  // what was read is kept
      return done;
    }
    if (importer.summary().files == before)
      session.note(fmt::format("{}: there is no file in the folder, or only hidden ones, so nothing was read",
                               base::printable(path)));
  }
  TRY(importer.flush());
  progress.clear();
  return {};
}

Result<Exit> run_import(Session& session, const Request& request) {
  const auto* config = TRY(session.config());
  std::error_code failed;
  for (const auto& path : request.paths) {
    if (path != "-" && !fs::exists(path, failed))
      return base::fail(ErrorKind::usage, "there is no such file or folder", base::printable(path));
  }
  if (!request.aside.empty() && !request.piped())
    return base::fail(ErrorKind::usage, "only what comes by standard input is kept, and none is read",
                      "--aside", "leave it out: files stay where they are");
  auto worker = TRY(base::Worker::start(&mail::unpack_mime, {}));
  auto database = TRY(store::Database::open(TRY(store_url(*config))));
  auto archive = TRY(reports::Archive::open(database));
  const auto now = base::now();
  OriginFacts facts(request.facts, *config, [] { return interrupted() != 0; });
  auto judge = facts.judge();
  if (!request.verify) judge.set_trust_of_files(reports::Trust::imported);
  // What comes by a pipe a stranger may have made, to its last byte.
  const auto limits = request.piped() ? reports::UnpackLimits::of_stranger() : reports::UnpackLimits();
  auto importer = request.judges()
                      ? reports::Importer(archive, worker, judge, now, limits)
                      : reports::Importer(archive, worker, reports::Trust::imported, now, limits);
  importer.stop_when([] { return interrupted() != 0; });
  if (request.from == "parsedmarc") importer.expect_exports();
  TRY(read_paths(session, request, importer));
  auto summary = importer.summary();
  const auto keep = std::chrono::duration_cast<std::chrono::seconds>(config->duration("reports.keep"));
  summary.pruned = TRY(archive.prune(now - keep));
  TRY(session.print(request.format == "json" ? reports::format_import_json(summary)
                                             : reports::format_import(summary)));
  const bool undetermined = summary.beliefs && summary.beliefs->undetermined != 0;
  if (undetermined)
    session.note("who sent some of them could not be found out now; the same again asks once more");
  // What was not even looked up would not be the next time.
  const bool not_looked_up = summary.beliefs && summary.beliefs->not_looked_up != 0;
  if (request.piped()) return undetermined ? Exit::try_again : Exit::clean;
  if (summary.aside != 0) return Exit::findings;
  return undetermined || not_looked_up ? Exit::undetermined : Exit::clean;
}

// A mail server acts on the status: what it cannot make sense of it sends back to whoever sent the mail, who can mend nothing of
// it. So a mail is taken once it is read or noted as set aside, and whatever is our own fault is for later; so is one whose origin
// DNS did not tell, whose reports are there already and count once.
Result<Exit> run_piped(Session& session, const Request& request) {
  auto exit = run_import(session, request);
  if (exit) return exit;
  session.report(exit.error());
  return Exit::try_again;
}

}  // namespace

void add_reports_import_command(CLI::App& reports, Session& session) {
  auto request = std::make_shared<Request>();
  auto* import = reports.add_subcommand("import", "Read report files into the store, each report once");
  import
      ->add_option("PATH", request->paths,
                   "A report, an archive of some, or a folder of them; - is standard input")
      ->required();
  import
      ->add_option("--from", request->from,
                   "Read the exports of another program, JSON or CSV, and nothing else: parsedmarc")
      ->type_name("PROGRAM")
      ->check(one_of({"parsedmarc"}));
  import
      ->add_option("--aside", request->aside,
                   "Keep what was set aside of standard input, by its digest, in this folder")
      ->type_name("FOLDER");
  import->add_option("--format", request->format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  import->add_flag("--verify", request->verify,
                   "Believe reports by the mails they came in, and not because you give the files");
  import
      ->add_flag("--no-verify", request->no_verify,
                 "Believe also the mails of standard input, whoever sent them, because you give them")
      ->excludes("--verify");
  add_origin_options(*import, session, request->facts);
  session.add_setting(*import, "reports.keep");
  session.add_setting(*import, "store.url");
  import->footer(
      "What cannot be read is set aside with its reason and stops nothing else; a\n"
      "report that is read again counts once. With -, mails are believed by what they\n"
      "prove, as with --verify: anybody can send one.\n"
      "Exit status: 0 everything was read, 1 something was set aside, 2 wrong usage,\n"
      "3 who sent a report could not be found out now.\n"
      "With -, for a mail server's pipe (sysexits.h): 0 it was read or set aside, 75\n"
      "try it again later.\n"
      "Most often: rampart reports import reports/");
  session.on_run(*import, [request](Session& s) {
    return request->piped() ? run_piped(s, *request) : run_import(s, *request);
  });
}

}  // namespace rampart::cli
