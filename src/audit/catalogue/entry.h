// One row of the catalogue of findings (see audit/catalogue.h).
#pragma once

#include <string_view>

#include "audit/report.h"

namespace rampart::audit {

struct CatalogueEntry {
  std::string_view code;
  Weakness weakness = Weakness::none;
  Severity severity = Severity::info;   // the advisory's where it names one, otherwise that of the worst case
  Severity effective = Severity::info;  // on a domain where nothing else stands in the way; a check lowers or
                                        // raises it by what it sees
  std::string_view title;               // {0}, {1} … are filled in; one sentence, no final stop
  std::string_view advice;              // the next step; {0}, {1} … as in the title
  std::string_view references;          // separated by "; "
  // For a finding of status unknown, where title and advice say what only a proven fault may say; else empty.
  std::string_view unknown_title = {};
  std::string_view unknown_advice = {};
};

}  // namespace rampart::audit
