// That no path of the configuration is forgotten by a backup.
#include <gtest/gtest.h>

#include "server/backup/sources.h"
#include "server/schema.h"

namespace rampart::cli {
namespace {

// Settings whose names say that they name something on this disk.
bool names_a_place(std::string_view key) {
  static constexpr std::array kOthers{"dkim.keys",        "guard.quarantine",  "guard.reports",
                                      "guard.yara_rules", "reports.providers", "reports.asn_database"};
  return key.ends_with("_file") || key.ends_with("_files") || key.ends_with("_folder") ||
         key.ends_with("_key") || key.ends_with("_certificate") ||
         std::ranges::find(kOthers, key) != kOthers.end();
}

TEST(Backup, KnowsEachSettingThatNamesAPlace) {
  for (const auto* setting : server::schema().settings())
    if (names_a_place(setting->key)) EXPECT_TRUE(server::backup::knows_setting(setting->key)) << setting->key;
}

}  // namespace
}  // namespace rampart::cli
