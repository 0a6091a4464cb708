// rampart backup and rampart restore: all that is kept, in one file, and put back again.
#include <unistd.h>

#include "base/text.h"
#include "cli/commands.h"
#include "server/backup/backup.h"
#include "server/setup/store_url.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using server::backup::Manifest;

struct Restoring {
  std::string file;
  std::string root;
  bool check = false;
};

std::string counted(const Manifest& manifest) {
  std::uint64_t bytes = 0;
  std::size_t kept = 0;
  for (const auto& entry : manifest.entries) {
    bytes += entry.size;
    if (entry.name.starts_with("quarantine/")) ++kept;
  }
  return fmt::format("{} files, {} of them quarantined messages, {} bytes", manifest.entries.size(), kept,
                     bytes);
}

base::Result<> tell_left_out(Session& session, const Manifest& manifest) {
  for (const auto& text : manifest.left_out)
    TRY(session.print("  left out: " + base::printable(text) + "\n"));
  return {};
}

base::Result<Exit> run_backup(Session& session, const std::string& file) {
  const auto* config = TRY(session.config());
  const auto url = TRY(server::store_url(*config));
  if (url.backend == store::Backend::sqlite && ::access(url.target.c_str(), F_OK) != 0)
    return base::fail(ErrorKind::usage, "there is no store to back up", url.shown,
                      "name the one in use: --store FILE");
  const auto made = TRY(server::backup::back_up(
      *config, {.config_file = session.config_file().value_or(""), .store = url, .now = base::now()}, file));
  TRY(session.print(fmt::format("{}: {}\n", base::printable(file), counted(made))));
  TRY(tell_left_out(session, made));
  TRY(
      session.print("It holds keys and mail: keep it as you keep these.\n"
                    "Next: rampart restore --check " +
                    base::printable(file) + "\n"));
  return Exit::clean;
}

base::Result<Exit> run_restore(Session& session, const Restoring& wanted) {
  if (wanted.check) {
    const auto manifest = TRY(server::backup::check(wanted.file));
    TRY(session.print(fmt::format("{} is whole: made by rampart {} at {}, of {}; {}\n",
                                  base::printable(wanted.file), base::printable(manifest.version),
                                  base::format_time(manifest.made), base::printable(manifest.store),
                                  counted(manifest))));
    for (const auto& entry : manifest.entries)
      if (!entry.name.starts_with("quarantine/"))
        TRY(session.print(
            fmt::format("  {} ({})\n", base::printable(entry.path), base::printable(entry.setting))));
    TRY(tell_left_out(session, manifest));
    return Exit::clean;
  }
  const auto manifest = TRY(server::backup::restore(wanted.file, {.root = wanted.root}));
  TRY(session.print(fmt::format("restored and read again: {}\n", counted(manifest))));
  TRY(tell_left_out(session, manifest));
  for (const auto& entry : manifest.entries)
    if (entry.name == "config/rampart.toml")
      TRY(session.print(fmt::format("Next: rampart config check --config {}{}\n",
                                    base::printable(wanted.root), base::printable(entry.path))));
  return Exit::clean;
}

}  // namespace

void add_backup_commands(CLI::App& root, Session& session) {
  auto file = std::make_shared<std::string>();
  auto* backup =
      root.add_subcommand("backup", "Write the store, the quarantine, keys and settings into one file");
  backup->add_option("FILE", *file, "The file to make; one that is there stays, which is an error")
      ->required();
  session.add_setting(*backup, "store.url");
  backup->footer(
      "It may be made while Rampart runs, and is of one moment.\n"
      "Most often: rampart backup /var/backups/rampart-$(date +%F).backup");
  session.on_run(*backup, [file](Session& s) { return run_backup(s, *file); });

  auto wanted = std::make_shared<Restoring>();
  auto* restore = root.add_subcommand("restore", "Put back what a backup holds, where nothing of it is");
  restore->add_option("FILE", wanted->file, "A file that rampart backup made")->required();
  restore->add_option("--root", wanted->root, "Put everything below this folder instead")->type_name("DIR");
  restore->add_flag("--check", wanted->check, "See whether it is whole and what it holds, and write nothing");
  restore->footer(
      "What was written is read again, the store is asked whether it is sound, and each message that it "
      "keeps is looked for.\n"
      "Most often: rampart restore --check FILE, then rampart restore FILE");
  session.on_run(*restore, [wanted](Session& s) { return run_restore(s, *wanted); });
}

}  // namespace rampart::cli
