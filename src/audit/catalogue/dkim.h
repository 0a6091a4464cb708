// Findings about DKIM keys (RFC 6376, 8301, 8463).
#pragma once

#include "audit/catalogue/entry.h"

namespace rampart::audit {

inline constexpr CatalogueEntry kDkimFindings[] = {
    {"dkim-missing", Weakness::wk2, Severity::high, Severity::medium,
     "{0} has no DKIM keys, so none of its mail is signed",
     "Have every server and service that sends as {0} sign with a key of 2048 bits below _domainkey.{0}.",
     "NCA-34.061725 WK-2; RFC 6376; RFC 8020; RFC 9989 section 7.4"},
    {"dkim-takeover", Weakness::none, Severity::critical, Severity::critical,
     "{0} is an alias of {1}, whose domain {2} is not registered: whoever registers it publishes a key there "
     "and signs as {3}",
     "Remove the alias now. If the service is still used, ask it for its present name.",
     "RFC 6376 section 3.6.2; RFC 1034 section 3.6.2",
     "{0} is an alias of {1}, which does not exist, and {2}: whether somebody could register it and sign as "
     "{3} is unknown",
     "Remove the alias if the service is no longer used; or ask again later or through another resolver."},
    {"dkim-unknown", Weakness::none, Severity::high, Severity::medium,
     "no DKIM key of {0} was found at the {1} selectors tried, which does not prove that there is none",
     "Tell Rampart a selector: --selector NAME, or --from-mail FILE with a mail that {0} sent. Without any "
     "key this would be {2}.",
     "RFC 6376 section 3.1; NCA-34.061725 WK-1, WK-2, WK-7"},
    {"dkim-found", Weakness::none, Severity::info, Severity::info, "{0} publishes {1}",
     "Rotate keys; the advisory asks for a new one each month.",
     "RFC 6376 section 3.6.1; NCA-34.061725 control DKIM"},
    {"dkim-key-short", Weakness::none, Severity::high, Severity::low,
     "the DKIM key {0} has {1} bits where 2048 are asked for",
     "Publish a new key of 2048 bits under a new selector, sign with it, and remove this one a week later.",
     "NCA-34.061725 control DKIM; RFC 8301 section 3.2"},
    {"dkim-key-weak", Weakness::none, Severity::critical, Severity::medium,
     "the DKIM key {0} has {1} bits: receivers must not accept it, and it can be broken",
     "Publish a new key of 2048 bits under a new selector, sign with it, and remove this one at once.",
     "RFC 8301 section 3.2; NCA-34.061725 control DKIM"},
    {"dkim-key-revoked", Weakness::none, Severity::info, Severity::info, "the DKIM key {0} is revoked",
     "Nothing to do: signatures made with it fail, as they should.", "RFC 6376 section 3.6.1"},
    {"dkim-key-testing", Weakness::none, Severity::low, Severity::low,
     "the DKIM key {0} is marked as a test (t=y)",
     "Remove t=y once the signatures verify; some receivers ignore a failing signature of a key in test.",
     "RFC 6376 section 3.6.1"},
    {"dkim-key-sha1", Weakness::none, Severity::high, Severity::medium,
     "the DKIM key {0} allows SHA-1 alone, which receivers must not accept",
     "Remove h=sha1, or write h=sha256.", "RFC 8301 section 3.1"},
    {"dkim-key-syntax", Weakness::none, Severity::medium, Severity::medium,
     "the DKIM key {0} cannot be used: {1}", "Publish the record again as the signing software prints it.",
     "RFC 6376 section 3.6.1"},
    {"dkim-key-tag", Weakness::none, Severity::low, Severity::info,
     "the DKIM key {0} has a fault that receivers overlook: {1}",
     "Publish the record again as the signing software prints it.", "RFC 6376 section 3.6.1"},
    {"dkim-key-service", Weakness::none, Severity::low, Severity::info,
     "the DKIM key {0} is not for e-mail (s=)", "Remove s=, if the key is meant to sign mail.",
     "RFC 6376 section 3.6.1"},
    {"dkim-several-keys", Weakness::none, Severity::medium, Severity::low,
     "{1} DKIM records stand at {0}; receivers differ in which one they take",
     "Leave one record at each selector; rotate by a new selector.", "RFC 6376 section 3.6.2.2"},
    {"dkim-ed25519-only", Weakness::none, Severity::low, Severity::low,
     "all DKIM keys found for {0} are Ed25519, which not every receiver can verify",
     "Sign with an RSA key of 2048 bits as well.", "RFC 8463 section 5"},
    {"dkim-wildcard", Weakness::none, Severity::info, Severity::info,
     "names below _domainkey.{0} all have the same TXT record, so none of them is a selector",
     "Nothing to do for DKIM, unless a wildcard was not meant to cover _domainkey.",
     "RFC 4592; RFC 6376 section 3.6.2.1"},
    {"dkim-selector-unknown", Weakness::none, Severity::medium, Severity::medium,
     "the DKIM key {0} could not be looked up", "Ask again later or through another resolver.",
     "RFC 6376 section 6.1.2"},
    {"dkim-selector-missing", Weakness::none, Severity::medium, Severity::low,
     "there is no DKIM key at {0}, a selector that was named",
     "Check the selector; if mail is still signed with it, its signatures fail.", "RFC 6376 section 6.1.2"},
};

}  // namespace rampart::audit
