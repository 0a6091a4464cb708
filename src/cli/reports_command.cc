// rampart reports: what receivers say of the mail that is sent in your domains' names.
#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/store_url.h"
#include "reports/intake/importer.h"

namespace rampart::cli {
namespace {

namespace fs = std::filesystem;

using base::ErrorKind;
using base::Result;

struct Request {
  std::vector<std::string> paths;
  std::string format = "text";
};

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
  reports::Importer importer(archive, worker, reports::Trust::imported, base::now());
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
  return summary.aside == 0 ? Exit::clean : Exit::findings;
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
  session.add_setting(*import, "store.url");
  import->footer(
      "What cannot be read is set aside with its reason and stops nothing else; a report that is read again "
      "counts once.\n"
      "Exit status: 0 everything was read, 1 something was set aside, 2 wrong usage.\n"
      "Most often: rampart reports import reports/");
  session.on_run(*import, [request](Session& s) { return run_import(s, *request); });
}

}  // namespace rampart::cli
