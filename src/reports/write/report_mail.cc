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

std::string text_for_people(const ReportCover& cover) {
  std::string out = fmt::format(
      "This is a DMARC aggregate report (RFC 9990) about mail from {}\n"
      "that {} received,\nfrom {} to {}.\n\n"
      "It tells of {} message{} in {} row{}. The report is the attached file.\n\n"
      "You get it because the DMARC record of this domain asks for it (rua).\n"
      "Questions: {}\n",
      cover.domain, cover.submitter, time_text(cover.begin), time_text(cover.end), cover.messages,
      cover.messages == 1 ? "" : "s", cover.rows, cover.rows == 1 ? "" : "s", cover.email);
  if (!cover.contact.empty()) out += cover.contact + "\n";
  return out;
}

}  // namespace

ReportCover cover_of(const Report& report, const Reporter& reporter) {
  return {.submitter = reporter.domain,
          .organisation = report.organisation,
          .email = report.email,
          .contact = report.contact,
          .domain = report.policy.domain,
          .report_id = report.report_id,
          .begin = report.begin,
          .end = report.end,
          .messages = report.messages(),
          .rows = report.rows.size()};
}

std::string report_subject(const ReportCover& cover) {
  return fmt::format("Report Domain: {} Submitter: {} Report-ID: <{}>", cover.domain, cover.submitter,
                     cover.report_id);
}

std::string mail_name(std::string_view report_id, std::string_view to) {
  return fmt::format("{}.{}", report_id, base::hex(crypto::sha256(to)).substr(0, kRecipientDigits));
}

base::Result<ReportMail> report_mail(const ReportCover& cover, const ReportFile& file, std::string_view to,
                                     base::Time date) {
  mail::Draft draft;
  draft.from = {.name = cover.organisation, .address = TRY(mail::parse_address(cover.email))};
  draft.to = {{.name = {}, .address = TRY(mail::parse_address(to))}};
  draft.subject = report_subject(cover);
  draft.subject_form = mail::SubjectForm::machine;
  draft.date = date;
  draft.message_id =
      fmt::format("{}@{}", mail_name(cover.report_id, draft.to.front().address), cover.submitter);
  draft.language = "en";
  draft.text = text_for_people(cover);
  draft.attachments = {{.name = file.name, .type = "application/gzip", .bytes = file.bytes}};
  auto message = TRY(mail::compose(draft));
  return ReportMail{
      .from = draft.from.address, .to = draft.to.front().address, .message = std::move(message)};
}

base::Result<std::string> signed_message(const ReportMail& mail, std::span<const MailKey> keys) {
  const auto from = TRY(dns::parse_domain(mail.from.substr(mail.from.rfind('@') + 1)));
  const auto message = TRY(mail::Message::parse(std::string_view(mail.message)));
  const mail::FieldIndex index(message.header);
  if (keys.empty()) return base::fail(ErrorKind::input, "nothing signs a report's mail");
  std::string fields;
  for (const auto& [key, options] : keys) {
    if (!from.is_within(options.domain))
      return base::fail(
          ErrorKind::input,
          fmt::format("reports from {} signed by {} would not pass DMARC", mail.from, options.domain.text()),
          {}, "sign with the domain of their From address");
    fields += TRY(dkim::sign(message, index, key, options));
  }
  return fields + mail.message;
}

}  // namespace rampart::reports
