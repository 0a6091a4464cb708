// What is added to a message that is handed on: DKIM signatures of what users of ours write, and the ARC set of what a gateway passes on
// to a system behind it. Both are of the message as the next hop sees it. No file and no clock: keys come from a ring.
//
//   const auto added = sign(shown, writer, ring, rules, now);     // Result<Added>
//   added->fields       {"DKIM-Signature: v=1; …\r\n"}, to be put before the header
//   added->causes       author-not-owned, not-signed, …
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/arc/validate.h"
#include "guard/policy/policy.h"
#include "guard/role/role.h"
#include "guard/sign/key_ring.h"
#include "guard/sign/owners.h"
#include "mail/from.h"
#include "mail/message.h"

namespace rampart::guard {

struct SigningRules {
  bool sign = false;         // what users of ours write
  bool sign_unowned = true;  // also where nothing says that its author is theirs
  std::optional<dns::Name>
      sealer;  // whose keys seal what is handed on to a system behind this machine; nothing: no seals
  std::shared_ptr<const Owners> owners;  // shared with messages under way; nullptr: nobody said
};

struct Added {
  std::vector<std::string> fields;  // whole ones with CRLF, the top one first
  std::vector<std::string> by;      // "s1._domainkey.bank.example" for each key that signed
  std::vector<Cause> causes;
};

// Errors: a key that has to sign cannot be read, or does not sign.
base::Result<Added> sign(const mail::Message& message, const Writer& writer, KeyRing& ring,
                         const SigningRules& rules, base::Time now);

// `found` is what the chain came to as the message came in; `results` the value of our Authentication-Results field. Errors as above.
base::Result<Added> seal(const mail::Message& message, arc::Result found, std::string_view results,
                         KeyRing& ring, const dns::Name& sealer, base::Time now);

// Why it is not signed where `sign_unowned` is false and it is not owned; one clause.
std::string why_unowned(Owned owned);

// The keys that sign for the author, of whom `whose` says whether he is the writer's own. Errors as above.
base::Result<FoundKeys> keys_for(const mail::Author& author, Owned whose, KeyRing& ring,
                                 const SigningRules& rules);

// Why what is_of_ours() is signed for nobody all the same, whoever its author is; one clause, empty: nothing says so.
//
// That a listener or a service is for users is no proof that one of them wrote it. And systems of ours hand strangers' mail on, too
// (redirects, lists, content filters): what we found out about a stranger's message as it came in stands in it, and of users' mail we
// say nothing. Its sender can add such a field, and is then not signed for; he cannot keep us from adding ours. `came_back`: a mark of
// ours holds, which counts against who logged in, too.
std::string why_not_ours(const Standing& standing, bool came_back, const mail::Header& header,
                         std::string_view authserv_id, const std::optional<dns::Name>& sealer);

// An author's address with its domain as DNS has it, whatever form the message has it in (RFC 8616 section 4).
std::string plain_address(const std::string& address);

// Of several keys the one that seals: a set has one, and every verifier knows rsa-sha256 (RFC 8301 section 3.1).
const RingKey& sealing_key(const std::vector<RingKey>& keys);

}  // namespace rampart::guard
