#include "mail/header.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::mail {
namespace {

// One line with its line end, from `at`.
std::string_view line_at(std::string_view bytes, std::size_t at) {
  const auto end = bytes.find('\n', at);
  return bytes.substr(at, end == std::string_view::npos ? end : end - at + 1);
}

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The name before the colon, white space before it taken off (obs-optional, RFC 5322 section 4.5); empty when
// the line begins no field.
std::string_view name_of(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  auto name = line.substr(0, colon);
  while (!name.empty() && base::is_wsp(name.back())) name.remove_suffix(1);
  const bool printable = std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return printable ? name : std::string_view();
}

// Whether a line names this field to a reader that drops white space and odd bytes.
bool is_like(std::string_view raw, std::string_view field) {
  const auto colon = raw.find(':');
  if (colon == std::string_view::npos) return false;
  std::size_t at = 0;
  for (const char c : raw.substr(0, colon)) {
    if (c <= ' ' || c >= 0x7f) continue;
    if (at == field.size() || base::to_lower(c) != base::to_lower(field[at])) return false;
    ++at;
  }
  return at == field.size();
}

void note_if_like(std::string_view text, std::string_view raw, Header& header) {
  const auto value = without_line_end(text.substr(text.find(':') + 1));
  if (is_like(text, "From")) header.like_from.push_back(value);
  if (is_like(text, "Authentication-Results")) header.like_results.push_back({raw, value});
}

// What follows each bare CR, which is a line end to some.
void note_behind_returns(std::string_view raw, Header& header) {
  for (auto at = raw.find('\r'); at != std::string_view::npos; at = raw.find('\r', at + 1)) {
    const auto behind = raw.substr(at + 1);
    if (behind.empty() || behind.front() == '\n') continue;
    const auto line = behind.substr(0, behind.find('\r'));
    note_if_like(line, raw, header);
  }
}

}  // namespace

bool Field::is(std::string_view other) const { return base::iequals(name, other); }

// Not "From : x", which is a field (obs-from, RFC 5322 section 4.5.2), nor the begin of a folded one, nor what another reader takes
// for one.
bool is_mbox_line(std::string_view line) {
  return line.starts_with("From ") && name_of(line).empty() && !base::trim(line.substr(4)).empty() &&
         !is_like(line, "From");
}

base::Result<Header> read_header(std::string_view bytes) {
  const auto all = bytes.substr(0, kMaxHeaderBytes + 1);
  Header header;
  std::size_t at = 0;
  if (const auto first = line_at(all, 0); is_mbox_line(first)) at = first.size();
  while (at < all.size()) {
    const auto first = line_at(all, at);
    auto end = at + first.size();
    if (without_line_end(first).empty()) {
      header.size = end;
      return header;
    }
    while (end < all.size() && base::is_wsp(all[end])) end += line_at(all, end).size();
    const auto raw = all.substr(at, end - at);
    at = end;
    if (raw.size() > kMaxFieldBytes) {
      return base::fail(base::ErrorKind::input,
                        fmt::format("a header field is longer than {} KiB", kMaxFieldBytes >> 10));
    }
    note_behind_returns(raw, header);
    const auto name = base::is_wsp(first.front()) ? std::string_view() : name_of(first);
    if (name.empty()) {
      ++header.skipped;
      note_if_like(raw, raw, header);
      continue;
    }
    const auto value = raw.substr(raw.find(':') + 1);
    header.fields.push_back({.name = name, .value = without_line_end(value), .raw = raw});
  }
  if (all.size() > kMaxHeaderBytes) {
    return base::fail(base::ErrorKind::input,
                      fmt::format("the header is longer than {} KiB", kMaxHeaderBytes >> 10), {},
                      "is this a message? its header has to end with an empty line");
  }
  header.size = all.size();
  return header;
}

std::string unfold(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  std::size_t at = 0;
  for (auto end = value.find('\n'); end != std::string_view::npos; end = value.find('\n', at)) {
    const bool cr = end != at && value[end - 1] == '\r';
    out += value.substr(at, end - at - (cr ? 1 : 0));
    at = end + 1;
  }
  out += value.substr(at);
  return out;
}

}  // namespace rampart::mail
