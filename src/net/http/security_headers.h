// What browsers are told to forbid. The server puts base_security() on every response that says nothing else of the same name, so that
// whatever is added later begins with the strictest; a page says what it needs.
//
//   response.fields = page_security();     // the console's document
#pragma once

#include <span>
#include <string_view>
#include <utility>

#include "net/http/response.h"

namespace rampart::net::http {

// HSTS: two years (RFC 6797). Without includeSubDomains: the names below are not ours to decide about.
inline constexpr std::string_view kStrictTransport = "max-age=63072000";

// Of every response: no sniffing of types, no referrer, nothing loaded by it, and it is not loaded or framed by others.
std::span<const std::pair<std::string_view, std::string_view>> base_security();

struct PagePolicy {
  // Text becomes markup or script by the console's own policy named "default" alone (Trusted Types). React Aria empties its announcements
  // by innerHTML = "", which a page without such a policy is refused; so this is for a console that makes one.
  bool trusted_types = false;
};
// Of a page of the console: scripts, styles, fonts and connections of our own origin and no others, no inline script, in no frame.
Fields page_security(const PagePolicy& policy = {});
// Of a page that the console shows in a frame with a sandbox, such as a stranger's message: no script, no form, no request (pictures and
// styles are within the page), no origin of its own, framed by the console alone.
Fields frame_security();

}  // namespace rampart::net::http
