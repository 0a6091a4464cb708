// The settings of inspection (guard.inspect…), and what they come to.
#pragma once

#include <span>

#include "base/config.h"
#include "guard/inspect/clamd/clamd.h"
#include "guard/inspect/inspection.h"

namespace rampart::guard {

std::span<const base::Setting> inspect_settings();

// What rules are made of, in part out of files.
struct InspectSources {
  names::NameSettings names;  // without brands
  std::string brands_file;    // whole paths; empty: none
  std::string weights_file;
  double tag = 0;  // points; 0: as the weights say
  double quarantine = 0;
};

struct InspectSettings {
  InspectionRules rules;  // without names and model, which load_rules_of() makes
  InspectSources sources;
  std::size_t workers = 0;  // never 0 here
  std::string yara_rules;   // a folder; empty: none
  std::optional<ClamdAddress> clamd;
};
// `own` are our own domains. Errors are of kind config.
base::Result<InspectSettings> read_inspect_settings(const base::Config& config, std::vector<dns::Name> own);

// Of what names and weights are made, each alone and both into rules. Errors are of kind config, and name the file, its line and the
// setting that names it.
base::Result<std::shared_ptr<const names::NameRules>> load_names(const InspectSources& sources);
base::Result<std::shared_ptr<const model::Model>> load_model(const InspectSources& sources);
base::Result<> load_rules_of(const InspectSources& sources, InspectionRules& rules);
// What is wrong with a file or folder that a setting names, with that setting said; of kind config.
base::Error named_by(std::string_view setting, base::Error error);

}  // namespace rampart::guard
