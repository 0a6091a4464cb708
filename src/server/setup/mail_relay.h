// The mail server that takes what we send, as a section of the configuration names it.
#pragma once

#include <string>

#include "base/config.h"
#include "net/outgoing.h"

namespace rampart::server {

// The settings PREFIXserver, PREFIXtls, PREFIXuser, PREFIXpassword_file and PREFIXhello ("watch.mail_", "report_mail."). `what` needs
// them ("the sink mail"), and `from` is whose domain EHLO says where nothing else is set. Errors are of kind config.
base::Result<net::SmtpServer> mail_relay(const base::Config& config, const std::string& prefix,
                                         std::string_view what, std::string_view from);

// Roots of certificates that the environment names instead of the system's (SSL_CERT_FILE); libcurl does not heed it by itself, and
// OpenSSL does. Empty: the system's.
std::string certificate_authorities();

}  // namespace rampart::server
