// The mail that takes a report to one of its recipients (RFC 9990 section 3.5.2).
#pragma once

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

// "Report Domain: bank.example Submitter: mx.ministry.example Report-ID: <…>", letters as they are.
std::string report_subject(const Report& report, const Reporter& reporter);

// A short text for people and the file as application/gzip. The same arguments make the same mail, and its Message-ID is the
// report's and the recipient's, whenever it is sent. Errors are of kind input: an address that is none.
base::Result<ReportMail> report_mail(const Report& report, const ReportFile& file, const Reporter& reporter,
                                     std::string_view to, base::Time date);

// The message with its signature. The stream of reports MUST pass DMARC: refused is a signing domain that the From domain is not
// within, since it would not be aligned, even in relaxed mode. Errors are of kind input.
base::Result<std::string> signed_message(const ReportMail& mail, const crypto::SignKey& key,
                                         const dkim::SignOptions& options);

}  // namespace rampart::reports
