#include "reports/archive/claim.h"

#include "mail/domain_part.h"

namespace rampart::reports {
namespace {

// Neither is proved by a mail, or the one that is there is: as far as they say, one domain's.
bool may_be_one(const Claimant& a, const Claimant& b) {
  return a.contact.empty() || b.contact.empty() || mail::behind_at(a.contact) == mail::behind_at(b.contact);
}

Claim settle_verified(const Claimant& stored, const Claimant& incoming) {
  // A reporter may write from a mailbox that it does not name (Google's TLS reports do): the same one again is the same writer.
  if (!incoming.sender.empty() && incoming.sender == stored.sender) return Claim::replaces;
  if (incoming.contact.empty() || incoming.contact != stored.contact) return Claim::beside;
  if (incoming.speaks_for_itself()) return stored.speaks_for_itself() ? Claim::beside : Claim::replaces;
  // It names an address that it does not come from. What came from there stays; of two such nobody knows which is genuine, and
  // the first must not keep the other out.
  return stored.speaks_for_itself() || stored.trust != Trust::verified ? Claim::refused : Claim::beside;
}

}  // namespace

Claim settle(const Claimant& stored, const Claimant& incoming) {
  if (stored.trust > incoming.trust) return Claim::refused;
  // A correction says what was wrong; one that takes everything back is none.
  if (incoming.counted == 0 && stored.counted != 0) return Claim::refused;
  // What counts is not kept out by what does not.
  if (!counts(stored.trust) && counts(incoming.trust)) return Claim::replaces;
  if (incoming.trust == Trust::verified) return settle_verified(stored, incoming);
  return may_be_one(stored, incoming) ? Claim::replaces : Claim::beside;
}

}  // namespace rampart::reports
