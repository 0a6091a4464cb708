// What a receiver decided of its mail becomes aggregate reports, and they are sent (docs/report-writing.md).
#pragma once

#include <string>
#include <vector>

#include "server/reports/report_desk.h"
#include "server/setup/facts.h"
#include "server/setup/host.h"

namespace rampart::server {

struct WriteRequest {
  std::vector<std::string> results;  // files, "-" is standard input; none: what waits is looked up and sent
  std::string output;                // the desk's folder
  std::vector<std::string> days;     // 2026-11-26; empty: all that have ended
  std::string hours = "24";          // a report's period
  bool replace = false;
  bool send = false;
  bool again = false;  // what an interrupted run has perhaps sent
  FactsOptions facts;
  bool json = false;  // how the summary is printed
};

// With the folder that is opened already. Ending::findings where something was left out, refused or perhaps sent, undetermined where
// something waits.
base::Result<Ending> write_reports(const Host& host, const WriteRequest& request, const base::Config& config,
                                   ReportDesk& desk);

}  // namespace rampart::server
