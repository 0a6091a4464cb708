// The host of a URL (https://url.spec.whatwg.org/#host-parsing), into the fields of one.
#pragma once

#include <string_view>

#include "guard/inspect/url/url.h"

namespace rampart::guard::url {

// Sets host, host_kind, name, address and what is odd, from what stood between user and port.
void read_host(std::string_view written, Url& out);

}  // namespace rampart::guard::url
