#include "reports/parsedmarc/items.h"

#include "base/text.h"

namespace rampart::reports {
namespace {

constexpr std::size_t kAhead = 1024;  // bytes in which an object's first name stands
constexpr std::string_view kBlank = " \t\r\n";

}  // namespace

base::Result<bool> JsonItems::more() {
  if (window_.view().empty() && !window_.last()) TRY(window_.fill());
  return !window_.view().empty();
}

// Whether the object that begins here has lists of reports and is none itself.
base::Result<bool> JsonItems::opens_lists() {
  if (window_.view().size() < kAhead && !window_.last()) TRY(window_.fill());
  auto rest = window_.view().substr(1, kAhead);
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlank), rest.size()));
  if (!rest.starts_with('"')) return false;
  const auto name = rest.substr(1, rest.find('"', 1) - 1);
  return name.ends_with("_reports");
}

base::Result<bool> JsonItems::skip_string() {
  window_.drop(1);
  for (bool escaped = false; TRY(more());) {
    const char c = window_.view().front();
    window_.drop(1);
    if (!escaped && c == '"') return true;
    escaped = !escaped && c == '\\';
  }
  return false;
}

base::Result<bool> JsonItems::next() {
  text_.clear();
  too_large_ = false;
  while (TRY(more())) {
    const char c = window_.view().front();
    if (c == '{') {
      if (!TRY(opens_lists())) {
        TRY(capture());
        return true;
      }
    } else if (c == '"') {
      if (!TRY(skip_string())) stray_ = true;
      continue;
    } else if (std::string_view(" \t\r\n[]},:\xef\xbb\xbf").find(c) == std::string_view::npos) {
      stray_ = true;
    }
    window_.drop(1);
  }
  return false;
}

base::Result<> JsonItems::capture() {
  ++number_;
  std::size_t depth = 0;
  bool in_string = false;
  bool escaped = false;
  while (TRY(more())) {
    const auto view = window_.view();
    std::size_t at = 0;
    bool done = false;
    for (; at < view.size() && !done; ++at) {
      const char c = view[at];
      if (in_string) {
        in_string = escaped || c != '"';
        escaped = !escaped && c == '\\';
      } else if (c == '"') {
        in_string = true;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if (c == '}' || c == ']') {
        done = --depth == 0;
      }
    }
    if (text_.size() + at > kMaxExportItem) too_large_ = true;
    if (!too_large_) text_ += view.substr(0, at);
    window_.drop(at);
    if (done) {
      if (too_large_) text_.clear();
      return {};
    }
  }
  cut_ = true;
  text_.clear();
  return {};
}

}  // namespace rampart::reports
