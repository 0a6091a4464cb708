// ETags, If-None-Match and If-Match (RFC 9110 sections 8.8.3 and 13.1).
#pragma once

#include <string>
#include <string_view>

namespace rampart::server::api {

// Of content: the first 128 bits of its SHA-256, without quotes.
std::string etag_of(std::string_view content);
// Whether a field names it: "*", or a list of entity tags, of which W/ does not matter (weak comparison).
bool names_etag(std::string_view field, std::string_view etag);
// The one strong tag of an If-Match field, without its quotes; "*" is empty, which is whatever there is. Nothing where it is malformed, weak or several.
bool read_if_match(std::string_view field, std::string& etag);

}  // namespace rampart::server::api
