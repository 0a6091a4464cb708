// What is to be said of one URL, and of what a person was shown for it. Facts, none of which is a crime: a score is made elsewhere.
//
//   const auto facts = examine(*parse("http://paypal.com.secure.evil.example:8443/"), built_in_services());
//   facts.has(UrlFact::embedded_domain)     facts.embedded "paypal.com"
//   compare_shown("www.paypal.com", url, services).relation        ShownRelation::other_domain
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "guard/inspect/url/link_services.h"
#include "guard/inspect/url/unwrap.h"
#include "guard/inspect/url/url.h"

namespace rampart::guard::url {

// All our own.
inline constexpr unsigned kManyLabels = 3;         // below the registered domain
inline constexpr std::size_t kRandomSegment = 20;  // characters
inline constexpr std::size_t kMaxShownText =
    2048;  // bytes of a shown text that are compared; a longer one is no URL

enum class UrlFact : std::uint8_t {
  ip_host,          // an address instead of a name
  odd_ip,           // written as a number, in octal or hexadecimal, or short
  private_ip,       // an address that nobody reaches from outside
  user_info,        // user@ before the host
  user_like_host,   // and the user looks like a host
  odd_port,         // a port that is not the scheme's own
  odd_spelling,     // backslashes, missing or surplus slashes, tabs or line ends within
  encoded_host,     // percent-encoding in the host
  mapped_host,      // characters in the host that stand for others, or are dropped
  invalid_host,     // no host a browser would open
  punycode,         // an internationalised label
  deceptive_label,  // one that a careful browser does not show: it mixes scripts, or hides something
  confusable,       // one that looks like a label of ASCII
  shortener,
  free_hosting,
  file_sharing,
  form_builder,
  embedded_domain,  // another registered domain in the labels below its own
  many_labels,      // kManyLabels or more below the registered domain
  random_path,      // a segment of kRandomSegment or more characters that nobody could say
  opaque_scheme,    // neither http nor https, nor one below
  data_url,
  script_url,  // javascript: or vbscript:
  cut,         // longer than kMaxUrl
};
inline constexpr std::size_t kUrlFacts = static_cast<std::size_t>(UrlFact::cut) + 1;
std::string_view to_string(UrlFact fact);  // "ip-host"

struct UrlFacts {
  std::uint32_t bits = 0;
  std::string embedded;    // the domain of embedded_domain
  std::string looks_like;  // of confusable: the host as its look-alike in ASCII
  std::string shown_host;  // the host for people, deceptive labels in A-labels
  std::string service;     // the host of the data, of shortener, free_hosting, file_sharing and form_builder

  [[nodiscard]] bool has(UrlFact fact) const { return (bits >> static_cast<unsigned>(fact) & 1U) != 0; }
};
UrlFacts examine(const Url& url, const LinkServices& services);

// What was shown for a link, against where it leads.
enum class ShownRelation : std::uint8_t {
  no_claim,      // the text names no URL and no domain
  same_host,     // it names the target's host
  same_domain,   // or another of the target's registered domain
  other_domain,  // it names one and the link leads elsewhere
};

struct Shown {
  ShownRelation relation = ShownRelation::no_claim;
  std::optional<Url> claimed;  // what the text names
};
// `text` names a domain when it is one as a whole (with a path or without), or begins with a URL or www. A target that is a known
// rewriter (not one that merely carries the claimed URL in a parameter) is compared by what it wraps.
Shown compare_shown(std::string_view text, const Url& target, const LinkServices& services);

}  // namespace rampart::guard::url
