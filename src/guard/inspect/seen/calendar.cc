#include "guard/inspect/seen/calendar.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace rampart::guard {
namespace {

constexpr auto kTexts =
    std::to_array<std::string_view>({"summary", "description", "location", "comment", "contact"});
constexpr auto kLinks = std::to_array<std::string_view>({"url", "attach", "conference", "x-google-conference",
                                                         "x-microsoft-onlinemeetingconflink",
                                                         "x-microsoft-skypeteamsmeetingurl"});
constexpr std::size_t kMaxProperty = 65'536;  // bytes of one that is unfolded

// A line of content: white space at a line's beginning continues the one before (RFC 5545 section 3.1).
std::string take_property(std::string_view& text) {
  std::string out;
  for (bool is_first = true; !text.empty(); is_first = false) {
    if (!is_first && !base::is_wsp(text.front())) break;
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!is_first) line.remove_prefix(1);
    out += line.substr(0, kMaxProperty - std::min(kMaxProperty, out.size()));
  }
  return out;
}

// RFC 5545 section 3.3.11.
std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    out += c == 'n' || c == 'N' ? '\n' : c;
  }
  return out;
}

// The colon that ends name and parameters: one that is not quoted.
std::size_t colon_of(std::string_view line) {
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    if (line[i] == ':' && !quoted) return i;
  }
  return std::string_view::npos;
}

}  // namespace

CalendarSaid read_calendar(std::string_view text) {
  CalendarSaid out;
  const auto put = [&](std::string& to, std::string_view said) {
    const auto room = kMaxCalendarText - std::min(kMaxCalendarText, to.size());
    if (said.size() > room) out.is_cut = true;
    to += said.substr(0, room);
    if (room != 0) to += '\n';
  };
  const auto link = [&](std::string said) {
    if (out.links.size() < kMaxCalendarLinks)
      out.links.push_back(std::move(said));
    else
      out.is_cut = true;
  };
  while (!text.empty()) {
    const auto line = take_property(text);
    if (line.size() == kMaxProperty) out.is_cut = true;
    const auto colon = colon_of(line);
    if (colon == std::string_view::npos) continue;
    const auto head = std::string_view(line).substr(0, colon);
    const auto name = base::lower(head.substr(0, head.find(';')));
    const auto value = std::string_view(line).substr(colon + 1);
    if (std::ranges::find(kTexts, name) != kTexts.end()) {
      put(out.text, unescape(value));
      // ALTREP="https://…": the same in another form (RFC 5545 section 3.2.1).
      const auto low = base::lower(head);
      constexpr std::string_view kOther = ";altrep=\"";
      if (const auto at = low.find(kOther); at != std::string::npos) {
        const auto rest = head.substr(at + kOther.size());
        link(std::string(rest.substr(0, rest.find('"'))));
      }
    } else if (name == "x-alt-desc") {
      put(out.html, unescape(value));
    } else if (std::ranges::find(kLinks, name) != kLinks.end()) {
      link(std::string(value));
    }
  }
  return out;
}

}  // namespace rampart::guard
