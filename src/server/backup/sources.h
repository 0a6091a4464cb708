// What a configuration says is on this machine: the files and folders that a Rampart cannot be put up again without.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/config.h"

namespace rampart::server::backup {

enum class SourceKind : std::uint8_t {
  file,
  folder,      // with all below it
  quarantine,  // a folder of which the store says what is in it
};

struct Source {
  std::string setting;
  std::string path;  // absolute
  SourceKind kind = SourceKind::file;
};

// In the order of the settings; those that name nothing are left out.
std::vector<Source> sources(const base::Config& config);
// Whether a backup has what this setting names, or leaves it out knowingly: for the test that no path is forgotten.
bool knows_setting(std::string_view key);

// One of a backup, as far as it is known before it is looked for: "guard.seal_file" names /etc/rampart/seal.key.
std::string left_out_because(std::string_view key);  // empty: it is not left out

}  // namespace rampart::server::backup
