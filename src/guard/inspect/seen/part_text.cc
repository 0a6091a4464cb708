#include "guard/inspect/seen/part_text.h"

#include <algorithm>

#include "base/text.h"
#include "mail/charset.h"

namespace rampart::guard {
namespace {

constexpr std::size_t kMaxZeroesLooked = 512;  // bytes that say whether a text is UTF-16
constexpr std::size_t kMaxMetaLooked =
    1'024;  // bytes in which a page names its character set (WHATWG HTML 13.2.3.2)

// The character set that a page names for itself; empty without one.
std::string charset_of_page(std::string_view text) {
  const auto low = base::lower(text.substr(0, kMaxMetaLooked));
  constexpr std::string_view kName = "charset=";
  const auto at = low.find(kName);
  if (at == std::string::npos) return {};
  auto rest = std::string_view(low).substr(at + kName.size());
  while (!rest.empty() && (rest.front() == '"' || rest.front() == '\'' || rest.front() == ' '))
    rest.remove_prefix(1);
  const auto end =
      std::ranges::find_if(rest, [](char c) { return !base::is_alnum(c) && c != '-' && c != '_'; });
  return std::string(rest.begin(), end);
}

// A mark at the beginning says what it is, whatever else does.
std::string_view charset_of_mark(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) return "utf-8";
  if (text.starts_with(std::string_view("\xff\xfe\0\0", 4))) return "utf-32";
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) return "utf-16";
  return {};
}

// Zeroes at every other place are UTF-16 of a Western text, whatever it says that it is. A few are no more than dirt, which some mail
// programs take out.
std::string_view charset_of_zeroes(std::string_view text) {
  text = text.substr(0, kMaxZeroesLooked);
  if (text.size() < 4 || text.find('\0') == std::string_view::npos) return {};
  std::size_t even = 0;
  std::size_t odd = 0;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    even += text[i] == '\0' && text[i + 1] != '\0' ? 1U : 0U;
    odd += text[i] != '\0' && text[i + 1] == '\0' ? 1U : 0U;
  }
  if (4 * odd > text.size()) return "utf-16le";
  return 4 * even > text.size() ? std::string_view("utf-16be") : std::string_view();
}

}  // namespace

bool is_html(std::string_view type) { return type.find("html") != std::string_view::npos; }
bool is_text(std::string_view type) { return type.starts_with("text/") || is_html(type); }

bool is_body(const mail::BodyPart& part) {
  return part.disposition != mail::Disposition::attachment && is_text(part.type) && part.name.empty();
}

DecodedText decode_text(std::string bytes, std::string_view said, bool is_page) {
  std::string charset(charset_of_mark(bytes));
  if (charset.empty()) charset = said;
  if (charset.empty() && is_page) charset = charset_of_page(bytes);
  if (const auto zeroes = charset_of_zeroes(bytes);
      !zeroes.empty() && !charset.starts_with("utf-16") && !charset.starts_with("utf-32"))
    charset = zeroes;
  if (!charset.starts_with("utf-16") && !charset.starts_with("utf-32")) std::erase(bytes, '\0');
  const bool is_plain = charset.empty() || charset == "utf-8" || charset == "utf8" || charset == "us-ascii" ||
                        charset == "ascii";
  if (is_plain && base::is_utf8(bytes)) return {.text = std::move(bytes)};
  // What says nothing, or says ASCII and is none, is Western nearly always.
  if (is_plain && charset != "utf-8" && charset != "utf8") charset = "windows-1252";
  if (auto text = mail::decode_charset(bytes, charset)) return {.text = *std::move(text)};
  return {.text = std::move(bytes), .is_unread = true};
}

}  // namespace rampart::guard
