#include "server/setup/store_url.h"

#include <cstdlib>

#include <fmt/format.h>
#include <unistd.h>

namespace rampart::server {

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

base::Result<store::Database> open_known_store(const base::Config& config, std::string_view hint) {
  const auto url = TRY(store_url(config));
  if (url.backend == store::Backend::sqlite && ::access(url.target.c_str(), F_OK) != 0)
    return base::fail(base::ErrorKind::usage, "there is no store yet", url.shown,
                      fmt::format("{} --store {}", hint, url.target));
  return store::Database::open(url);
}

}  // namespace rampart::server
