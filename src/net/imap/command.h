// What is said to an IMAP server: text of ours in the forms that its grammar has (RFC 9051 section 9), and what signs a user in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rampart::net::imap {

// A quoted string. `text` has printable ASCII only, as check_text() says of it.
std::string quoted(std::string_view text);
// What is wrong with a text that is to be quoted ("holds a line end"), or nothing.
std::string check_text(std::string_view text);

// The name of a mailbox as it goes over the wire: UTF-8 as modified UTF-7 (RFC 3501 section 5.1.3), which every server
// understands. Of text that is not UTF-8 nothing.
std::string mailbox_name(std::string_view utf8);

// "4:6,9": ascending, each once.
std::string uid_set(std::vector<std::uint32_t> uids);

// What SASL mechanisms send first; not yet in base64.
std::string sasl_plain(std::string_view user, std::string_view password);  // RFC 4616
std::string sasl_xoauth2(std::string_view user, std::string_view token);   // Google's and Microsoft's own
// RFC 7628 section 3.1.
std::string sasl_oauthbearer(std::string_view user, std::string_view host, std::uint16_t port,
                             std::string_view token);
// Whether a text can be a bearer token (RFC 6750 section 2.1, b64token); it goes into the above as it is.
bool is_bearer_token(std::string_view text);

}  // namespace rampart::net::imap
