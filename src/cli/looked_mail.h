// Messages of folders, looked at as the guard looks at them, but offline: what training and scoring read.
//
//   auto looked = TRY(look_at_mail({"ham", "sample.eml"}, rules, progress));
//   looked[0].signals
//
// Each message is unpacked in a process of its own (base/worker.h), as mail for training is a stranger's, too.
#pragma once

#include "cli/progress.h"
#include "guard/inspect/model/clusters.h"
#include "guard/inspect/names/name_rules.h"
#include "guard/inspect/signal/signal.h"

namespace rampart::cli {

inline constexpr std::size_t kMaxMailFiles = 1'000'000;  // our own

struct LookedMail {
  std::string file;
  bool is_message = false;  // it could be read, and is one
  std::string fault;        // why not all of it was seen, or nothing; empty: all was
  std::vector<guard::signal::Signal> signals;
  guard::model::Document document;  // for clusters
};

// Files as named, and those of folders, however deep, in the order of their paths; without hidden ones. Errors are of kind io, and of
// kind usage where one is named that is not there, or none is found.
base::Result<std::vector<std::string>> mail_files(const std::vector<std::string>& paths);
// What cannot be read, or is no message, has a fault and no signals.
base::Result<std::vector<LookedMail>> look_at_mail(const std::vector<std::string>& files,
                                                   const guard::names::NameRules& rules, Progress& progress);

}  // namespace rampart::cli
