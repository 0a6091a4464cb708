// Where reports are written: a folder with the files, the mails that are still to be sent, and the outbox.
//
//   DIR/reports/   receiver!policy-domain!begin!end!id.xml.gz
//   DIR/mail/      the signed mails that are still to be sent, ID.RECIPIENT.eml
//   DIR/failure/   failure reports that wait (reports/write/failure_folder.h)
//   DIR/outbox.db  what has been written, and what became of it
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reports/write/delivery.h"
#include "reports/write/failure_folder.h"
#include "reports/write/outbox.h"
#include "reports/write/own_mail.h"
#include "reports/write/report_file.h"
#include "server/setup/fact_source.h"
#include "server/setup/signers.h"
#include "store/lease.h"

namespace rampart::server {

// Who writes reports, as report_mail.* says it.
base::Result<reports::Reporter> report_writer(const base::Config& config);

class ReportDesk {
 public:
  // Makes the folder where it is not there. One process at a time: an error of kind unavailable when another one has it.
  static base::Result<std::unique_ptr<ReportDesk>> open(const std::string& folder, const base::Config& config,
                                                        base::Time now);
  ReportDesk(const ReportDesk&) = delete;
  ReportDesk& operator=(const ReportDesk&) = delete;

  [[nodiscard]] reports::Outbox& outbox() { return *outbox_; }
  [[nodiscard]] reports::FailureFolder& failures() { return failures_; }
  [[nodiscard]] base::Time now() const { return now_; }
  [[nodiscard]] reports::DeliveryRules rules() const;

  // The keys that sign for an address: those of its domain in the key folder, or of the nearest domain above it that has some.
  base::Result<const std::vector<Signer>*> signers_for(const std::string& email);

  // Writes the file and queues the report.
  base::Result<reports::Outbox::Added> add(const reports::DueReport& due, const reports::ReportFile& file,
                                           const reports::Reporter& reporter, bool replace);
  // The mail, signed now. An error of kind input when the report's file is gone or is not what it was.
  base::Result<std::string> mail(const reports::QueuedReport& report, const std::string& recipient,
                                 base::Time date);
  base::Result<std::string> sign(const reports::ReportMail& mail);  // with the keys of its From address
  // Puts the mail into mail/, or takes it away.
  base::Result<> keep_mail(const reports::QueuedReport& report, const std::string& recipient);
  void drop_mail(const std::string& report_id, const std::string& recipient);

 private:
  ReportDesk(std::string folder, const base::Config& config, base::Time now)
      : folder_(std::move(folder)), config_(config), now_(now), failures_(folder_ + "/failure") {}
  [[nodiscard]] std::string mail_path(const std::string& report_id, const std::string& recipient) const;
  [[nodiscard]] base::Result<> write_report(const reports::QueuedReport& report,
                                            const std::string& bytes) const;

  std::string folder_;
  const base::Config& config_;
  base::Time now_;
  reports::FailureFolder failures_;
  std::optional<store::Database> database_;
  std::optional<store::Lease> lease_;  // of the database: it goes first
  std::optional<reports::Outbox> outbox_;
  std::map<std::string, std::vector<Signer>> signers_;  // by the address's domain
};

}  // namespace rampart::server
