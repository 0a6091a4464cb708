// Does a report come from whom it says? What its mail proves (RFC 9990 section 8.2: anybody who knows where reports go can send
// false ones).
//
//   MailOrigin origin(bytes, keys, {.authserv_ids = {"mx.bank.example"}});
//   const auto belief = origin.judge({.email = "noreply-dmarc-support@google.com"}, facts, now);
//   belief.trust       Trust::verified
//   belief.reporter    "google.com"
//
// A report is verified when three domains belong to one organisation (RFC 9989 section 4.10): that of a signature which holds
// (RFC 6376), that of the mail's From field (RFC 9990 section 3.5.2 wants the report's mail to pass DMARC), and that of the
// address which the report itself names. The last is what keeps a well signed mail of anybody from speaking for another, or from
// taking the place of another's report: the ids of reports go by it. A report that should name a domain and does not is none that
// can be verified. Within a domain anybody with a mailbox may send one: so the mailbox is kept, and no report takes the place of
// another mailbox's (archive/claim.h).
// In place of the signature stands what our own server found at reception, where it is named and its field is the topmost:
// dkim=pass for such a domain, or dmarc=pass for the author's.
//
// A pure function of the mail, the facts and the time. What DNS does not tell is undetermined, and never unverified for good.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/dkim/verify.h"
#include "auth/dmarc/evaluate.h"
#include "facts/facts.h"
#include "mail/from.h"
#include "mail/message.h"
#include "reports/trust/belief.h"

namespace rampart::reports {

// How old a mail has to be before a key that is gone says nothing against it; our own. A key has to stay published while mails
// that it signed are under way, which servers try for up to five days (RFC 5321 section 4.5.4.1).
inline constexpr std::chrono::days kBacklog{5};

struct OriginOptions {
  // The ids with which our own servers sign their Authentication-Results. Only for a mail as it came out of our mailbox: what
  // stands in a mail within another one is a stranger's.
  std::vector<std::string> authserv_ids;
  std::optional<base::Time> received;  // when our own server took the mail; nothing when that is not known
};

class MailOrigin {
 public:
  // Keeps a copy of the mail. `keys` outlives it.
  MailOrigin(std::string_view mail, dkim::KeyCache& keys, OriginOptions options);
  MailOrigin(const MailOrigin&) = delete;
  MailOrigin& operator=(const MailOrigin&) = delete;

  // The domain of the From field; nothing when there is no single one, and judge() then asks nothing.
  [[nodiscard]] std::optional<dns::Name> author() const;
  // Void while questions are open.
  Belief judge(const Speaker& speaker, facts::Facts& facts, base::Time now);

 private:
  // A domain that vouches for the mail, or would if it could.
  struct Voucher {
    enum class State : std::uint8_t { holds, unknown, key_gone, broken };
    dns::Name domain;
    State state = State::broken;
    std::string why;
    dmarc::Aligned aligned = dmarc::Aligned::no;  // with the author
  };

  // Between whom the mail and its report are.
  struct Parties {
    dns::Name author;
    std::optional<dns::Name> organisation;         // of the author; nothing when unknown
    dns::Name speaks;                              // for whom the report does
    dmarc::Aligned speaking = dmarc::Aligned::no;  // with the author
    std::string sender;                            // the mailbox, where it is one
  };

  [[nodiscard]] std::vector<Voucher> signatures(facts::Facts& facts, base::Time now, dkim::Service service);
  [[nodiscard]] bool key_is_gone(const dkim::Checked& checked, facts::Facts& facts, base::Time now) const;
  [[nodiscard]] std::vector<Voucher> reception(const dns::Name& author) const;
  static Belief conclude(const std::vector<Voucher>& vouchers, const Parties& parties);

  std::string bytes_;
  std::string fault_;  // why it cannot be judged at all
  OriginOptions options_;
  mail::Message message_;
  std::optional<mail::FieldIndex> index_;
  std::optional<dkim::SignatureCheck> check_;
  std::optional<dkim::Verifier> verifier_;
  mail::Author author_;
};

// The domain that a report says it comes from: that of its address, or, without one, the name of its organisation where that
// is a domain. Nothing when it names none; `fault` says so where it should, and where what it names cannot be read.
std::optional<dns::Name> domain_of(const Speaker& speaker, std::string& fault);

}  // namespace rampart::reports
