// The spoofing proof: what becomes of a mail that somebody else sends in the name of the domain, of a
// subdomain that exists, and of one that does not, decided by the same evaluators that a receiver runs.
//
// What the stranger does. He writes the name into the From field, the one that people see, and is free to
// choose everything else. He holds no key, so nothing is signed. The SPF column is the result for his address
// with MAIL FROM in that same name; but nobody makes him use it there. His two best moves are
//
//   - a MAIL FROM at a domain of his own, for which his own SPF says pass: SPF has nothing to object, so only
//     DMARC can, because that identifier is not aligned. So `-all` without DMARC does not stop him (some
//     receivers refuse a mail whose MAIL FROM fails, but that is a mail he need not send): such a row ends
//     in `deliver`;
//   - a MAIL FROM at any of the names looked at whose SPF lets him pass (senders.h). Relaxed alignment makes
//     that pass count for the domain and for everything below it (RFC 9989 section 4.4.2), so each row is
//     tried with the MAIL FROM of every name that passes.
//
// A row says what happens to the best of these. Its DMARC column is the result then.
//
// The address. A stranger is an address of the documentation networks (RFC 5737, RFC 3849), which belong to
// nobody: the first of kStrangers that SPF does not let pass. Where SPF lets everyone pass, or so many (a /8 of
// IPv4, a /16 of IPv6) that a stranger finds one to rent, it is an address that passes. An address of the
// second kind is one at a provider that SPF includes and that others can rent (Origin::shared); it is tried
// only when there is one. Such a row shows what a customer of that provider can do unless the provider checks
// who may use which domain, which nothing in DNS tells.
//
// What receivers do. `rfc9989` is the handling that the policy asks of a receiver that follows RFC 9989. It
// does not refuse for p=reject alone (section 7.4): with no other knowledge it puts the mail into quarantine;
// a stranger's mail that has neither a passing aligned SPF nor a signature gives it that knowledge, so the
// column says reject. `rfc7489` is a receiver that follows RFC 7489 and enforces what it finds: the public
// suffix list in place of the tree walk, no np, no t, and with pct below 100 a share of the mail that meets
// the next weaker policy, which is what the column shows, as a stranger sends as often as he likes.
//
// Where a lookup failed, or a macro that he fills may lead to a name that lets him in, the row is unknown,
// unless it makes no difference: without a policy everything is delivered.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "audit/report.h"
#include "facts/facts.h"

namespace rampart::audit {

struct Picture;

inline constexpr std::array<std::string_view, 4> kStrangers = {"203.0.113.113", "198.51.100.213",
                                                               "192.0.2.213", "2001:db8:bad::1"};
// From so many authorised networks on a stranger is taken to have an address in one of them, as from a /8 of IPv4
// on (spf::AnalysisOptions::wide_ipv4_count). Our own: ranges as large hold networks that anyone can rent.
inline constexpr std::uint64_t kAnyoneIpv6 = std::uint64_t{1} << 48;  // networks of /64: a /16
inline constexpr unsigned kWideNetwork =
    24;  // bits: the longest prefix to look for the stranger's address in

std::vector<SpoofRow> spoofing_table(const Picture& picture, facts::Facts& facts);

// The stranger's row for a name. The table always has it.
const SpoofRow& stranger_row(const std::vector<SpoofRow>& rows, SpoofRow::Identity identity);

}  // namespace rampart::audit
