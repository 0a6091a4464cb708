// The mail of a watch: one digest of all that there is to tell one contact, or one about Rampart's own trouble.
// Pure: the same looks give the same bytes.
//
// Both parts of a message say the same. The Urdu one is set from right to left (dir and lang on its root); names,
// records and everything else that a stranger wrote, or that reads from left to right, stands in an isolate of its
// own (<bdi dir="ltr">, U+2066 … U+2069), so that nothing reorders what stands beside it.
#pragma once

#include <span>

#include "audit/watch/event.h"

namespace rampart::audit::watch {

inline constexpr std::size_t kMaxDigestAlerts = 2000;  // of one digest; our own: half a megabyte

struct Written {
  std::string subject;
  std::string text;  // lines ended by LF
  std::string html;
};

// `looks`: at least one, in the order of time.
Written write_digest(std::span<const Look> looks, std::string_view organisation, Language language);
Written write_trouble(const Trouble& trouble, Language language);

// The same for a terminal or a log: a line for each alert, and its records.
std::string write_text(const Look& look);
std::string write_text(const Trouble& trouble);

}  // namespace rampart::audit::watch
