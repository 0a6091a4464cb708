// Where a URL leads that carries another: rewriters that mail filters put before links, redirectors, and any URL within one.
//
//   unwrap(*parse("https://nam01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2F&data=…"), services)
//     one target: https://a.example/, by "safelinks", known
//   unwrap_all(*parse("https://r.example/?q=https://a.example/&q=https://b.example/"), services).urls
//     for block lists: both, and each in every reading
//
// Pure: nothing is fetched, so what a shortener hides stays hidden. Bounded: at most kMaxTargets URLs are looked at, kMaxUnwrapDepth
// deep, however they are nested.
#pragma once

#include <string>
#include <vector>

#include "guard/inspect/url/link_services.h"
#include "guard/inspect/url/url.h"

namespace rampart::guard::url {

// All our own.
inline constexpr std::size_t kMaxTargets = 16;
inline constexpr unsigned kMaxUnwrapDepth = 6;
inline constexpr std::size_t kMaxParameters = 100;  // of a query; those behind are not looked at
inline constexpr unsigned kMaxDecodings = 4;        // of percent-encoding over percent-encoding
// The same of unwrap_all().
inline constexpr std::size_t kMaxCarried = 200;
inline constexpr unsigned kMaxCarriedDecodings = 16;
inline constexpr std::size_t kMaxCarriedWork = 64;  // bytes looked at, for each of the URL
inline constexpr std::size_t kMaxCarriedBytes = std::size_t{32}
                                                << 20U;  // bytes looked at, of all URLs of a message

struct Target {
  Url url;
  std::string by;         // the rewriter's id; "parameter NAME", "path" or "fragment" of what nobody knows
  bool is_known = false;  // by a rewriter of the data, so that the URL around it is no more than a wrapper
  unsigned depth = 1;     // 2: in a target, and so on
  bool is_final = true;   // no other target was found in it
};

// Every URL within `url`, the outer before the inner. Empty when there is none.
std::vector<Target> unwrap(const Url& url, const LinkServices& services);

struct Carried {
  std::vector<Url> urls;  // each once
  bool is_cut = false;    // over a limit: these are not all, or `url` itself was longer than is kept
};
// For block lists, which nobody may slip through: whatever a service could take from `url`, by all parameters of one name, at each
// place of a text that begins a URL, decoded as often as there is something to decode, and in any base64. Of a scheme that is no
// place (view-source:, ms-word:ofe|u|) what stands behind it. More than is true: for finding what is listed, not for judging.
// What it costs is taken from `left`: many URLs, each of them many URLs, cost no more than that together.
Carried unwrap_all(const Url& url, const LinkServices& services, std::size_t& left);
// Of one alone.
inline Carried unwrap_all(const Url& url, const LinkServices& services) {
  auto left = kMaxCarriedBytes;
  return unwrap_all(url, services, left);
}

}  // namespace rampart::guard::url
