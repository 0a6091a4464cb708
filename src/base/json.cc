#include "base/json.h"

#include <cassert>
#include <cmath>

#include <boost/json/parser.hpp>

#include "base/text.h"

namespace rampart::base {
namespace {

void append_unit(std::string& out, std::uint32_t unit) {
  fmt::format_to(std::back_inserter(out), "\\u{:04x}", unit);
}

// RFC 8259 7: a character above U+FFFF is written as its UTF-16 surrogate pair.
void append_escaped(std::string& out, char32_t c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (c < 0x10000) return append_unit(out, c);
  append_unit(out, 0xd800 + ((c - 0x10000) >> 10));
  append_unit(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
}

// `</script` and `<!--` end or change an HTML script that JSON stands in.
bool is_markup(std::string_view text) {
  return text.size() > 1 && text[0] == '<' && (text[1] == '/' || text[1] == '!');
}

// What needs no second look: a table, as every byte of every report passes here.
constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (unsigned c = 0x20; c < 0x7f; ++c) plain[c] = c != '"' && c != '\\' && c != '<';
  return plain;
}();
bool is_plain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

std::string position(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto start = before.rfind('\n');
  const auto column = before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
  return fmt::format("{}:{}", line, column);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t special = 0;
    while (special < text.size() && is_plain(text[special])) ++special;
    out += text.substr(0, special);
    text.remove_prefix(special);
    if (text.empty()) break;
    const auto [length, value] = decode_utf8(text);
    if (length == 0) {
      fmt::format_to(std::back_inserter(out), "\\\\x{:02x}", static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    if (value == '"' || value == '\\' || is_deceptive(value) || is_markup(text)) {
      append_escaped(out, value);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  out += '"';
}

JsonWriter& JsonWriter::key(std::string_view name) {
  assert(!levels_.empty() && levels_.back().closing == '}' && !after_key_);
  separate();
  append_json_string(out_, name);
  out_ += style_ == JsonStyle::pretty ? ": " : ":";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  before_value();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  return raw(std::isfinite(number) ? fmt::format("{}", number) : "null");
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  before_value();
  out_ += json;
  return *this;
}

JsonWriter& JsonWriter::signed_value(std::int64_t number) {
  before_value();
  out_ += fmt::format_int(number).c_str();
  return *this;
}

JsonWriter& JsonWriter::unsigned_value(std::uint64_t number) {
  before_value();
  out_ += fmt::format_int(number).c_str();
  return *this;
}

JsonWriter& JsonWriter::begin(char opening) {
  before_value();
  out_ += opening;
  levels_.push_back({opening == '{' ? '}' : ']'});
  return *this;
}

JsonWriter& JsonWriter::end(char closing) {
  assert(!levels_.empty() && levels_.back().closing == closing && !after_key_);
  const bool empty = levels_.back().empty;
  levels_.pop_back();
  if (!empty) new_line();
  out_ += closing;
  return *this;
}

void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (levels_.empty()) return;
  assert(levels_.back().closing == ']');
  separate();
}

void JsonWriter::separate() {
  if (!levels_.back().empty) out_ += ',';
  levels_.back().empty = false;
  new_line();
}

void JsonWriter::new_line() {
  if (style_ == JsonStyle::compact) return;
  out_ += '\n';
  out_.append(2 * levels_.size(), ' ');
}

Result<boost::json::value> parse_json(std::string_view text, std::string_view name,
                                      const JsonLimits& limits) {
  if (text.size() > limits.max_bytes)
    return fail(ErrorKind::input,
                fmt::format("the JSON has {} bytes, more than {}", text.size(), limits.max_bytes),
                std::string(name));
  boost::json::parse_options options;
  options.max_depth = limits.max_depth;
  boost::json::parser parser({}, options);
  boost::json::error_code error;
  const std::size_t read = parser.write_some(text.data(), text.size(), error);
  if (!error && text.substr(read).find_first_not_of(" \t\r\n") != std::string_view::npos)
    error = boost::json::error::extra_data;
  if (error)
    return fail(ErrorKind::input, fmt::format("this is not valid JSON: {}", error.message()),
                fmt::format("{}:{}", name, position(text, read)));
  return parser.release();
}

std::string text_member(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(std::string_view(value->get_string()))
                                                : std::string();
}

}  // namespace rampart::base
