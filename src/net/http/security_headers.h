// What browsers are told to forbid. The server puts base_security() on every response that says nothing else, so that whatever is added
// later begins with the strictest; a page says what it needs.
//
//   response.fields = page_security();     // the console's document
#pragma once

#include <string_view>

#include "net/http/response.h"

namespace rampart::net::http {

// HSTS: two years (RFC 6797). Without includeSubDomains: the names below are not ours to decide about.
inline constexpr std::string_view kStrictTransport = "max-age=63072000";

// Of every response: no sniffing of types, no referrer, nothing loaded, framed or embedded elsewhere.
std::string_view base_security();

struct PagePolicy {
  // Says that scripts may put text into the page by safe ways alone (Trusted Types). Browsers that do not know it ignore it.
  bool trusted_types = true;
};
// Of a page of the console: scripts, styles, fonts and connections of our own origin and no others, no inline script, in no frame.
Fields page_security(const PagePolicy& policy = {});
// Of a page that the console shows in a frame with a sandbox, such as a stranger's message: no script, no request but for pictures and
// styles within the page, no origin of its own, framed by the console alone.
Fields frame_security();

}  // namespace rampart::net::http
