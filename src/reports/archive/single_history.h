// What the store has of single messages that failed, and of what was set aside, by when it was read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "reports/archive/archive.h"
#include "reports/failure/reader.h"
#include "store/database.h"

namespace rampart::reports {

struct StoredFailure {
  FailureReport report;
  Trust trust = Trust::unverified;
  std::string origin;         // the file or mail that it was read from
  std::int64_t received = 0;  // when it was read, in seconds since 1970
};

struct FailureHistory {
  std::int64_t from = 0;  // days since 1970, both inside
  std::int64_t to = 0;
  std::uint64_t reports = 0;        // in these days
  std::vector<StoredFailure> seen;  // the last first
};

// Of a domain and those below it, or of all; of many the last `most` (0: all).
base::Result<FailureHistory> read_failures(store::Database& database, std::optional<std::string_view> domain,
                                           std::int64_t from, std::int64_t to, std::size_t most = 0);

struct AsideNote {
  std::string origin;
  std::string reason;
  std::int64_t at = 0;  // the last time, in seconds since 1970
};

struct AsideHistory {
  std::int64_t from = 0;  // days since 1970, both inside
  std::int64_t to = 0;
  std::uint64_t notes = 0;      // in these days
  std::vector<AsideNote> seen;  // the last first
};

// What could not be read, and why; of much the last `most` (0: all).
base::Result<AsideHistory> read_aside(store::Database& database, std::int64_t from, std::int64_t to,
                                      std::size_t most = 0);

}  // namespace rampart::reports
