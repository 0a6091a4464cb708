// What another filter that had the message before us thought of it: rspamd's and SpamAssassin's fields, read.
//
//   read_others(header)     {{"X-Spamd-Result", OtherSays::spam, 16.1}}
//   read_other_results(header, ids)   {"mx.bank.example; dkim=pass header.d=…"}
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mail/header.h"

namespace rampart::guard {

// As rspamd writes it ("default: True [16.10 / 15.00]; …"), and as SpamAssassin, amavis and rspamd do ("Yes, score=7.1 …").
inline constexpr std::array<std::string_view, 2> kOtherFields{"X-Spamd-Result", "X-Spam-Status"};

enum class OtherSays : std::uint8_t {
  spam,
  clean,
  unclear,  // the field says neither, or stands several times: a stranger may have written one of them
};
std::string_view to_string(OtherSays says);
std::optional<OtherSays> parse_other_says(std::string_view text);  // as to_string() writes it

struct OtherVerdict {
  std::string_view field;  // one of kOtherFields
  OtherSays says = OtherSays::unclear;
  std::optional<double> score;
};

// Total. A field that is not there is not in it.
std::vector<OtherVerdict> read_others(const mail::Header& header);

// Our own.
inline constexpr std::size_t kMaxOtherResults = 10;       // fields
inline constexpr std::size_t kShownOtherResults = 1'000;  // octets of each

// What filters of the operator's found out before us: their Authentication-Results fields, each on one line and printable. `ids` are
// their authserv-ids, in any case. Only what stands above all Received fields counts, where a filter on this machine adds its own;
// that nobody else writes in their name is theirs to see to (RFC 8601 section 5). Total.
std::vector<std::string> read_other_results(const mail::Header& header, std::span<const std::string> ids);

}  // namespace rampart::guard
