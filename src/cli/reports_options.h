// What the commands of `rampart reports` are told alike.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/result.h"
#include "dns/name.h"
#include "mail/providers/registry.h"

namespace rampart::cli {

// Days since 1970, both inside.
struct ReportDays {
  std::int64_t from = 0;
  std::int64_t to = 0;  // today
};
// What --since means: "30d", or a day. Errors are of kind usage.
base::Result<ReportDays> report_days(const std::string& since);

// The built-in registry of providers with the files of reports.providers.
base::Result<mail::Registry> read_registry(const base::Config& config);
// reports.own_domains.
base::Result<std::vector<dns::Name>> own_domains(const base::Config& config);

}  // namespace rampart::cli
