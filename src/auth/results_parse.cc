#include "auth/results_parse.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"

namespace rampart::auth {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// RFC 2045 section 5.1, and with RFC 6532 UTF-8.
bool is_token(char c) {
  constexpr std::string_view kSpecials = "()<>@,;:\\\"/[]?=";
  const auto byte = static_cast<unsigned char>(c);
  return byte > ' ' && byte != 0x7f && kSpecials.find(c) == std::string_view::npos;
}
// What stands in a property's value without quotes: a token, or an address or name of such.
bool is_plain(char c) { return is_token(c) || c == '@' || c == '/' || c == ':' || c == '[' || c == ']'; }
bool is_keyword(char c) { return base::is_alnum(c) || c == '-' || c == '_'; }

class Parser {
 public:
  Parser(std::string_view text, ResultsField& out) : text_(text), out_(out) {}

  void field() {
    skip();
    const auto id = value(is_token);
    if (!id || id->empty()) return fail("it names no host that says so");
    out_.authserv_id = *id;
    skip();
    if (at_ != text_.size() && text_[at_] != ';' && !version()) return fail("the version is no number");
    if (at_ == text_.size()) return fail("it holds no result");
    if (!take(';')) return fail("there is something else behind the host's name");
    out_.payload = text_.substr(at_);
    skip();
    results();
  }

 private:
  void fail(std::string why) {
    if (out_.fault.empty()) out_.fault = std::move(why);
  }

  void results() {
    if (none()) return;
    while (at_ != text_.size()) {
      if (out_.results.size() == kMaxResults)
        return fail(fmt::format("it holds more than {} results", kMaxResults));
      if (!result()) return;
      skip();
      if (at_ == text_.size()) return;
      if (!take(';')) return fail(fmt::format("\"{}\" is no result", base::excerpt(text_.substr(at_), 40)));
      skip();
    }
    if (out_.results.empty()) fail("it holds no result");
  }

  bool none() {
    const auto begin = at_;
    if (base::lower(take_while(is_keyword)) == "none") {
      skip();
      if (at_ == text_.size()) return true;
    }
    at_ = begin;
    return false;
  }

  bool result() {
    ReadResult out;
    out.method = base::lower(take_while(is_keyword));
    skip();
    if (take('/')) {  // the method's version, which nobody has used
      skip();
      if (take_while(base::is_digit).empty()) return broken("a method's version is no number");
      skip();
    }
    if (out.method.empty() || !take('=')) return broken("a method has no result");
    skip();
    out.result = base::lower(take_while(is_keyword));
    if (out.result.empty()) return broken(fmt::format("{} has no result", out.method));
    if (!properties(out)) return false;
    out_.results.push_back(std::move(out));
    return true;
  }

  bool properties(ReadResult& out) {
    for (;;) {
      skip();
      if (at_ == text_.size() || text_[at_] == ';') return true;
      if (out.properties.size() == kMaxProperties)
        return broken(fmt::format("{} has more than {} properties", out.method, kMaxProperties));
      auto type = base::lower(take_while(is_keyword));
      skip();
      if (type == "reason" && take('=')) {
        if (!read_value(out.reason)) return false;
        continue;
      }
      if (type.empty() || !take('.')) return broken(fmt::format("{} is followed by no property", out.method));
      ReadProperty property{.type = std::move(type), .name = {}, .value = {}};
      skip();
      property.name = base::lower(take_while([](char c) { return is_keyword(c) || c == '.'; }));
      skip();
      if (property.name.empty() || !take('=')) return broken("a property has no value");
      if (!read_value(property.value)) return false;
      out.properties.push_back(std::move(property));
    }
  }

  bool read_value(std::string& out) {
    skip();
    const auto read = value(is_plain);
    if (!read) return broken("a quoted value has no end");
    out = *read;
    return true;
  }

  bool broken(std::string why) {
    fail(std::move(why));
    return false;
  }

  bool version() {
    const auto digits = take_while(base::is_digit);
    skip();
    return !digits.empty() &&
           std::from_chars(digits.data(), digits.data() + digits.size(), out_.version).ec == std::errc();
  }

  // A word of `plain`, or a quoted string, or (an address with a quoted local part) both behind each other.
  template <class F>
  std::optional<std::string> value(F plain) {
    std::string out;
    for (;;) {
      const auto word = take_while(plain);
      out += word;
      if (!take('"')) {
        if (word.empty() || at_ == text_.size() || text_[at_] != '"') return out;
        continue;
      }
      for (;; ++at_) {
        if (at_ == text_.size()) return std::nullopt;
        if (text_[at_] == '"') break;
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
        if (text_[at_] != '\r' && text_[at_] != '\n') out += text_[at_];
      }
      ++at_;
    }
  }

  template <class F>
  std::string_view take_while(F predicate) {
    const auto begin = at_;
    while (at_ < text_.size() && predicate(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // White space and comments.
  void skip() {
    std::size_t depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '(') {
        if (++depth > kMaxComments) return fail("its comments are nested too deeply");
      } else if (depth == 0) {
        if (!is_space(c)) return;
      } else if (c == ')') {
        --depth;
      } else if (c == '\\') {
        ++at_;
      }
    }
    at_ = std::min(at_, text_.size());
    if (depth != 0) fail("a comment has no end");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  ResultsField& out_;
};

// Results without the white space around them and semicolons at their end.
std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && (is_space(text.back()) || text.back() == ';')) text.remove_suffix(1);
  return text;
}

// Whether a field's id is ours to somebody: as text, or as a domain that is written in another way (a dot at its end, U-labels);
// or nobody's, so that another may read it as ours: what does not reach its semicolon, and what is beyond ASCII and no domain.
bool is_own_or_unread(const ResultsField& field, std::string_view own) {
  const std::string_view id = field.authserv_id;
  if (id.empty() || base::iequals(id, own)) return true;
  if (field.payload.data() == nullptr && !field.fault.empty()) return true;
  const auto theirs = dns::parse_domain(id);
  if (!theirs) return !base::is_ascii(id);
  const auto ours = dns::parse_domain(own);
  return ours && *theirs == *ours;
}

}  // namespace

ResultsField parse_results(std::string_view value) {
  ResultsField out;
  Parser(value, out).field();
  return out;
}

std::vector<std::string_view> forged_results(const mail::Header& header, const mail::FieldIndex& index,
                                             std::string_view own) {
  std::vector<std::string_view> out;
  for (const auto place : index.find("Authentication-Results")) {
    const auto& field = header.fields[place];
    if (is_own_or_unread(parse_results(field.value), own)) out.push_back(field.raw);
  }
  for (const auto& like : header.like_results) {
    if (is_own_or_unread(parse_results(like.value), own)) out.push_back(like.raw);
  }
  std::ranges::sort(out, {}, [](std::string_view raw) { return raw.data(); });
  const auto same = std::ranges::unique(out, {}, [](std::string_view raw) { return raw.data(); });
  out.erase(same.begin(), same.end());
  return out;
}

std::string merged_results(const mail::Header& header, const mail::FieldIndex& index, std::string_view own) {
  std::string out(own);
  for (const auto place : index.find("Authentication-Results")) {
    const auto field = parse_results(header.fields[place].value);
    if (!field.fault.empty() || field.results.empty() || !base::iequals(field.authserv_id, own)) continue;
    out += fmt::format("; {}", trimmed(field.payload));
  }
  return out.size() == own.size() ? out + "; none" : out;
}

}  // namespace rampart::auth
