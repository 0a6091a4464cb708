// What the operator has decided: own domains, whom it lets through, whom it never does, and whose word it takes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/authenticate.h"
#include "guard/policy/lists.h"
#include "mail/header.h"

namespace rampart::guard {

// An exception, by whom, until when and why: kept with it, and written into every event that it decides.
struct Override {
  enum class Says : std::uint8_t {
    accept,   // whatever DMARC asks for
    enforce,  // p=reject is a reject, and p=quarantine a quarantine, without a second fact
  };
  Says says = Says::accept;
  // Of these, those that are given have to hold: all of them. At least one is.
  std::optional<dns::Name> author;  // the From domain, or one above it
  std::string mail_from;            // the envelope's address, or "@domain"; in lower case
  std::optional<base::IpAddress> network;
  unsigned prefix = 0;  // its length
  std::string reason;
  std::string by;
  std::optional<base::Time> until;

  [[nodiscard]] bool holds(base::Time now) const { return !until || now < *until; }
};

struct OwnDomain {
  dns::Name domain;       // and everything below it
  bool enforced = false;  // otherwise outside mail in its name is reported only
};

struct LocalRules {
  std::vector<Override> overrides;  // the first that matches counts
  std::vector<OwnDomain> own;
  std::vector<dns::Name> trusted_sealers;         // d= of ARC seals whose word about DMARC is taken
  std::vector<std::string> trusted_milters = {};  // authserv-ids of filters that have each message before us
  std::shared_ptr<const Lists> lists = {};  // shared: replaced while messages are under way; nullptr: none
  bool reject_blocked = false;              // otherwise what is on a block list is quarantined

  [[nodiscard]] bool name_content() const { return lists && lists->name_content(); }
};

// The first override that matches and holds; nullptr without one.
const Override* find_override(const LocalRules& rules, const auth::Authentication& result,
                              const std::optional<base::IpAddress>& client, std::string_view mail_from,
                              base::Time now);
// The longest own domain that the author's is within; nullptr without one.
const OwnDomain* find_own(const LocalRules& rules, const auth::Authentication& result);

// Who vouches that the message passed DMARC before it was changed: its newest sealer, when the chain holds, every sealer since
// whoever saw it pass is trusted, and nothing was added above what the newest covers. Nothing when nobody does.
std::optional<dns::Name> trusted_pass(const LocalRules& rules, const auth::Authentication& result,
                                      const mail::Header& header);

}  // namespace rampart::guard
