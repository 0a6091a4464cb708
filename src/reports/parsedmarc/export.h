// An aggregate report as an export has it, made into a report again.
//
// It is written as the XML that it was made of and read as any other, so that what it says means the same in the store, with the
// same limits and defects.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "reports/aggregate/reader.h"

namespace rampart::reports {

// Empty: not said.
struct ExportHead {
  std::string version, name_space, organisation, email, contact, report_id, generator;
  std::vector<std::string> errors;
  std::string domain, p, sp, np, adkim, aspf, pct, fo, testing, discovery_method;

  friend bool operator==(const ExportHead&, const ExportHead&) = default;
};

struct ExportRecord {
  struct Seen {
    std::string domain;
    std::string more;  // the selector of a signature, the scope of SPF
    std::string result;
  };
  std::string address, count, disposition, dkim, spf;
  std::string header_from, envelope_from, envelope_to;
  std::vector<std::pair<std::string, std::string>> reasons;  // type and comment
  std::vector<Seen> signatures;
  std::vector<Seen> senders;  // SPF
};

class ExportedReport {
 public:
  // `reader` outlives it and is used by nobody else meanwhile.
  ExportedReport(AggregateReader& reader, const ExportHead& head);
  ~ExportedReport() { reader_.drop(); }
  ExportedReport(const ExportedReport&) = delete;
  ExportedReport& operator=(const ExportedReport&) = delete;

  void add(const ExportRecord& record);
  // Seconds since 1970. Errors are the reader's. Afterwards nothing may be added.
  base::Result<Report> finish(std::optional<std::int64_t> begin, std::optional<std::int64_t> end,
                              base::Time now);

 private:
  void feed(bool last);

  AggregateReader& reader_;
  std::string xml_;  // that is not read yet
};

// Times as exports have them, as seconds since 1970: "2025-11-25 00:00:00", and RFC 3339's.
std::optional<std::int64_t> export_time(std::string_view text);

}  // namespace rampart::reports
