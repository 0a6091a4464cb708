// Facts that do not come from DNS: an HTTPS fetch and an SMTP conversation. Both are opt-in; a provider that
// was not told to probe answers unknown(not_asked).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "dns/name.h"
#include "facts/answer.h"

namespace rampart::facts {

// GET https://host/path, no redirect followed (RFC 8461 section 3.3), at most 64 KiB of body.
struct HttpsGet {
  dns::Name host;
  std::string path;  // begins with '/'
  friend bool operator==(const HttpsGet&, const HttpsGet&) = default;
};

// Connect to port 25, read the banner, EHLO, STARTTLS when offered, the TLS handshake, EHLO, QUIT; nothing
// else.
struct SmtpProbe {
  dns::Name host;
  friend bool operator==(const SmtpProbe&, const SmtpProbe&) = default;
};

struct HttpAnswer {
  HttpsGet question;
  Presence presence = Presence::unknown;  // present: a response came, whatever its status; otherwise unknown
  Why why = Why::none;
  std::string detail;       // when unknown: what failed, for people ("certificate: hostname mismatch")
  bool tls_failed = false;  // the fetch failed in TLS: for MTA-STS a fault of the site and not of ours (RFC
                            // 8461 section 3.3)
  int status = 0;
  std::string content_type;
  std::string body;
  std::string server;  // address:port it came from
  base::Time seen{};
};

struct Certificate {
  std::string subject;             // common name, or empty
  std::vector<std::string> names;  // DNS subjectAltNames
  std::string issuer;
  base::Time not_before{};
  base::Time not_after{};
  std::string chain_error;     // empty when the chain verifies against the system's roots
  bool name_matches = false;   // one of the names covers the asked host (RFC 6125)
  std::string spki_sha256;     // raw 32 bytes of the end entity's SubjectPublicKeyInfo hash, for DANE 3 1 1
  std::string sha256;          // raw 32 bytes of the whole end-entity certificate's hash, for DANE 3 0 1
  std::string ta_spki_sha256;  // concatenated 32-byte SPKI hashes of the other certificates of the chain, for
                               // DANE 2 1 1
  std::string ta_sha256;       // the same of whole certificates, for DANE 2 0 1
};

struct SmtpAnswer {
  SmtpProbe question;
  Presence presence = Presence::unknown;  // present: a banner came; otherwise unknown
  Why why = Why::none;
  std::string detail;
  bool port_blocked = false;  // our side cannot reach any port 25: said once, not per domain
  std::string server;         // address:port
  std::string banner;
  bool starttls = false;                 // offered
  bool auth_in_clear = false;            // AUTH PLAIN or LOGIN offered before STARTTLS
  std::string tls_error;                 // the handshake failed although STARTTLS was offered
  std::string tls_version;               // "TLSv1.3", empty without TLS
  std::vector<Certificate> certificate;  // the end entity's, when TLS was made; none or one
  base::Time seen{};
};

using HttpAnswerPtr =
    std::shared_ptr<const HttpAnswer>;  // shared between the provider's cache and many books
using SmtpAnswerPtr =
    std::shared_ptr<const SmtpAnswer>;  // the same: one probe per MX host serves thousands of domains

}  // namespace rampart::facts
