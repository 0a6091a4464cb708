// How each domain of an organisation stands, and what has changed since another time.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "audit/portfolio/text_input.h"
#include "audit/report.h"
#include "base/result.h"

namespace rampart::audit {

struct Standing {
  std::string status;
  std::string grade;
  std::map<std::string, std::string> findings;  // by code: "present" or "unknown"; of several the former

  void add(std::string_view code, std::string_view status);
};
using Standings = std::map<std::string, Standing>;  // by domain

// For a text that is read back in the same run.
std::string pack_standing(const DomainReport& report);
void unpack_standing(std::string_view packed, Standings& to);

struct Change {
  std::string group;
  std::string domain;
  std::string
      what;  // domain-appeared, domain-went, status, grade, finding-appeared, finding-went, finding-unknown
  std::string finding;  // its code
  std::string before;
  std::string after;
};
// In the order of the domains. A finding that is no longer known is not one that went.
std::vector<Change> changes_between(const Standings& before, const Standings& after);

// A file of a folder, read in pieces.
base::Result<TextInput> open_input(const std::string& path);
// Each row of a CSV of our own by the names of its columns. Stops at the first row that cannot be read.
base::Result<> read_rows(const std::string& path,
                         const std::function<void(const std::map<std::string_view, std::string_view>&)>& use);
// A cell as it was before csv_cell() guarded it.
std::string unguarded(std::string_view cell);
// The CSV of an audit.
base::Result<Standings> read_standings(const std::string& path);

}  // namespace rampart::audit
