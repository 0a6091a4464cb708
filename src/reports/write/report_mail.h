// The mail that takes a report to one of its recipients (RFC 9990 section 3.5.2).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "auth/dkim/sign.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/sign_key.h"
#include "reports/write/collector.h"
#include "reports/write/report_file.h"

namespace rampart::reports {

struct ReportMail {
  std::string from;  // for MAIL FROM too, so that SPF is aligned
  std::string to;
  std::string message;  // CRLF line ends
};

// What a mail says of its report; enough to make it again when the report's rows are gone.
struct ReportCover {
  std::string submitter;  // Reporter::domain
  std::string organisation;
  std::string email;
  std::string contact;
  std::string domain;  // the Policy Domain
  std::string report_id;
  std::int64_t begin = 0;  // seconds since 1970, both inside
  std::int64_t end = 0;
  std::uint64_t messages = 0;
  std::uint64_t rows = 0;

  friend bool operator==(const ReportCover&, const ReportCover&) = default;
};
ReportCover cover_of(const Report& report, const Reporter& reporter);

// "Report Domain: bank.example Submitter: mx.ministry.example Report-ID: <…>", letters as they are.
std::string report_subject(const ReportCover& cover);

// A short text for people and the file as application/gzip. The same arguments make the same mail, and its Message-ID is the
// report's and the recipient's, whenever it is sent. Errors are of kind input: an address that is none.
base::Result<ReportMail> report_mail(const ReportCover& cover, const ReportFile& file, std::string_view to,
                                     base::Time date);
// The Message-ID without its host, which names the mail among all of ours: letters, digits and a dot.
std::string mail_name(std::string_view report_id, std::string_view to);

// The message with a signature of each key. The stream of reports MUST pass DMARC: refused is a signing domain that the From domain
// is not within, since it would not be aligned, even in relaxed mode. Errors are of kind input.
struct MailKey {
  const crypto::SignKey& key;
  dkim::SignOptions options;
};
base::Result<std::string> signed_message(const ReportMail& mail, std::span<const MailKey> keys);

}  // namespace rampart::reports
