// The page of a domain's sources: for people, as JSON and as CSV.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "reports/sources/inventory.h"

namespace rampart::reports {

struct SourcesPage {
  const Inventory* inventory = nullptr;
  std::span<const MailSource> sources;  // most messages first
  std::vector<const Mark*> idle;        // marks that met nothing
  std::vector<std::string> notes;       // what else is to be known of the answers
  bool all = false;                     // every source, address and line of evidence; for people
};

std::string format_sources(const SourcesPage& page);
// One source, and one mark, as the JSON has them: objects.
void write_source(base::JsonWriter& json, const MailSource& source);
void write_mark(base::JsonWriter& json, const Mark& mark);
std::string format_sources_json(const SourcesPage& page);  // "rampart.reports-sources/1"
// A line for each source.
std::string format_sources_csv(const SourcesPage& page);

// `of`: the one domain that was asked about; empty: all.
std::string format_marks(std::span<const Mark> marks, std::string_view of = {});
std::string format_marks_json(std::span<const Mark> marks);  // "rampart.reports-marks/1"

}  // namespace rampart::reports
