// What a calendar part (text/calendar, RFC 5545) shows and links to.
//
//   const auto said = read_calendar("BEGIN:VEVENT\r\nDESCRIPTION:Join at https://a.exa\r\n mple/\\nnow\r\n…");
//   said.text        "Join at https://a.example/\nnow"
//
// Pure, linear; the first kMaxCalendarText bytes of text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rampart::guard {

inline constexpr std::size_t kMaxCalendarText = 65'536;  // bytes; our own
inline constexpr std::size_t kMaxCalendarLinks = 100;    // our own

struct CalendarSaid {
  std::string text;                // SUMMARY, DESCRIPTION, LOCATION, COMMENT, CONTACT, a line each
  std::string html;                // X-ALT-DESC, which Outlook shows in place of the description
  std::vector<std::string> links;  // URL, ATTACH, CONFERENCE, and ALTREP of the others
  bool is_cut = false;
};

CalendarSaid read_calendar(std::string_view text);  // UTF-8

}  // namespace rampart::guard
