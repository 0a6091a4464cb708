// How links are compared with lists.
//
//   link_key(*url::parse("HTTP://Evil.example/x/../%61?b#c"))     "evil.example/a?b"
#pragma once

#include <string>

#include "guard/inspect/url/url.h"

namespace rampart::guard {

inline constexpr std::size_t kMaxLinkKey = 2'000;  // bytes of one; what is behind is not compared; our own

// Without scheme, user and fragment, printable: "evil.example/a?b", "192.0.2.1/". The host stands before the first slash, with its
// port where it is not the scheme's own; the path is in one form (url::normal_path(), and several slashes are one). Nothing of what has
// no host.
std::string link_key(const url::Url& url);

}  // namespace rampart::guard
