// Findings about what only the owner can say or show: that a domain sends no mail, a message of his, the addresses that
// he sends from.
#pragma once

#include "audit/catalogue/entry.h"

namespace rampart::audit {

inline constexpr CatalogueEntry kOwnMailFindings[] = {
    {"parked-spf-authorises", Weakness::none, Severity::medium, Severity::low,
     "{0} is said to send no mail, and its SPF record does not say so: {1}",
     "Publish v=spf1 -all, and nothing else.", "RFC 7208 section 10.1.2"},
    {"parked-keys-open", Weakness::none, Severity::info, Severity::info,
     "{0} sends no mail, and no empty key at *._domainkey.{0} says that nothing of it is signed",
     "Publish v=DKIM1; p= as the TXT record of *._domainkey.{0}", "RFC 6376 section 3.6.1"},
    {"sender-reverse-missing", Weakness::none, Severity::medium, Severity::low,
     "{1}, from which {0} sends, has no name in reverse DNS",
     "Have the owner of the address publish a PTR record; large receivers refuse mail without one.",
     "RFC 1912 section 2.1"},
    {"sender-reverse-mismatch", Weakness::none, Severity::medium, Severity::low,
     "{1}, from which {0} sends, has the name {2}, which does not lead back to it",
     "Make the PTR record and the address record agree; large receivers refuse mail otherwise.",
     "RFC 1912 section 2.1"},
    {"sender-reverse-unknown", Weakness::none, Severity::medium, Severity::low,
     "the name of {1}, from which {0} sends, could not be looked up",
     "Ask again later or through another resolver.", "RFC 1912 section 2.1"},
    {"sender-spf-fails", Weakness::none, Severity::high, Severity::medium,
     "{1}, from which {0} sends, does not pass its SPF record: {2}",
     "Add the address, or the service's include, to the SPF record; or have the service send from a name "
     "below {0} with a record of its own.",
     "RFC 7208 section 2.6"},
    {"sender-spf-unknown", Weakness::none, Severity::medium, Severity::low,
     "whether {1}, from which {0} sends, passes its SPF record could not be found out: {2}",
     "Ask again later or through another resolver.", "RFC 7208 section 2.6.6"},
    {"sample-unsigned", Weakness::none, Severity::high, Severity::medium,
     "the message given, from {0}, has no DKIM signature",
     "Have every server and service that sends as {0} sign.", "RFC 6376; RFC 9989 section 7.4"},
    {"sample-unaligned", Weakness::none, Severity::high, Severity::medium,
     "no DKIM signature of the message given is aligned with {0}: it is signed as {1}",
     "Have the service sign with a key of yours, d={0} or a name of the same organisation.",
     "RFC 9989 section 4.4.1"},
    {"sample-key-missing", Weakness::none, Severity::high, Severity::medium,
     "the message given is signed with the key {1}, which is not published: its signature fails",
     "Publish the key, or sign with one that is published.", "RFC 6376 section 6.1.2"},
    {"sample-key-unknown", Weakness::none, Severity::medium, Severity::low,
     "the key {1}, with which the message given is signed, could not be looked up",
     "Ask again later or through another resolver.", "RFC 6376 section 6.1.2"},
    {"sample-no-one-click", Weakness::none, Severity::low, Severity::info,
     "the message given cannot be unsubscribed from with one click: {1}",
     "For mail to many who subscribed: add List-Unsubscribe with an https URI, and List-Unsubscribe-Post: "
     "List-Unsubscribe=One-Click.",
     "RFC 8058 section 3.1"},
    {"sample-one-click-unsigned", Weakness::none, Severity::low, Severity::info,
     "no DKIM signature of the message given that is aligned with {0} covers List-Unsubscribe and "
     "List-Unsubscribe-Post, so receivers do not offer it",
     "Add both fields to h= of the signature.", "RFC 8058 section 4"},
};

}  // namespace rampart::audit
