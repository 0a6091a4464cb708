// What an audit, and whatever asks DNS on its own, is made of: where facts come from, which selectors there are, and a domain's input.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/assess.h"
#include "audit/runner.h"
#include "audit/selectors.h"
#include "base/config.h"
#include "server/setup/fact_source.h"

namespace rampart::server {

struct FactsOptions {
  std::vector<std::string> zones;
  std::string recording;  // --facts
  std::string selector_list;
  std::vector<std::string> mails;
};

// `stop` as in FactSourceOptions.
base::Result<std::unique_ptr<FactSource>> open_source(const FactsOptions& options, const base::Config& config,
                                                      std::size_t threads, std::function<bool()> stop);
// `note` is told of mails that name no selector.
base::Result<audit::SelectorBook> read_selectors(const FactsOptions& options, const base::Config& config,
                                                 const std::function<void(std::string_view)>& note);
}  // namespace rampart::server
