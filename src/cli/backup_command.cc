// rampart backup and rampart restore: all of a server in one file, and the way back.
#include "base/text.h"
#include "cli/commands.h"
#include "server/backup/backup.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;
using server::backup::Manifest;

std::string counted(std::size_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

void tell_notes(Session& session, const Manifest& manifest) {
  for (const auto& note : manifest.notes) session.note(note);
}

std::uint64_t bytes_of(const Manifest& manifest) {
  std::uint64_t out = 0;
  for (const auto& file : manifest.files) out += file.size;
  return out;
}

Result<Exit> run_backup(Session& session, const std::string& path) {
  const auto* config = TRY(session.config());
  const auto made =
      TRY(server::backup::make_backup(*config, session.config_file().value_or(std::string()), path));
  tell_notes(session, made);
  TRY(session.print(fmt::format("{}: {}, {} bytes\n", base::printable(path),
                                counted(made.files.size(), "file", "files"), bytes_of(made))));
  session.note("it holds private keys and mail: keep it where you keep those");
  return Exit::clean;
}

struct Request {
  std::string path;
  std::string root = "/";
  bool verify = false;
  bool check = false;
};

Result<Exit> verify(Session& session, const Request& request) {
  const auto verdict =
      TRY(server::backup::verify_backup(request.path, {.root = request.root, .compare = request.verify}));
  for (const auto& fault : verdict.faults) TRY(session.print(fault + '\n'));
  if (!verdict.faults.empty()) return Exit::findings;
  TRY(session.print(fmt::format(
      "{} of {} {}\n", counted(verdict.manifest.files.size(), "file", "files"),
      base::format_time(verdict.manifest.time),
      request.verify ? "stand as they were saved, and the store is whole" : "are in the backup, whole")));
  return Exit::clean;
}

Result<Exit> run_restore(Session& session, const Request& request) {
  if (request.verify || request.check) return verify(session, request);
  const auto manifest = TRY(server::backup::restore_backup(request.path, {.root = request.root}));
  tell_notes(session, manifest);
  TRY(session.print(fmt::format("{} of {} {} restored\n", counted(manifest.files.size(), "file", "files"),
                                base::format_time(manifest.time),
                                manifest.files.size() == 1 ? "is" : "are")));
  session.note(
      fmt::format("rampart restore --verify {} compares them with the backup, before the server is started",
                  base::printable(request.path)));
  return Exit::clean;
}

}  // namespace

void add_backup_commands(CLI::App& root, Session& session) {
  auto* backup =
      root.add_subcommand("backup", "Save the store, quarantine, keys and configuration in one file");
  const auto path = std::make_shared<std::string>();
  backup->add_option("FILE", *path, "The backup, a tar archive that only its owner may read")->required();
  for (const auto* key : {"store.url", "guard.quarantine", "dkim.keys"}) session.add_setting(*backup, key);
  backup->footer(
      "The server may run meanwhile. A PostgreSQL store is saved by pg_dump, and the rest by this.\n"
      "Exit status: 0 saved, 2 wrong usage or something cannot be read.\n"
      "Most often: rampart backup --config /etc/rampart/rampart.toml /var/backups/rampart.tar");
  session.on_run(*backup, [path](Session& s) { return run_backup(s, *path); });

  auto* restore = root.add_subcommand("restore", "Put back what rampart backup saved");
  const auto request = std::make_shared<Request>();
  restore->add_option("FILE", request->path, "The backup")->required();
  restore->add_option("--root", request->root, "Put DIR in front of every path, to try it out [/]")
      ->type_name("DIR");
  auto* check = restore->add_flag("--check", request->check, "Only look whether the backup is whole");
  restore->add_flag("--verify", request->verify, "Only compare what stands at the places with the backup")
      ->excludes(check);
  restore->footer(
      "Nothing is written where anything stands already, and all of it or nothing is.\n"
      "Exit status: 0 done, 1 something is not as it was saved, 2 wrong usage, a place that is taken, or a "
      "damaged file.\n"
      "Most often: rampart restore /var/backups/rampart.tar");
  session.on_run(*restore, [request](Session& s) { return run_restore(s, *request); });
}

}  // namespace rampart::cli
