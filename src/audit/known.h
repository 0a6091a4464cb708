// Three values: what is known of a fact. Unknown is never taken for no.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "audit/report.h"
#include "facts/answer.h"
#include "facts/facts.h"

namespace rampart::audit {

enum class Known : std::uint8_t { no, yes, unknown };

// A name that mail of the domain's can be authenticated by and that leads to a domain which nobody has
// registered, or of which that is unknown, or to a public suffix: whoever registers it, or holds a name below
// the suffix, can pass DMARC.
struct Takeover {
  enum class By : std::uint8_t { spf, alias, ptr_suffix };
  dns::Name name;      // whose mail he then sends: the envelope sender, or the selector's name
  std::string trusts;  // the term of its SPF record, or the end of its alias
  By by = By::spf;
  dns::Name registrable;
  Known open = Known::unknown;
  Evidence evidence;
};

// Whether a finding speaks of one: of what somebody could do who is not the stranger of the spoofing table.
bool is_takeover(std::string_view code);

// Of a name that does not exist behind an alias. Nothing for another one, or when the end is somebody's.
std::optional<Takeover> alias_takeover(const facts::Answer& answer, const dns::Name& domain,
                                       facts::Facts& facts);

// "_dmarc.ministry.example TXT", with the record that was seen there, the server that said it, and for an
// unknown answer what went wrong.
Evidence evidence_of(const facts::Answer& answer, const dns::Name& name, dns::RrType type,
                     std::string_view record = {});
// "the resolver answered SERVFAIL: 3 of 3 servers"
std::string why_unknown(const facts::Answer& answer);

}  // namespace rampart::audit
