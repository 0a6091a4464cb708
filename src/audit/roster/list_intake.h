// A list of domains for the roster: a CSV that somebody uploads, or the lists that the configuration names.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "audit/roster/roster.h"
#include "audit/summary.h"

namespace rampart::audit::roster {

inline constexpr std::size_t kMaxListBytes = std::size_t{64} << 20;  // of one list; our own
inline constexpr std::size_t kMaxRefusedKept = 100;  // lines that name no domain; the rest is counted

struct ReadList {
  std::vector<Entry> entries;        // each domain once; Entry::organisation is what the list says
  std::vector<RefusedLine> refused;  // the first kMaxRefusedKept
  std::size_t refused_count = 0;
  std::vector<std::string> notes;  // how it was read, and what is odd about it
};

// A list in memory, as DomainList reads one: a domain a line, or a table with a header. `name` is for messages.
base::Result<ReadList> read_list(std::string text, const std::string& name);
// Files, one after another; what one says of a domain counts for it in the others.
base::Result<ReadList> read_lists(const std::vector<std::string>& paths);

// The entries as they are put on the roster. `organisation_id` gives the id of an organisation that a list names, or an
// error; it is asked once for each name. What names no organisation becomes `otherwise`'s.
using OrganisationId = std::function<base::Result<std::string>(const std::string& name)>;
base::Result<std::vector<Listed>> listed(std::vector<Entry> entries, const OrganisationId& organisation_id,
                                         const std::string& otherwise, const std::string& by, base::Time now);

}  // namespace rampart::audit::roster
