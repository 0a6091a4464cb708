// The digest of what is newly kept from one recipient, and the pages that its links open. Pure: the same entries give the same bytes.
//
//   const auto written = write_digest(recipient, entries, total, {.url = url, .key = &key, …});
//
// Everything that a stranger wrote is made printable, cut, escaped, and stands in an isolate of its own (<bdi>, U+2068 … U+2069), so
// that nothing reorders what stands beside it. HTML loads nothing, runs nothing and has no form but the one that releases.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "crypto/secret.h"
#include "guard/digest/texts.h"
#include "guard/quarantine/quarantine.h"

namespace rampart::guard {

// Our own.
inline constexpr std::size_t kMostDigestEntries = 50;  // of one digest; the others are counted
inline constexpr std::size_t kMostDigestBytes = 200;   // of a sender or a subject, shown
// Below guard.digest_url, and at the guard itself.
inline constexpr std::string_view kLinkPath = "/quarantine/message";

struct DigestOptions {
  DigestLanguage language = DigestLanguage::en;
  std::string url;                      // as check_digest_url() takes it; empty: no links
  const crypto::Secret* key = nullptr;  // of links; null: no links
  base::Time until{};                   // links work so long
};

struct WrittenDigest {
  std::string subject;
  std::string text;  // lines ended by LF
  std::string html;
};

// `entries`: at least one, at most kMostDigestEntries are told; `total` counts those that are not among them, too.
WrittenDigest write_digest(std::string_view recipient, std::span<const KeptMessage> entries,
                           std::size_t total, const DigestOptions& options);

// What a link opens.
enum class PageKind : std::uint8_t {
  question,  // the only one with a button
  released,  // just now
  was_released,
  perhaps,
  refused,
  later,
  deleted,
  not_yours,
  expired,
  unknown,
  busy,
};
struct Page {
  unsigned status = 200;  // of HTTP
  std::string html;
};
// `entry` may be null: nothing is told of a message then. `at`: when it was released or deleted, or the link ended.
Page write_page(PageKind kind, DigestLanguage language, const KeptMessage* entry, base::Time at);
// What may be loaded by a page, run by it, or done with it: its own style and its own form, and it stands in no frame.
std::string page_policy();  // the value of Content-Security-Policy

// As base::Setting::check: http:// or https://, a host, perhaps a path; no query, fragment, user, quote or space.
std::string check_digest_url(std::string_view text);

}  // namespace rampart::guard
