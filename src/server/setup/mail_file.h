// A message that is looked at: the file or bytes it is in, and the SMTP session it came in.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "audit/ask_lane.h"
#include "auth/report.h"
#include "base/config.h"
#include "facts/driver.h"
#include "mail/message.h"

namespace rampart::server {

inline constexpr std::size_t kMaxMail = std::size_t{64} << 20;  // bytes; larger than servers let through

struct Mail {
  std::string bytes;
  mail::Message message;  // views of `bytes`
};
// A file, or "-" for standard input.
base::Result<std::unique_ptr<Mail>> read_mail(const std::string& path);

// The same of bytes that are there; `where` names them in errors.
base::Result<std::unique_ptr<Mail>> parse_mail(std::string bytes, const std::string& where);

// Fields with CR LF put before a message, in the line ends of that message. Lines at its begin that continue nothing go: they
// would continue ours.
std::string with_fields(std::string fields, std::string_view bytes);

struct EnvelopeOptions {
  std::optional<std::string> ip;
  std::string helo;
  std::optional<std::string> mail_from;
};
// Errors are of kind usage. Without an address nothing of the session is known.
base::Result<auth::Envelope> envelope_of(const EnvelopeOptions& options);

facts::DriveOptions drive_options(const base::Config& config);

// Everything that can be found out about the message. `mail` must outlive the lane.
base::Result<audit::Asked<auth::Authentication>> authenticate(const Mail& mail,
                                                              const auth::Envelope& envelope,
                                                              const audit::Lane& lane, base::Time now,
                                                              const base::Config& config);

}  // namespace rampart::server
