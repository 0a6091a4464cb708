#include "net/imap/response.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::net::imap {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::array<std::string_view, 5> kStatuses{"OK", "NO", "BAD", "BYE", "PREAUTH"};
// Whose values we read: with a fault in them nothing is understood any more. Of others we need none.
constexpr std::array<std::string_view, 6> kRead{"FETCH", "LIST", "CAPABILITY", "SEARCH", "FLAGS", "STATUS"};

std::unexpected<base::Error> broken(std::string_view why) {
  return base::fail(ErrorKind::unavailable, fmt::format("the server broke the rules of IMAP: {}", why));
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

bool is_status_word(std::string_view word) { return std::ranges::find(kStatuses, word) != kStatuses.end(); }

// Up to the next space; both are dropped.
std::string_view take_word(std::string_view& line) {
  const auto end = line.find(' ');
  const auto word = line.substr(0, end);
  line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  return word;
}

std::optional<std::uint32_t> number_of(std::string_view word) {
  const auto number = base::parse_number(word);
  return number && *number <= 0xffff'ffffU ? std::optional(static_cast<std::uint32_t>(*number))
                                           : std::nullopt;
}

// Whether a response that begins so can have literals: one that is not for people to read.
bool may_have_literals(std::string_view line) {
  if (!line.starts_with("* ")) return false;
  line.remove_prefix(2);
  return !is_status_word(upper(take_word(line)));
}

// The size that a line ends with: "… {342}", "… ~{342}" (RFC 9051 section 9, literal and literal8).
enum class Ends : std::uint8_t { plainly, with_literal, wrongly };
Ends literal_size(std::string_view line, std::uint64_t& size) {
  if (!line.ends_with('}')) return Ends::plainly;
  line.remove_suffix(1);
  if (line.ends_with('+')) line.remove_suffix(1);
  auto begin = line.size();
  while (begin > 0 && base::is_digit(line[begin - 1])) --begin;
  if (begin == 0 || line[begin - 1] != '{' || begin == line.size()) return Ends::plainly;
  const auto parsed = base::parse_number(line.substr(begin));
  if (!parsed) return Ends::wrongly;
  size = *parsed;
  return Ends::with_literal;
}

// The data behind a response's word.
class Parser {
 public:
  struct Literal {
    std::size_t begin = 0;
    std::size_t size = 0;
  };
  // `at` and the literals' places are those in `text`.
  Parser(std::string_view text, std::size_t at, std::vector<Literal> literals)
      : text_(text), at_(at), literals_(std::move(literals)) {}

  // False on a fault.
  bool values(std::vector<Value>& out, std::size_t depth = 0) {
    for (;;) {
      while (at_ < text_.size() && text_[at_] == ' ') ++at_;
      if (at_ == text_.size()) return depth == 0;
      if (text_[at_] == ')') {
        ++at_;
        return depth != 0;
      }
      if (++count_ > kMaxValues || depth >= kMaxDepth || !value(out.emplace_back(), depth)) return false;
    }
  }

 private:
  bool value(Value& out, std::size_t depth) {
    const char c = text_[at_];
    if (c == '(') {
      ++at_;
      out.form = Value::Form::list;
      return values(out.items, depth + 1);
    }
    if (c == '"') return quoted(out);
    if (c == '{' || (c == '~' && at_ + 1 < text_.size() && text_[at_ + 1] == '{')) return literal(out);
    return atom(out);
  }

  bool quoted(Value& out) {
    out.form = Value::Form::text;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c == '\r' || c == '\n') return false;
      if (c == '\\' && ++at_ == text_.size()) return false;
      out.text += text_[at_];
    }
    return false;
  }

  bool literal(Value& out) {
    if (next_ == literals_.size()) return false;
    const auto& place = literals_[next_++];
    // What stands between here and there is the size, which was read before.
    if (place.begin < at_) return false;
    const auto size = text_.substr(at_, place.begin - at_);
    if (!size.ends_with("}\r\n") || size.find('{', 2) != std::string_view::npos ||
        size.find(' ') != std::string_view::npos)
      return false;
    out.form = Value::Form::text;
    out.text = text_.substr(place.begin, place.size);
    at_ = place.begin + place.size;
    return true;
  }

  bool atom(Value& out) {
    const auto begin = at_;
    while (at_ < text_.size() && is_atom(text_[at_])) ++at_;
    if (at_ == begin) return false;
    out.text = text_.substr(begin, at_ - begin);
    out.form = base::iequals(out.text, "NIL") ? Value::Form::nil : Value::Form::atom;
    return true;
  }
  // More than RFC 9051 has: flags with their backslashes, "BODY[]<0>", "\*".
  static bool is_atom(char c) { return c > ' ' && c != 0x7f && c != '(' && c != ')' && c != '{' && c != '"'; }

  std::string_view text_;
  std::size_t at_;
  std::vector<Literal> literals_;
  std::size_t next_ = 0;
  std::size_t count_ = 0;
};

// "[UIDVALIDITY 3857529045] UIDs valid"
void read_status(std::string_view rest, Response& out) {
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end != std::string_view::npos) {
      auto code = rest.substr(1, end - 1);
      rest.remove_prefix(end + 1);
      if (rest.starts_with(' ')) rest.remove_prefix(1);
      out.code = upper(take_word(code));
      if (!Parser(code, 0, {}).values(out.values)) out.values.clear();
    }
  }
  out.text = rest;
}

bool is_tag(std::string_view word) { return !word.empty() && std::ranges::all_of(word, base::is_alnum); }

}  // namespace

bool Value::is(std::string_view word) const { return form == Form::atom && base::iequals(text, word); }

bool Response::is_status() const { return is_status_word(word); }

// Whether a whole response is there: `scanned_` is then its end.
Result<bool> ResponseReader::scan() {
  for (;;) {
    const auto end = scanned_ < buffer_.size() ? buffer_.find('\n', scanned_) : std::string::npos;
    const auto known = std::min(end == std::string::npos ? buffer_.size() : end + 1, buffer_.size());
    if (known > line_begin_ && lines_ + (known - line_begin_) > kMaxLine)
      return broken(fmt::format("a response is longer than {} octets", kMaxLine));
    if (end == std::string::npos) {
      scanned_ = std::max(scanned_, buffer_.size());
      return false;
    }
    if (end == line_begin_ || buffer_[end - 1] != '\r') return broken("a line does not end with CR LF");
    const auto line = std::string_view(buffer_).substr(line_begin_, end - 1 - line_begin_);
    lines_ += end + 1 - line_begin_;
    scanned_ = end + 1;
    std::uint64_t size = 0;
    auto ends = Ends::plainly;
    if (line_begin_ != 0 || may_have_literals(line)) ends = literal_size(line, size);
    if (ends == Ends::plainly) return true;
    if (ends == Ends::wrongly || size > most_)
      return broken(fmt::format("a literal is larger than the {} octets that are waited for", most_));
    if (literals_.size() == kMaxLiterals) return broken(fmt::format("more than {} literals", kMaxLiterals));
    literals_.push_back({.begin = scanned_, .size = static_cast<std::size_t>(size)});
    scanned_ += static_cast<std::size_t>(size);
    line_begin_ = scanned_;
  }
}

Result<std::optional<Response>> ResponseReader::next() {
  if (!TRY(scan())) return std::optional<Response>();
  const std::string_view whole = std::string_view(buffer_).substr(0, scanned_ - 2);
  Response out;
  auto rest = whole;
  const auto first = take_word(rest);
  if (first == "+") {
    out.kind = Response::Kind::proceed;
    out.text = rest;
  } else if (first == "*") {
    auto word = take_word(rest);
    if (const auto number = number_of(word)) {
      out.number = number;
      word = take_word(rest);
    }
    out.word = upper(word);
    if (out.word.empty()) return broken("a response says nothing");
    if (out.is_status()) {
      read_status(rest, out);
    } else {
      std::vector<Parser::Literal> literals;
      literals.reserve(literals_.size());
      for (const auto& place : literals_) literals.push_back({place.begin, place.size});
      if (!Parser(whole, whole.size() - rest.size(), std::move(literals)).values(out.values)) {
        if (std::ranges::find(kRead, out.word) != kRead.end())
          return broken(fmt::format("a response {} cannot be read", out.word));
        out.values.clear();
      }
    }
  } else {
    out.kind = Response::Kind::tagged;
    out.tag = first;
    out.word = upper(take_word(rest));
    if (!is_tag(first) || (out.word != "OK" && out.word != "NO" && out.word != "BAD"))
      return broken(fmt::format("\"{}\" is no response", base::excerpt(whole, 80)));
    read_status(rest, out);
  }
  buffer_.erase(0, scanned_);
  scanned_ = line_begin_ = lines_ = 0;
  literals_.clear();
  return std::optional(std::move(out));
}

std::optional<base::Time> parse_date_time(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::size_t kSize = 26;
  if (text.size() != kSize || text[2] != '-' || text[6] != '-' || text[11] != ' ' || text[20] != ' ')
    return std::nullopt;
  const auto month = std::ranges::find_if(
      kMonths, [&](std::string_view name) { return base::iequals(name, text.substr(3, 3)); });
  const auto day = base::parse_number(base::trim(text.substr(0, 2)));  // " 7" and "07"
  const auto year = base::parse_number(text.substr(7, 4));
  const auto zone_hours = base::parse_number(text.substr(22, 2));
  const auto zone_minutes = base::parse_number(text.substr(24, 2));
  if (month == kMonths.end() || !day || !year || !zone_hours || !zone_minutes || *zone_minutes > 59)
    return std::nullopt;
  if (text[21] != '+' && text[21] != '-') return std::nullopt;
  // The time of day as our own form has it, which checks it.
  const auto time = base::parse_time(
      fmt::format("{:04}-{:02}-{:02}T{}Z", *year, month - kMonths.begin() + 1, *day, text.substr(12, 8)));
  if (!time) return std::nullopt;
  const auto zone = std::chrono::hours(*zone_hours) + std::chrono::minutes(*zone_minutes);
  return text[21] == '+' ? *time - zone : *time + zone;
}

}  // namespace rampart::net::imap
