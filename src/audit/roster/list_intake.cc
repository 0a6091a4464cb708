#include "audit/roster/list_intake.h"

#include <map>

#include "audit/domain_list.h"

namespace rampart::audit::roster {
namespace {

base::Result<ReadList> read_all(DomainList list) {
  ReadList out;
  list.on_refused([&](RefusedLine line) {
    ++out.refused_count;
    if (out.refused.size() < kMaxRefusedKept) out.refused.push_back(std::move(line));
  });
  list.on_note([&](std::string note) {
    if (out.notes.size() < kMaxRefusedKept) out.notes.push_back(std::move(note));
  });
  while (auto entry = TRY(list.next())) {
    if (out.entries.size() >= DomainList::kMaxKept)
      return base::fail(base::ErrorKind::input,
                        fmt::format("a list names at most {} domains", DomainList::kMaxKept), {},
                        "give it in several parts");
    out.entries.push_back(*std::move(entry));
  }
  return out;
}

}  // namespace

base::Result<ReadList> read_list(std::string text, const std::string& name) {
  if (text.size() > kMaxListBytes)
    return base::fail(base::ErrorKind::input, "the list is larger than 64 MiB", name,
                      "give it in several parts");
  DomainList list;
  list.add_text(std::move(text), name);
  return read_all(std::move(list));
}

base::Result<ReadList> read_lists(const std::vector<std::string>& paths) {
  DomainList list;
  for (const auto& path : paths) TRY(list.open(path));
  return read_all(std::move(list));
}

base::Result<std::vector<Listed>> listed(std::vector<Entry> entries, const OrganisationId& organisation_id,
                                         const std::string& otherwise, const std::string& by,
                                         base::Time now) {
  std::vector<Listed> out;
  out.reserve(entries.size());
  std::map<std::string, std::string> ids;
  for (auto& entry : entries) {
    if (entry.organisation.empty()) {
      entry.organisation = otherwise;
    } else {
      auto known = ids.find(entry.organisation);
      if (known == ids.end())
        known = ids.emplace(entry.organisation, TRY(organisation_id(entry.organisation))).first;
      entry.organisation = known->second;
    }
    out.push_back({.entry = std::move(entry), .watched = true, .added = now, .by = by});
  }
  return out;
}

}  // namespace rampart::audit::roster
