#include "reports/write/report_mail.h"

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "dns/domain.h"
#include "mail/compose.h"
#include "mail/message.h"

namespace rampart::reports {
namespace {

using base::ErrorKind;

constexpr std::size_t kRecipientDigits = 16;  // hex digits that tell a report's mails apart

std::string time_text(std::int64_t seconds) {
  return base::format_time(base::Time(std::chrono::seconds(seconds)));
}

std::string text_for_people(const Report& report, const Reporter& reporter) {
  std::string out = fmt::format(
      "This is a DMARC aggregate report (RFC 9990) about mail from {}\n"
      "that {} received,\nfrom {} to {}.\n\n"
      "It tells of {} message{} in {} row{}. The report is the attached file.\n\n"
      "You get it because the DMARC record of this domain asks for it (rua).\n"
      "Questions: {}\n",
      report.policy.domain, reporter.domain, time_text(report.begin), time_text(report.end),
      report.messages(), report.messages() == 1 ? "" : "s", report.rows.size(),
      report.rows.size() == 1 ? "" : "s", report.email);
  if (!report.contact.empty()) out += report.contact + "\n";
  return out;
}

}  // namespace

std::string report_subject(const Report& report, const Reporter& reporter) {
  return fmt::format("Report Domain: {} Submitter: {} Report-ID: <{}>", report.policy.domain, reporter.domain,
                     report.report_id);
}

base::Result<ReportMail> report_mail(const Report& report, const ReportFile& file, const Reporter& reporter,
                                     std::string_view to, base::Time date) {
  mail::Draft draft;
  draft.from = {.name = report.organisation, .address = TRY(mail::parse_address(report.email))};
  draft.to = {{.name = {}, .address = TRY(mail::parse_address(to))}};
  draft.subject = report_subject(report, reporter);
  draft.subject_form = mail::SubjectForm::machine;
  draft.date = date;
  const auto recipient = base::hex(crypto::sha256(draft.to.front().address)).substr(0, kRecipientDigits);
  draft.message_id = fmt::format("{}.{}@{}", report.report_id, recipient, reporter.domain);
  draft.language = "en";
  draft.text = text_for_people(report, reporter);
  draft.attachments = {{.name = file.name, .type = "application/gzip", .bytes = file.bytes}};
  auto message = TRY(mail::compose(draft));
  return ReportMail{
      .from = draft.from.address, .to = draft.to.front().address, .message = std::move(message)};
}

base::Result<std::string> signed_message(const ReportMail& mail, const crypto::SignKey& key,
                                         const dkim::SignOptions& options) {
  const auto from = TRY(dns::parse_domain(mail.from.substr(mail.from.rfind('@') + 1)));
  if (!from.is_within(options.domain))
    return base::fail(
        ErrorKind::input,
        fmt::format("reports from {} signed by {} would not pass DMARC", mail.from, options.domain.text()),
        {}, "sign with the domain of their From address");
  const auto message = TRY(mail::Message::parse(std::string_view(mail.message)));
  const mail::FieldIndex index(message.header);
  return TRY(dkim::sign(message, index, key, options)) + mail.message;
}

}  // namespace rampart::reports
