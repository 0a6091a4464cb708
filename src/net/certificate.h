// The facts of a server's certificate, read off a finished TLS handshake.
#pragma once

#include <openssl/types.h>

#include "dns/name.h"
#include "facts/probe.h"

namespace rampart::net {

inline constexpr int kMaxChain = 10;               // certificates; our own
inline constexpr long kMaxChainBytes = 64 * 1024;  // octets of all of them; our own
inline constexpr std::size_t kMaxNames = 100;      // subjectAltNames that are kept; our own

// Nothing when the server showed no certificate. Strings are as the certificate has them, cut to 255 octets.
std::vector<facts::Certificate> read_certificate(SSL* tls, const dns::Name& host);

}  // namespace rampart::net
