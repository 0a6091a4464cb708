// A month of aggregate reports about the demo's domains, as three receivers write them (RFC 9990). The bank's senders are its own
// servers, a mail host, a payroll bureau that signs with a domain of its own until lately, a list, and forgers.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace rampart::server::demo {

// Who writes them.
std::span<const std::string_view> reporters();

struct ReportFile {
  std::string name;  // as RFC 9990 section 3.5.1 has it, without .gz
  std::string xml;
};

// Of the `days` days before today.
std::vector<ReportFile> made_reports(base::Time now, int days);

}  // namespace rampart::server::demo
