#include "server/backup/sources.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace rampart::server::backup {
namespace {

struct Known {
  std::string_view key;
  SourceKind kind = SourceKind::file;
  std::string_view left_out = {};  // why; empty: it is kept
};

constexpr std::array kKnown{
    Known{.key = "fix.key_file"},
    Known{.key = "dkim.keys", .kind = SourceKind::folder},
    Known{.key = "dkim.seal_file"},
    Known{.key = "watch.json_file", .left_out = "what watch has written there is told already"},
    Known{.key = "watch.webhook_secret_file"},
    Known{.key = "watch.mail_password_file"},
    Known{.key = "guard.senders_file"},
    Known{.key = "guard.block_files"},
    Known{.key = "guard.allow_files"},
    Known{.key = "guard.quarantine", .kind = SourceKind::quarantine},
    Known{.key = "guard.seal_file"},
    Known{.key = "guard.reports", .kind = SourceKind::folder},
    Known{.key = "guard.api_token_file"},
    Known{.key = "guard.release_password_file"},
    Known{.key = "guard.release_key_file"},
    Known{.key = "guard.brands_file"},
    Known{.key = "guard.weights_file"},
    Known{.key = "guard.yara_rules", .kind = SourceKind::folder},
    Known{.key = "reports.imap_password_file"},
    Known{.key = "reports.imap_token_file"},
    Known{.key = "reports.providers"},
    Known{.key = "reports.asn_database", .left_out = "it is another's, and large: get a fresh one"},
    Known{.key = "report_mail.password_file"},
    Known{.key = "oidc.secret_file"},
    Known{.key = "oidc.ca_file"},
    Known{.key = "server.tls_certificate"},
    Known{.key = "server.tls_key"},
    Known{.key = "server.folder", .kind = SourceKind::folder},
    Known{.key = "server.breached_passwords", .left_out = "it is another's, and large: get a fresh one"},
};

const Known* find(std::string_view key) {
  const auto* const found = std::ranges::find(kKnown, key, &Known::key);
  return found == kKnown.end() ? nullptr : found;
}

std::string absolute(const std::string& path) {
  std::error_code failed;
  auto out = std::filesystem::absolute(path, failed).lexically_normal();
  if (!out.has_filename()) out = out.parent_path();
  return failed ? path : out.string();
}

}  // namespace

std::vector<Source> sources(const base::Config& config) {
  std::vector<Source> out;
  for (const auto* setting : config.schema().settings()) {
    const auto* const known = find(setting->key);
    if (known == nullptr || !known->left_out.empty()) continue;
    std::vector<std::string> paths;
    if (setting->type == base::SettingType::list)
      paths = config.list(setting->key);
    else
      paths = {config.text(setting->key)};
    for (const auto& path : paths) {
      if (path.empty()) continue;
      Source source{.setting = std::string(setting->key), .path = absolute(path), .kind = known->kind};
      if (std::ranges::find(out, source.path, &Source::path) == out.end()) out.push_back(std::move(source));
    }
  }
  return out;
}

bool knows_setting(std::string_view key) { return find(key) != nullptr; }

std::string left_out_because(std::string_view key) {
  const auto* const known = find(key);
  return known == nullptr ? std::string() : std::string(known->left_out);
}

}  // namespace rampart::server::backup
