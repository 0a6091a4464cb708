// Domains as people write and read them: IDNA, hints for what was meant, and the public suffix list.
//
//   parse_domain("پاکستان.example")            the Name xn--mgbai9azgqp6j.example
//   parse_domain("https://ministry.example/")  an error whose hint is "did you mean ministry.example?"
//   display(name)                              "پاکستان.example"
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dns/name.h"

namespace rampart::dns {

// What somebody typed, or a line of a list, as a Name. White space around it and one final dot are dropped.
// U-labels become A-labels by IDNA 2008 with the mapping of UTS 46, non-transitional; A-labels are taken as
// they are, even ones that no U-label gives, because such names exist. Letters, digits, hyphens and
// underscores may stand anywhere in a label; a single label is a domain too. Refused, with a hint: nothing at
// all, the root, URLs, paths, ports, e-mail addresses, wildcards, IP addresses, anything with spaces or
// separators, names that are too long. Errors are of kind input; `where` is what was typed, made printable.
base::Result<Name> parse_domain(std::string_view text);

// The name for people: an A-label is shown as its U-label when it encodes back to the same A-label and
// deceives nobody (UTS 39: one script or a customary mixture, nothing invisible, no look-alike of an ASCII
// label); otherwise as it is. Always valid UTF-8 without control characters.
std::string display(const Name& name);

// The public suffix list (https://publicsuffix.org), as the system's publicsuffix package has it, or else as
// libpsl was built. It serves hints and RFC 7489's view of the world; RFC 9989 decides by the tree walk and
// never by this. An unknown top-level domain is a public suffix. The root's suffix is the root.
Name public_suffix(const Name& name);
// What this thread remembers of names that it was asked for is wiped: they were somebody's.
void forget_public_suffixes();
// The public suffix and one label more; nothing when `name` is itself a public suffix.
std::optional<Name> registered_domain(const Name& name);

// As base::Setting::check: what is wrong with the text, or nothing; an empty one leaves the setting out.
std::string check_domain_setting(std::string_view text);

}  // namespace rampart::dns
