#include "cli/store_url.h"

#include <cstdlib>

namespace rampart::cli {

std::string data_folder() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
    return std::string(value == nullptr ? "" : value);
  };
  auto folder = variable("XDG_DATA_HOME");
  if (!folder.starts_with('/')) folder = variable("HOME") + "/.local/share";
  return folder + "/rampart";
}

base::Result<store::Url> store_url(const base::Config& config) {
  if (!config.text("store.url").empty()) return store::parse_url(config.text("store.url"));
  return store::parse_url("sqlite:" + data_folder() + "/rampart.db");
}

}  // namespace rampart::cli
