// Is a message who it says it is: SPF, DKIM, ARC, DMARC and the reverse name of the client, in one decision.
//
//   auth::Authenticator work(message, {.ip = ip, .helo = "mail.bank.example", .mail_from = "news@bank.example"}, keys);
//   const auto result = work.run(facts, now);
//
// Everything that can be asked together is asked together: in the first round the SPF record, all DKIM keys, and the DMARC
// records of the author's domain and of every name that might be aligned with it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/arc/validate.h"
#include "auth/dkim/verify.h"
#include "auth/dmarc/evaluate.h"
#include "auth/spf/evaluate.h"
#include "mail/from.h"

namespace rampart::auth {

inline constexpr std::size_t kMaxAuthorDomains = 8;  // RFC 9989 section 11.5 leaves it open
inline constexpr std::size_t kMaxReverseNames =
    5;  // of the client's address; our own, RFC 8601 section 2.7.3 wants some

// The SMTP session, as far as it is known.
struct Envelope {
  std::optional<base::IpAddress> ip;
  std::string helo;                      // as sent; empty when unknown
  std::optional<std::string> mail_from;  // as sent, "" for a bounce; nothing when unknown
};

struct SpfChecked {
  spf::Outcome outcome;
  dns::Name domain;      // the root where MAIL FROM names none that can be looked up
  bool by_helo = false;  // the null sender: HELO's domain stands for it (RFC 7208 section 2.4)
};

// Forward-confirmed reverse DNS (RFC 8601 section 2.7.3).
struct Iprev {
  enum class Result : std::uint8_t { pass, fail, temperror, permerror };
  Result result = Result::permerror;
  dns::Name name;  // of a pass
  std::string why;
};
std::string_view to_string(Iprev::Result result);

// DMARC for one domain of the From field.
struct DmarcChecked {
  dns::Name author;
  dmarc::Verdict verdict;
  dmarc::LegacyVerdict legacy;  // what a receiver of RFC 7489 says
};

struct Authentication {
  mail::Author author;
  std::optional<SpfChecked> spf;  // nothing without a client address
  std::vector<dkim::Checked> dkim;
  arc::Validated arc;  // says nothing about `dmarc`
  std::optional<Iprev> iprev;
  std::vector<DmarcChecked> domains;  // of the From fields, at most kMaxAuthorDomains

  // All of them together: a message of several domains passes only when each that has a record passes.
  dmarc::Result dmarc = dmarc::Result::none;
  dmarc::Policy policy =
      dmarc::Policy::none;     // what is asked for; of several the strictest of those that fail
  std::size_t decided_by = 0;  // its place in `domains`; meaningless when that is empty
  std::string why;             // one clause, printable
};

class Authenticator {
 public:
  // `message` and `keys` must outlive it.
  Authenticator(const mail::Message& message, Envelope envelope, dkim::KeyCache& keys);
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;

  // A function of message, envelope, facts and `now`; void while questions are open.
  Authentication run(facts::Facts& facts, base::Time now);

 private:
  SpfChecked check_spf(facts::Facts& facts, base::Time now) const;

  const mail::Message& message_;
  Envelope envelope_;
  mail::FieldIndex index_;
  dkim::SignatureCheck signatures_;
  dkim::Verifier verifier_;
  arc::Validator validator_;
  mail::Author author_;
};

}  // namespace rampart::auth
