// Messages become reports: of each day, each Policy Domain and each configuration that it published one (RFC 9990 section 3.1),
// with a row for all messages that are told alike.
//
//   auto collector = TRY(Collector::make({.domain = "mx.ministry.example", …}, texts));
//   TRY(read_results(source, name, [&](MessageResult&& message) { return collector.add(std::move(message)); }));
//   for (const auto& due : collector.finish()) …
//
// What comes of the same messages is the same, in any order of theirs.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "reports/aggregate/report.h"
#include "reports/write/results.h"

namespace rampart::reports {

// Who reports.
struct Reporter {
  std::string domain;        // "mx.ministry.example": `receiver` of a file's name, `Submitter` of a subject
  std::string organisation;  // its name
  std::string
      email;  // whom to ask, and the reports' From address: its domain has to pass DMARC (RFC 9990 section 3.5.2)
  std::string contact;    // more about that; may be empty
  std::string generator;  // "Rampart 0.1.0"; may be empty
};

// A report that is to be sent.
struct DueReport {
  Report report;
  std::vector<std::string> rua;  // as they were last published, for recipients()
};

// Our own.
inline constexpr std::size_t kMaxDueReports = 100'000;

class Collector {
 public:
  // `period` divides a day: a shorter one makes smaller reports of a large day (RFC 9990 section 3.1: "daily (or more frequent)").
  // Periods begin with the UTC day. `texts` outlives the reports. Errors are of kind input: a domain or an address that is none, no
  // organisation, a period that does not divide a day.
  static base::Result<Collector> make(const Reporter& reporter, Texts& texts,
                                      std::chrono::seconds period = std::chrono::hours(24));

  // Errors are of kind input: a member that RFC 9990 has no place for (docs/report-writing.md), or more rows or reports than
  // kMaxRows and kMaxDueReports. Nothing is counted then. Strangers' texts are never wrong: they are made valid and cut.
  base::Result<> add(MessageResult message);

  // Ordered by period, domain and configuration, rows by address. Reports whose domain asks for none (no rua, RFC 9989 section
  // 4.7) are not among them. Afterwards the collector is empty.
  std::vector<DueReport> finish();
  // Messages of reports that nobody asked for, by the last finish().
  [[nodiscard]] std::uint64_t unasked() const { return unasked_; }

 private:
  struct Group {
    std::int64_t begin = 0;
    Published policy;
    base::Time newest{};  // of the message whose rua and errors count
    std::vector<std::string> rua;
    std::vector<std::string> errors;
    std::unordered_map<std::uint64_t, std::uint64_t> rows;  // counts by address and outcome
  };

  Collector(Reporter reporter, Texts& texts, std::int64_t period);
  [[nodiscard]] DueReport made(Group&& group);

  Reporter reporter_;
  Texts* texts_;
  std::int64_t period_;  // seconds
  std::map<std::string, Group, std::less<>> groups_;
  std::size_t rows_ = 0;
  std::uint64_t unasked_ = 0;
};

// A row's signatures in the order of RFC 9990 section 3.1.3, each once, at most kMaxDkimSeen: what passes and is the From domain's,
// what passes and is aligned, what passes, the rest; among equals by their texts. Without `aligned` a domain counts as aligned
// that is within the policy's domain, or above the From domain with a label to spare.
std::vector<DkimSeen> ordered_signatures(const std::vector<SignatureResult>& signatures,
                                         std::string_view header_from, std::string_view policy_domain);

// The same id for the same report, so that a re-send has it too: letters and digits, unique among the reports of a receiver.
std::string report_id(std::string_view receiver, const Report& report);

}  // namespace rampart::reports
