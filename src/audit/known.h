// Three values: what is known of a fact. Unknown is never taken for no.
#pragma once

#include <cstdint>
#include <string>

#include "audit/report.h"
#include "facts/answer.h"

namespace rampart::audit {

enum class Known : std::uint8_t { no, yes, unknown };

// "_dmarc.ministry.example TXT", with the record that was seen there, the server that said it, and for an
// unknown answer what went wrong.
Evidence evidence_of(const facts::Answer& answer, const dns::Name& name, dns::RrType type,
                     std::string_view record = {});
// "the resolver answered SERVFAIL: 3 of 3 servers"
std::string why_unknown(const facts::Answer& answer);

}  // namespace rampart::audit
