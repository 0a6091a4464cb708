#include "server/backup/places.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "server/settings.h"
#include "server/setup/key_store.h"
#include "server/setup/store_url.h"

namespace rampart::server::backup {

namespace fs = std::filesystem;
using base::Result;

namespace {

// Settings that name files of which there may be no second copy: secrets, and lists that people wrote.
constexpr std::array<std::string_view, 17> kFiles{"guard.seal_file",
                                                  "guard.release_key_file",
                                                  "guard.release_password_file",
                                                  "guard.api_token_file",
                                                  "guard.senders_file",
                                                  "guard.brands_file",
                                                  "guard.weights_file",
                                                  "dkim.seal_file",
                                                  "fix.key_file",
                                                  "watch.webhook_secret_file",
                                                  "watch.mail_password_file",
                                                  "reports.imap_password_file",
                                                  "reports.imap_token_file",
                                                  "report_mail.password_file",
                                                  "server.tls_certificate",
                                                  "server.tls_key",
                                                  "server.breached_passwords"};
constexpr std::array<std::string_view, 4> kFileLists{"guard.block_files", "guard.allow_files",
                                                     "reports.providers", "watch.lists"};

std::string whole(const std::string& path) {
  std::error_code error;
  const auto out = fs::absolute(path, error).lexically_normal().string();
  return out.size() > 1 && out.ends_with('/') ? out.substr(0, out.size() - 1) : out;
}

bool is_there(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

}  // namespace

bool is_kept(std::string_view relative) {
  const auto name = relative.substr(relative.rfind('/') + 1);
  if (name == "enrolment-link" || name.ends_with(".trouble") || name.ends_with("-wal") ||
      name.ends_with("-shm") || name.ends_with("-journal"))
    return false;
  return !relative.starts_with("uploads/") && name.find(".rampart-new") == std::string_view::npos;
}

Result<Places> places_of(const base::Config& config, const std::string& config_file) {
  Places out;
  const auto url = TRY(store_url(config));
  if (url.backend == store::Backend::postgresql) {
    out.notes.push_back(
        fmt::format("the store is a PostgreSQL database and not in this backup: pg_dump --format=custom "
                    "--file=rampart.dump \"{}\" "
                    "saves it, pg_restore brings it back",
                    url.shown));
  } else if (is_there(url.target)) {
    out.store = whole(url.target);
  }
  const auto add_folder = [&](const std::string& path, std::string prefix) {
    if (path.empty() || !fs::is_directory(path)) return;
    out.folders.push_back({.path = whole(path), .prefix = std::move(prefix)});
  };
  add_folder(config.text("guard.quarantine"), "quarantine/");
  add_folder(key_folder_path(config), "keys/");
  add_folder(TRY(read_server_settings(config)).folder, "server/");
  add_folder(config.text("guard.reports"), "reports/");
  add_folder(config.text("guard.yara_rules"), "yara/");
  std::set<std::string> seen;
  const auto add_file = [&](const std::string& path, const std::string& folder) {
    if (path.empty() || path == "-" || !is_there(path) || !seen.insert(whole(path)).second) return;
    // Files of one name may stand in several folders.
    out.files.push_back(
        {.path = whole(path),
         .name = fmt::format("{}/{:02}-{}", folder, seen.size(), fs::path(path).filename().string())});
  };
  add_file(config_file, "config");
  for (const auto key : kFiles)
    if (config.schema().find(key) != nullptr) add_file(config.text(key), "files");
  for (const auto key : kFileLists)
    if (const auto* setting = config.schema().find(key); setting != nullptr)
      for (const auto& path : config.list(key)) add_file(path, "files");
  return out;
}

}  // namespace rampart::server::backup
