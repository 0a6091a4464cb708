// The second half of analyse(): what follows from the records once all are read. Internal to this folder.
#pragma once

#include "auth/spf/analyse.h"

namespace rampart::spf {

// Fills what Analysis has beside its nodes, and adds the issues about cost, breadth and the record's end.
void conclude(Analysis& analysis, const AnalysisOptions& options);

}  // namespace rampart::spf
