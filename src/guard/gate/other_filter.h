// What another filter that had the message before us thought of it: rspamd's and SpamAssassin's fields, read.
//
//   read_others(header)     {{"X-Spamd-Result", OtherSays::spam, 16.1}}
#pragma once

#include <array>
#include <optional>
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

}  // namespace rampart::guard
