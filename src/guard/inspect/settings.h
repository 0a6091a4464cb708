// The settings of inspection (guard.inspect…), and what they come to.
#pragma once

#include <span>

#include "base/config.h"
#include "guard/inspect/clamd/clamd.h"
#include "guard/inspect/inspection.h"

namespace rampart::guard {

std::span<const base::Setting> inspect_settings();

struct InspectSettings {
  InspectionRules rules;
  std::size_t workers = 0;  // never 0 here
  std::string yara_rules;   // a folder; empty: none
  std::optional<ClamdAddress> clamd;
};
// Reads the files that are named, too. `own` are our own domains. Errors are of kind config, and name the setting or the file's line.
base::Result<InspectSettings> read_inspect_settings(const base::Config& config, std::vector<dns::Name> own);

}  // namespace rampart::guard
