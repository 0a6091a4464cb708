// The header fields of what was found out about a message: Authentication-Results (RFC 8601) and Received-SPF.
#pragma once

#include <string>
#include <string_view>

#include "auth/authenticate.h"

namespace rampart::auth {

inline constexpr std::size_t kMaxReportedSignatures = 10;  // of DKIM, in the field; our own

// The whole field with its final CR LF, folded. Nothing of the message can break out of it: what is not a domain, an
// address or a word of ours is left out. `authserv_id` is the host that says so, a domain name.
std::string results_field(std::string_view authserv_id, const Envelope& envelope,
                          const Authentication& result);

// Received-SPF (RFC 7208 section 9.1), for whatever still reads it; made with the same care. `spf` was found with the client's
// address of `envelope`.
std::string received_spf(std::string_view receiver, const Envelope& envelope, const SpfChecked& spf);

}  // namespace rampart::auth
