// The names that reports which count show to be in use for a domain's mail: what an audit could only guess.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "dns/name.h"
#include "reports/archive/numbers.h"
#include "store/database.h"

namespace rampart::reports {

struct SeenKey {
  dns::Name domain;      // of the signature
  std::string selector;  // lower case
};

struct SeenNames {
  std::vector<SeenKey> keys;         // whose signatures verified: anybody may write the others
  std::vector<dns::Name> senders;    // below the domain, that mail which passed DMARC was from
  std::vector<dns::Name> envelopes;  // below the domain, that SPF passed for as MAIL FROM
};

// Of the reports of `domain` from that day on; each once, most messages first. Nothing that cannot be a name.
base::Result<SeenNames> read_seen_names(store::Database& database, const dns::Name& domain, std::int64_t from,
                                        const HeedReporter& heed = heed_all_that_count);

}  // namespace rampart::reports
