#include "mail/compose.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "dns/domain.h"

namespace rampart::mail {
namespace {

using base::ErrorKind;

constexpr std::size_t kMaxLine = 76;         // RFC 2045 section 6.7, RFC 2047 section 2
constexpr std::size_t kMaxLocalPart = 64;    // RFC 5321 section 4.5.3.1.1
constexpr std::size_t kMaxEncodedWord = 75;  // RFC 2047 section 2
constexpr std::size_t kMaxHeaderText = 600;  // bytes of a subject or a name; our own

bool is_atext(char c) {  // RFC 5322 section 3.2.3
  return base::is_alnum(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool is_dot_atom(std::string_view text) {
  return !text.empty() && std::ranges::all_of(base::split(text, '.'), [](std::string_view atom) {
    return !atom.empty() && std::ranges::all_of(atom, is_atext);
  });
}

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

std::string_view cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) --limit;
  return text.substr(0, limit);
}

// Encoded words of whole characters, a line each.
std::string encoded_words(std::string_view text, std::size_t used) {
  constexpr std::string_view kStart = "=?UTF-8?B?";
  constexpr std::size_t kFrame = 12;  // with "?="
  std::string out;
  while (!text.empty()) {
    const auto room = std::min(kMaxEncodedWord, kMaxLine - std::min(used, kMaxLine - 24)) - kFrame;
    const auto limit = room / 4 * 3;
    std::size_t length = 0;
    while (length < text.size()) {
      const auto step = std::max<std::size_t>(base::decode_utf8(text.substr(length)).length, 1);
      if (length + step > limit) break;
      length += step;
    }
    if (!out.empty()) out += "\r\n ";
    out += fmt::format("{}{}?=", kStart, base::encode_base64(text.substr(0, length)));
    text.remove_prefix(length);
    used = 1;
  }
  return out;
}

// Plain text folded at spaces.
std::string folded(std::string_view text, std::size_t used) {
  std::string out;
  std::size_t column = used;
  for (std::size_t at = 0; at < text.size();) {
    auto end = text.find(' ', at + 1);
    if (end == std::string_view::npos) end = text.size();
    const auto word = text.substr(at, end - at);
    if (column + word.size() > kMaxLine && at != 0 && word.starts_with(' ') && word.size() > 1) {
      out += "\r\n";
      column = 0;
    }
    out += word;
    column += word.size();
    at = end;
  }
  return out;
}

// Valid UTF-8 without line ends: what is no character, and every control, becomes a space or U+FFFD.
std::string clean(std::string_view text) {
  std::string out;
  text = cut(text, kMaxHeaderText);
  while (!text.empty()) {
    const auto point = base::decode_utf8(text);
    if (point.length == 0) {
      out += "\xEF\xBF\xBD";
    } else if (point.value < 0x20 || (point.value >= 0x7F && point.value < 0xA0)) {
      out += ' ';
    } else {
      out += text.substr(0, point.length);
    }
    text.remove_prefix(std::max<std::size_t>(point.length, 1));
  }
  return std::string(base::trim(out));
}

std::string mailbox_text(const Mailbox& mailbox, std::size_t used) {
  const auto name = clean(mailbox.name);
  if (name.empty()) return mailbox.address;
  // A quoted string where the name has specials (RFC 5322 section 3.2.4); an encoded word otherwise.
  if (!is_plain(name) || name.find("=?") != std::string::npos)
    return fmt::format("{}\r\n <{}>", encoded_words(name, used), mailbox.address);
  std::string quoted;
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return fmt::format("{}\r\n <{}>", folded('"' + quoted + '"', used), mailbox.address);
}

std::string base64_lines(std::string_view text) {
  const auto whole = base::encode_base64(text);
  std::string out;
  for (std::size_t at = 0; at < whole.size(); at += kMaxLine) out += whole.substr(at, kMaxLine) + "\r\n";
  return out;
}

// The encoding that is shorter: English is readable as it is, Urdu is not either way.
std::string part(std::string_view type, std::string_view text) {
  const auto beyond = std::ranges::count_if(text, [](char c) { return static_cast<signed char>(c) < 0; });
  const bool printable = static_cast<std::size_t>(beyond) * 6 < text.size() + 1;
  return fmt::format("Content-Type: {}; charset=UTF-8\r\nContent-Transfer-Encoding: {}\r\n\r\n{}", type,
                     printable ? "quoted-printable" : "base64",
                     printable ? quoted_printable(text) : base64_lines(text));
}

bool is_machine_subject(std::string_view subject) {
  return is_plain(subject) && !subject.starts_with(' ') && !subject.ends_with(' ') &&
         std::ranges::all_of(base::split(subject, ' '),
                             [](std::string_view word) { return word.size() <= kMaxFileName; });
}

base::Result<> check(const Draft& draft) {
  if (draft.to.empty()) return base::fail(ErrorKind::input, "a message without a recipient");
  TRY(parse_address(draft.from.address));
  for (const auto& to : draft.to) TRY(parse_address(to.address));
  const auto at = draft.message_id.find('@');
  if (at == std::string::npos || !is_dot_atom(draft.message_id.substr(0, at)) ||
      !is_dot_atom(draft.message_id.substr(at + 1)))
    return base::fail(ErrorKind::input, "a Message-ID must be unique@host",
                      base::printable(draft.message_id));
  if (draft.subject_form == SubjectForm::machine && !is_machine_subject(draft.subject))
    return base::fail(ErrorKind::input, "a subject for programs must be plain ASCII",
                      base::excerpt(draft.subject, 100));
  for (const auto& file : draft.attachments) {
    if (file.name.empty() || file.name.size() > kMaxFileName || !is_plain(file.name) ||
        file.name.find_first_of("\"\\/") != std::string::npos)
      return base::fail(ErrorKind::input, "not the name of a file that can be attached",
                        base::excerpt(file.name, 100));
  }
  return {};
}

// No line of either encoding begins with "--=_": "=" stands there only before two hex digits.
std::string boundary(std::string_view what, const Draft& draft) {
  return "=_" + base::hex(crypto::sha256(fmt::format("{}{}", what, draft.message_id))).substr(0, 32);
}

// The text for people, as it stands in a message or in a part of one.
std::string body(const Draft& draft) {
  if (draft.html.empty()) return part("text/plain", draft.text);
  const auto between = boundary("", draft);
  return fmt::format(
      "Content-Type: multipart/alternative;\r\n "
      "boundary=\"{0}\"\r\n\r\n--{0}\r\n{1}\r\n--{0}\r\n{2}\r\n--{0}--\r\n",
      between, part("text/plain", draft.text), part("text/html", draft.html));
}

std::string attached(const Attachment& file) {
  return fmt::format(
      "Content-Type: {};\r\n name=\"{}\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: "
      "attachment;\r\n "
      "filename=\"{}\"\r\n\r\n{}",
      file.type, file.name, file.name, base64_lines(file.bytes));
}

}  // namespace

base::Result<std::string> parse_address(std::string_view text) {
  const auto refuse = [&](std::string why) {
    return base::fail(ErrorKind::input, std::move(why), base::excerpt(text, 100),
                      "write it as it@bank.example, and nothing beside it");
  };
  const auto address = base::trim(text);
  const auto at = address.rfind('@');
  if (at == std::string_view::npos || at == 0) return refuse("not an e-mail address");
  const auto local = address.substr(0, at);
  if (!is_dot_atom(local)) return refuse("not an e-mail address whose part before the @ is plain");
  if (local.size() > kMaxLocalPart)
    return refuse("an e-mail address with more than 64 characters before the @");
  const auto domain = dns::parse_domain(address.substr(at + 1));
  if (!domain || domain->label_count() == 0)
    return refuse("not an e-mail address: no domain stands behind the @");
  auto out = fmt::format("{}@{}", local, domain->text());
  if (!is_dot_atom(domain->text())) return refuse("not an e-mail address: no domain stands behind the @");
  if (out.size() > kMaxMailbox) return refuse("an e-mail address of more than 254 characters");
  return out;
}

base::Result<std::string> compose(const Draft& draft) {
  TRY(check(draft));
  std::string out;
  out += fmt::format("From: {}\r\n", mailbox_text(draft.from, 6));
  out += "To: ";
  for (std::size_t i = 0; i < draft.to.size(); ++i)
    out += fmt::format("{}{}", i == 0 ? "" : ",\r\n ", mailbox_text(draft.to[i], i == 0 ? 4 : 1));
  out += fmt::format("\r\nSubject: {}\r\n", draft.subject_form == SubjectForm::machine
                                                ? folded(draft.subject, 9)
                                                : encode_header_text(draft.subject, 9));
  out += fmt::format("Date: {}\r\nMessage-ID: <{}>\r\n", format_date(draft.date), draft.message_id);
  out += "Auto-Submitted: auto-generated\r\n";  // RFC 3834 section 5
  for (const auto& [name, value] : draft.fields) out += fmt::format("{}: {}\r\n", name, clean(value));
  if (!draft.language.empty()) out += fmt::format("Content-Language: {}\r\n", draft.language);
  out += "MIME-Version: 1.0\r\n";
  if (draft.attachments.empty()) return out + body(draft);
  const auto between = boundary("mixed ", draft);
  out += fmt::format("Content-Type: multipart/mixed;\r\n boundary=\"{}\"\r\n\r\n", between);
  out += fmt::format("--{}\r\n{}", between, body(draft));
  for (const auto& file : draft.attachments) out += fmt::format("\r\n--{}\r\n{}", between, attached(file));
  out += fmt::format("\r\n--{}--\r\n", between);
  return out;
}

std::string encode_header_text(std::string_view text, std::size_t used) {
  const auto whole = clean(text);
  const bool plain = is_plain(whole) && whole.find("=?") == std::string::npos &&
                     std::ranges::all_of(base::split(whole, ' '),
                                         [](std::string_view word) { return word.size() < kMaxLine; });
  return plain ? folded(whole, used) : encoded_words(whole, used);
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool ends_line = at + 1 == text.size() || text[at + 1] == '\n';
    const bool literal = (c > ' ' && c <= '~' && c != '=') || (base::is_wsp(c) && !ends_line);
    // A dot or a "From " at a line's start is changed by some servers on the way.
    const bool fragile = column == 0 && (c == '.' || (c == 'F' && text.substr(at).starts_with("From ")));
    const auto piece =
        literal && !fragile ? std::string(1, c) : fmt::format("={:02X}", static_cast<unsigned char>(c));
    if (column + piece.size() > kMaxLine - (ends_line ? 0 : 1)) {
      out += "=\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  }
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out;
}

std::string format_date(base::Time time) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000",
                     kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string check_address_setting(std::string_view text) {
  return text.empty() || parse_address(text) ? "" : "is not an e-mail address";
}

}  // namespace rampart::mail
