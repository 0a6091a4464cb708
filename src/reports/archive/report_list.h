// The reports in the store, one by one, the newest first: what a list of them shows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "reports/archive/archive.h"
#include "store/database.h"

namespace rampart::reports {

enum class ReportKind : std::uint8_t { aggregate, failure, tls };
std::string_view to_string(ReportKind kind);  // "aggregate"
std::optional<ReportKind> parse_report_kind(std::string_view text);

struct ListedReport {
  ReportKind kind = ReportKind::aggregate;
  std::int64_t number = 0;  // of its kind
  std::string domain;
  std::string reporter;  // raw; empty: of a failure report
  std::string report_id;
  std::optional<std::int64_t> from;  // days since 1970; of a failure report nothing
  std::optional<std::int64_t> to;
  std::uint64_t messages = 0;  // or sessions
  Trust trust = Trust::unverified;
  std::int64_t received = 0;  // seconds since 1970
  std::string origin;
};

struct ReportPlace {
  std::int64_t received = 0;
  ReportKind kind = ReportKind::aggregate;
  std::int64_t number = 0;

  [[nodiscard]] std::string text() const;  // "1795000000.tls.17"
  static std::optional<ReportPlace> parse(std::string_view text);
};
ReportPlace place_of(const ListedReport& report);

struct ReportFilter {
  std::optional<ReportKind> kind = {};
  std::string domain = {};                // this one; empty: all
  std::string reporter = {};              // part of its name
  std::optional<std::int64_t> from = {};  // that speak of this day or a later one
  std::optional<std::int64_t> to = {};
  std::optional<ReportPlace> behind = {};
  std::size_t most = 50;
};

// By when they were read, then kind and number, all falling.
base::Result<std::vector<ListedReport>> list_reports(store::Database& database, const ReportFilter& filter);

}  // namespace rampart::reports
