#include "server/reports/report_desk.h"

#include <filesystem>

#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "dns/domain.h"
#include "mail/compose.h"
#include "server/setup/key_store.h"

namespace rampart::server {

namespace fs = std::filesystem;

using base::ErrorKind;
using base::Result;

namespace {

// Bytes of a name in the folder: file systems take 255, and what writes a file puts a suffix behind it for a moment.
constexpr std::size_t kMaxStoredName = 200;

std::string digest_of(std::string_view bytes) { return base::hex(crypto::sha256(bytes)); }

}  // namespace

Result<reports::Reporter> report_writer(const base::Config& config) {
  reports::Reporter out;
  out.organisation = config.text("report_mail.organisation");
  out.email = config.text("report_mail.email");
  out.contact = config.text("report_mail.contact");
  out.generator = "Rampart " RAMPART_VERSION;
  if (out.organisation.empty() || out.email.empty())
    return base::fail(ErrorKind::usage, "a report says who writes it",
                      out.organisation.empty() ? "--org" : "--email",
                      "--org NAME --email ADDRESS, or report_mail.organisation and report_mail.email");
  out.email = TRY(mail::parse_address(out.email));
  const auto& submitter = config.text("report_mail.submitter");
  out.domain = submitter.empty() ? out.email.substr(out.email.rfind('@') + 1) : submitter;
  out.domain = TRY(dns::parse_domain(out.domain)).text();
  return out;
}

Result<std::unique_ptr<ReportDesk>> ReportDesk::open(const std::string& folder, const base::Config& config,
                                                     base::Time now) {
  std::unique_ptr<ReportDesk> out(new ReportDesk(folder, config, now));
  for (const auto* part : {"", "/reports", "/mail"}) {
    std::error_code failed;
    const auto path = folder + part;
    if (fs::create_directories(path, failed)) ::chmod(path.c_str(), 0700);  // it tells of other people's mail
    if (failed || !fs::is_directory(path, failed))
      return base::fail(ErrorKind::io,
                        fmt::format("the folder cannot be made: {}",
                                    failed ? failed.message() : "something else has its name"),
                        base::printable(path), "name another: --output DIR");
  }
  out->database_ = TRY(store::Database::open("sqlite:" + folder + "/outbox.db"));
  out->lease_.emplace(TRY(store::Lease::take(*out->database_, "reports-write", base::now())));
  out->outbox_ = TRY(reports::Outbox::open(*out->database_, now));
  return out;
}

reports::DeliveryRules ReportDesk::rules() const {
  const auto seconds = [&](std::string_view key) {
    return std::chrono::ceil<std::chrono::seconds>(config_.duration(key));
  };
  return {.retry_after = seconds("report_mail.retry_after"),
          .give_up_after = seconds("report_mail.give_up_after")};
}

Result<const std::vector<Signer>*> ReportDesk::signers_for(const std::string& email) {
  const auto text = email.substr(email.rfind('@') + 1);
  if (const auto found = signers_.find(text); found != signers_.end()) return &found->second;
  const auto from = TRY(dns::parse_domain(text));
  const auto folder = TRY(open_key_folder(config_));
  auto signers = managed_signers(folder, from);
  for (auto labels = from.label_count(); !signers && labels > 2; --labels) {
    // A key above the address is aligned in relaxed mode alone, which the check of our own mail finds out.
    if (auto above = managed_signers(folder, from.suffix(labels - 1))) signers = std::move(above);
  }
  if (!signers) return std::unexpected(signers.error());
  return &signers_.emplace(text, *std::move(signers)).first->second;
}

Result<> ReportDesk::write_report(const reports::QueuedReport& report, const std::string& bytes) const {
  const auto path = folder_ + "/reports/" + report.stored;
  if (const auto there = base::read_file(path, reports::kMaxReportFile);
      there && digest_of(*there) == report.digest)
    return {};
  return base::write_file(path, bytes);
}

Result<reports::Outbox::Added> ReportDesk::add(const reports::DueReport& due, const reports::ReportFile& file,
                                               const reports::Reporter& reporter, bool replace) {
  using Added = reports::Outbox::Added;
  reports::QueuedReport queued;
  queued.cover = reports::cover_of(due.report, reporter);
  queued.file = file.name;
  queued.stored = file.name.size() <= kMaxStoredName ? file.name : due.report.report_id + ".xml.gz";
  queued.digest = digest_of(file.bytes);
  queued.bytes = file.bytes.size();
  queued.rua = due.rua;
  queued.made = now_;
  queued.next_lookup = now_;
  const auto added = TRY(outbox_->add(queued, replace));
  // Behind the outbox: a run that ends between the two is continued here, for then the report is `same`.
  if (added != Added::differs && added != Added::overlaps) TRY(write_report(queued, file.bytes));
  return added;
}

Result<std::string> ReportDesk::mail(const reports::QueuedReport& report, const std::string& recipient,
                                     base::Time date) {
  const auto path = folder_ + "/reports/" + report.stored;
  auto bytes = base::read_file(path, reports::kMaxReportFile);
  if (!bytes || digest_of(*bytes) != report.digest)
    return base::fail(ErrorKind::input, bytes ? "the report is not what was written" : bytes.error().what,
                      path, "write it again from the results that it was made of");
  const auto mail = TRY(
      reports::report_mail(report.cover, {.name = report.file, .bytes = *std::move(bytes)}, recipient, date));
  return sign(mail);
}

Result<std::string> ReportDesk::sign(const reports::ReportMail& mail) {
  std::vector<reports::MailKey> keys;
  for (const auto& signer : *TRY(signers_for(mail.from))) {
    keys.push_back({.key = signer.key,
                    .options = {.domain = signer.domain, .selector = signer.selector, .now = base::now()}});
  }
  return reports::signed_message(mail, keys);
}

std::string ReportDesk::mail_path(const std::string& report_id, const std::string& recipient) const {
  return fmt::format("{}/mail/{}.eml", folder_, reports::mail_name(report_id, recipient));
}

Result<> ReportDesk::keep_mail(const reports::QueuedReport& report, const std::string& recipient) {
  return base::write_file(mail_path(report.cover.report_id, recipient), TRY(mail(report, recipient, now_)));
}

void ReportDesk::drop_mail(const std::string& report_id, const std::string& recipient) {
  std::error_code ignored;
  fs::remove(mail_path(report_id, recipient), ignored);
}

}  // namespace rampart::server
