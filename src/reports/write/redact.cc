#include "reports/write/redact.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/hmac.h"

namespace rampart::reports {
namespace {

constexpr std::size_t kLetters = 26;     // of 5 bits each: 130 bits
constexpr std::size_t kLineLength = 76;  // RFC 2045 section 6.7

// Told as they are, but for the local parts in them. What other hosts found out is not among them: it names who logged in
// (smtp.auth), and our own results say what matters.
constexpr std::array kTraces = std::to_array<std::string_view>(
    {"Received", "Received-SPF", "ARC-Seal", "ARC-Message-Signature", "DKIM-Signature", "Date", "Resent-Date",
     "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Auto-Submitted", "Precedence", "List-Id",
     "Message-ID"});
// Told without the names of people.
constexpr std::array kMailboxes = std::to_array<std::string_view>(
    {"From", "Sender", "Reply-To", "To", "Cc", "Resent-From", "Resent-To", "Return-Path", "Delivered-To"});

// What may stand before an address without white space.
constexpr std::array kTags = std::to_array<std::string_view>(
    {"i=", "header.i=", "header.from=", "smtp.mailfrom=", "envelope-from=", "smtp.rcptto="});

bool names(std::span<const std::string_view> list, const mail::Field& field) {
  return std::ranges::any_of(list, [&](std::string_view name) { return field.is(name); });
}

// What may stand in a local part without quotes (RFC 5322 section 3.2.3, RFC 6532 section 3.2).
bool is_local(char c) {
  return base::is_alnum(c) || static_cast<signed char>(c) < 0 ||
         std::string_view(".!#$%&'*+-/=?^_`{|}~\\").find(c) != std::string_view::npos;
}

// Where the local part in front of the "@" at `at` begins; a quoted one with its quotes.
std::size_t local_begin(std::string_view text, std::size_t from, std::size_t at) {
  if (at > from && text[at - 1] == '"') {
    for (auto i = at - 1; i > from; --i) {
      if (text[i - 1] == '"' && (i < from + 2 || text[i - 2] != '\\')) return i - 1;
    }
    return from;  // it never began: nothing before it is told
  }
  auto begin = at;
  while (begin > from && is_local(text[begin - 1])) --begin;
  // "i=ali@bank.example": of the tags that fields have, as a local part may hold "=" itself (bounce+ali=bank.example@list.example).
  for (const auto tag : kTags) {
    if (text.substr(begin, at - begin).starts_with(tag)) return begin + tag.size();
  }
  return begin;
}

// The addresses of a field, without what stands around them.
std::string bare_addresses(std::string_view text) {
  std::string out;
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    const auto begin = local_begin(text, 0, at);
    auto end = at + 1;
    while (end < text.size() && (base::is_alnum(text[end]) || text[end] == '.' || text[end] == '-')) ++end;
    if (!out.empty()) out += ", ";
    out += fmt::format("<{}>", text.substr(begin, end - begin));
  }
  return out;
}

// A signature without z=, which repeats other fields (RFC 6376 section 3.5).
std::string without_copies(std::string_view text) {
  std::string out;
  for (const auto tag : base::split(text, ';')) {
    if (base::trim(tag.substr(0, tag.find('='))) == "z") continue;
    if (!out.empty()) out += ';';
    out += tag;
  }
  return out;
}

// A trace without the comments that say who logged in ("(Authenticated sender: ali)", "(AUTH: PLAIN ali)").
std::string without_logins(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('(');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    std::size_t depth = 0;
    auto end = open;
    for (; end < text.size(); ++end) {
      if (text[end] == '(') ++depth;
      if (text[end] == ')' && --depth == 0) break;
    }
    const auto comment = text.substr(open, end + 1 - open);
    if (base::lower(comment).find("auth") == std::string::npos) out += comment;
    text.remove_prefix(open + comment.size());
  }
  return out;
}

// What of a trace field may be told before its addresses are replaced.
std::string trace_text(const mail::Field& field, const std::string& value) {
  if (field.is("DKIM-Signature") || field.is("ARC-Message-Signature")) return without_copies(value);
  if (field.is("Received")) return without_logins(value);
  if (field.is("Content-Type")) return value.substr(0, value.find(';'));  // a file may have a person's name
  return value;
}

// Lines of at most kLineLength where there is white space to fold at.
std::string folded(std::string_view name, std::string_view value) {
  std::string out = fmt::format("{}:", name);
  std::size_t column = out.size();
  for (const auto word : base::split(value, ' ')) {
    if (word.empty()) continue;
    if (column + 1 + word.size() > kLineLength && column > name.size() + 1) {
      out += "\r\n";
      column = 0;
    }
    out += ' ';
    out += word;
    column += 1 + word.size();
  }
  return out + "\r\n";
}

}  // namespace

std::string Redactor::local_part(std::string_view text) const {
  constexpr std::string_view kDigits = "abcdefghijklmnopqrstuvwxyz234567";
  const auto digest = crypto::hmac_sha256(key_, base::lower(text));
  std::string out;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char byte : digest) {
    if (out.size() == kLetters) break;
    bits = bits << 8U | static_cast<unsigned char>(byte);
    held += 8;
    while (held >= 5 && out.size() < kLetters) {
      held -= 5;
      out += kDigits[bits >> held & 31U];
    }
    bits &= (1U << held) - 1;
  }
  return out;
}

std::string Redactor::addresses(std::string_view text) const {
  std::string out;
  std::size_t from = 0;  // what is told already
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    const auto begin = local_begin(text, from, at);
    out += text.substr(from, begin - from);
    if (begin < at) out += local_part(text.substr(begin, at - begin));
    from = at;
  }
  return out.append(text.substr(from));
}

std::string Redactor::header(const mail::Header& header) const {
  std::string out;
  for (const auto& field : header.fields) {
    auto value = mail::unfold(field.value);
    if (names(kMailboxes, field)) {
      value = bare_addresses(value);
    } else if (names(kTraces, field)) {
      value = trace_text(field, value);
    } else {
      continue;
    }
    // The sender's own name for the message, by which its owner finds it in the logs, is no mailbox.
    const auto line = folded(field.name, base::printable(field.is("Message-ID") ? value : addresses(value)));
    if (out.size() + line.size() > kMaxRedactedHeader) break;
    out += line;
  }
  return out;
}

}  // namespace rampart::reports
