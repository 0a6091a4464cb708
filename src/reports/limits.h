// What strangers' reports may cost: every limit of reading them, with its reason. All are our own unless a standard is named.
// What exceeds one is set aside with the reason, or cut with a defect, and stops nothing else. docs/report-reading.md lists them.
//
// "A file" is one that was named or stands in a folder, a mail out of a mailbox, and each mail of an mbox that the operator gave;
// all that is packed into it is part of it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rampart::reports {

// What unpacking may cost.
struct UnpackLimits {
  // Bytes that come out of one file, all its members together: minutes of parsing, not hours.
  std::uint64_t max_bytes = std::uint64_t{512} << 20U;
  // Bytes out to bytes in, counted once 1 MiB has come out: real reports pack to a 40th at best.
  std::uint64_t max_ratio = 400;
  // Members of one archive, and mails of an mbox that came within something else: a reporter packs one.
  std::size_t max_members = 100;
  // Members and mails of one file, of all archives in one another: a hundred times a hundred would be a million.
  std::size_t max_parts = 1'000;
  // Mails of an mbox that the operator gave: a mailbox of years. Each mail starts a process that unpacks it.
  std::size_t max_mails = 100'000;
  std::size_t max_depth = 3;  // an archive in an archive in a mail
  // Bytes of what has to be held whole: a zip, a mail.
  std::size_t max_archive = std::size_t{64} << 20U;
  // Whether each mail of an mbox is a file of its own to these limits, as the operator's mails are; a stranger's is one file.
  bool each_mail_a_file = true;

  // Of what anybody may have sent: what comes by standard input.
  static constexpr UnpackLimits of_stranger() {
    UnpackLimits out;
    out.max_mails = out.max_parts;
    out.each_mail_a_file = false;
    return out;
  }
};

// Messages of a row, sessions of a policy: what is larger is clamped, with the defect bad-count. 50,000 a second from one address,
// all day long; and the sums of a store hold two thousand million rows of it, which no disk does: a sum that overflows ends
// every import in PostgreSQL, and every look in SQLite.
inline constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 32U;
inline constexpr std::uint64_t kMostStoredRows = (std::uint64_t{1} << 31U) - 1;
static_assert(kMaxCount * kMostStoredRows <= std::uint64_t{INT64_MAX});
// Sums of counts, so that JSON's readers hold them exactly.
inline constexpr std::uint64_t kMaxSum = std::uint64_t{1} << 53U;

// An aggregate report.
inline constexpr std::size_t kMaxRows =
    2'000'000;  // the largest reports of the largest domains have tens of thousands
inline constexpr std::size_t kMaxValue = 1024;  // bytes of a text of its head
// Rows times the days of its period, of a report and of a file: each is a row of the store. A report of a day has its rows, or
// twice as many where it lies across midnight UTC.
inline constexpr std::uint64_t kMaxDayRows = 4'000'000;
// The same of a file that anybody may have sent, as its mail is judged: four times what the largest have.
inline constexpr std::uint64_t kMaxStrangersDayRows = 400'000;
// Bytes of what one row says (its names, signatures and comments): more of its signatures and reasons are left out.
inline constexpr std::size_t kMaxOutcomeText = std::size_t{16} << 10U;
// Bytes of different texts, of a report and of a file: the store keeps each. A large report has one or two MiB.
inline constexpr std::size_t kMaxReportTexts = std::size_t{32} << 20U;
inline constexpr std::size_t kMaxFileTexts = std::size_t{64} << 20U;

// A TLS report.
inline constexpr std::size_t kMaxTlsBytes = std::size_t{8} << 20U;
inline constexpr std::size_t kMaxTlsDepth = 16;  // of its JSON, which needs six
inline constexpr std::size_t kMaxTlsPolicies =
    10'000;  // of a report, and of a file: each domain is a row of the store
inline constexpr std::size_t kMaxTlsFailures = 100'000;  // of a report
inline constexpr std::size_t kMaxTlsLines = 100;         // of a policy: its lines, and its hosts
inline constexpr std::size_t kMaxTlsText = 1024;         // bytes of a text
// Different failures of a policy domain that one report is kept with; of more the addresses are left out, and their sessions
// counted by result and host.
inline constexpr std::size_t kMaxTlsKept = 1'000;

// parsedmarc's exports.
inline constexpr std::size_t kMaxExportItem =
    std::size_t{32} << 20U;  // bytes of a report in JSON; its tree is ten times larger
inline constexpr std::size_t kMaxExportList =
    100;  // lists of a report, signatures of a row, reasons; more are left out
inline constexpr std::size_t kMaxExportTlsRows = 20'000;  // of one TLS report in CSV

// Reports of one reporter, domain and period with the same id that are kept beside each other. Some split a day's report, a few
// parts each; whoever gives one id to everything must not make each report cost as much as all before it.
inline constexpr std::size_t kMaxSameId = 100;
// Bytes of stored rows that a report is compared with, beside kComparedShare times its own: a small report with the id of huge
// ones is no correction of them.
inline constexpr std::size_t kMaxCompared = std::size_t{1} << 20U;
inline constexpr std::size_t kComparedShare = 20;

// DNS questions about who sent the reports of one file: one reporter's keys and policies are a dozen. Behind it a report's origin
// is not looked up, which is said, and says nothing against it. One report's questions have a limit of their own
// (dns.questions_per_domain).
inline constexpr std::size_t kMaxFileQuestions = 1'000;

// Different reporters, of one mail and those within it, whose origin is looked up: a mail is one reporter's. Each may cost the time
// in which name servers of its sender's choice do not answer.
inline constexpr std::size_t kMaxMailSpeakers = 3;
// Time for mails of a mailbox that were looked at before, in one turn: new ones come first, and must not wait for long.
inline constexpr std::chrono::minutes kRetryTime{5};

// What is held before it is written, and how much of it in one transaction.
inline constexpr std::size_t kBatchReports = 500;  // of each kind, and of what is set aside
inline constexpr std::size_t kBatchRows =
    50'000;  // of aggregate reports; policies and failures of TLS reports
inline constexpr std::size_t kBatchDayRows = 500'000;  // rows times days
inline constexpr std::size_t kBatchTextBytes = std::size_t{64} << 20U;

}  // namespace rampart::reports
