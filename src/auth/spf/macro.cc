#include "auth/spf/macro.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <boost/container/small_vector.hpp>
#include <boost/container/static_vector.hpp>
#include <fmt/format.h>

#include "base/text.h"

namespace rampart::spf {
namespace {

constexpr std::string_view kDelimiters = ".-+,/_=";  // RFC 7208 section 7.1
constexpr std::size_t kMaxNameText = 253;            // characters; RFC 7208 section 7.3

// One piece of a macro-string: a literal, or a macro with its transformers.
struct Piece {
  std::string_view literal;
  char letter = 0;  // lower case; 0 for a literal
  bool escaped = false;
  bool reversed = false;
  std::uint32_t keep = 0;  // rightmost parts; 0 is all
  std::string_view delimiters;
};

Fault fault_at(FaultCode code, std::size_t offset, std::size_t length) {
  return {code, {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(length)}};
}

// The macro that begins at text[at] == '%': its piece and its length, or length 0 when it is none.
//   macro-expand = ( "%{" macro-letter transformers *delimiter "}" ) / "%%" / "%_" / "%-"
std::pair<Piece, std::size_t> read_macro(std::string_view text, std::size_t at) {
  const auto peek = [&](std::size_t i) { return i < text.size() ? text[i] : '\0'; };
  switch (peek(at + 1)) {
    case '%':
      return {{.literal = "%"}, 2};
    case '_':
      return {{.literal = " "}, 2};
    case '-':
      return {{.literal = "%20"}, 2};
    case '{':
      break;
    default:
      return {{}, 0};
  }
  Piece piece;
  const char letter = peek(at + 2);
  if (letter == '\0' ||
      std::string_view("slodiphcrtv").find(base::to_lower(letter)) == std::string_view::npos) {
    return {{}, 0};
  }
  piece.letter = base::to_lower(letter);
  piece.escaped = letter != piece.letter;
  std::size_t i = at + 3;
  const std::size_t digits = i;
  while (base::is_digit(peek(i))) ++i;
  if (i != digits) {  // *DIGIT must not be zero, section 7.1; beyond any number of parts all are kept
    const auto keep = base::parse_number(text.substr(digits, i - digits));
    piece.keep = static_cast<std::uint32_t>(std::min<std::uint64_t>(keep.value_or(UINT32_MAX), UINT32_MAX));
    if (piece.keep == 0) return {{}, 0};
  }
  if (base::to_lower(peek(i)) == 'r') {
    piece.reversed = true;
    ++i;
  }
  const std::size_t delimiters = i;
  while (peek(i) != '\0' && kDelimiters.find(peek(i)) != std::string_view::npos) ++i;
  piece.delimiters = text.substr(delimiters, i - delimiters);
  if (peek(i) != '}') return {{}, 0};
  return {piece, i + 1 - at};
}

// Calls `take(piece, end)` for each piece of a checked macro-string, left to right; `end` is where the next
// begins.
template <class Take>
void each_piece(std::string_view text, Take take) {
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '%') {
      const auto [piece, length] = read_macro(text, at);
      if (length == 0) return;
      at += length;
      take(piece, at);
    } else {
      const std::size_t end = std::min(text.find('%', at), text.size());
      take(Piece{.literal = text.substr(at, end - at)}, end);
      at = end;
    }
  }
}

// toplabel = ( *alphanum ALPHA *alphanum ) / ( 1*alphanum "-" *( alphanum / "-" ) alphanum )
bool is_top_label(std::string_view label) {
  if (label.empty() || label.front() == '-' || label.back() == '-') return false;
  bool digits_only = true;
  for (const char c : label) {
    if (!base::is_alnum(c) && c != '-') return false;
    if (!base::is_digit(c)) digits_only = false;
  }
  return !digits_only;
}

// Where the last macro of a checked domain-spec ends.
std::size_t end_of_macros(std::string_view text) {
  std::size_t end = 0;
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', end)) {
    end = at + read_macro(text, at).second;
  }
  return end;
}

// Text written from the right end of a buffer to its left.
class BackWriter {
 public:
  explicit BackWriter(std::span<char> buffer) : buffer_(buffer), at_(buffer.size()) {}

  void put(char c) {
    if (at_ == 0) {
      full_ = true;
    } else {
      buffer_[--at_] = c;
    }
  }
  void put(std::string_view text) {
    const std::size_t fits = std::min(text.size(), at_);
    if (fits < text.size()) full_ = true;
    at_ -= fits;
    std::ranges::copy(text.substr(text.size() - fits), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
  }
  // RFC 7208 section 7.3: upper-case letters are URL-escaped outside RFC 3986's unreserved set.
  void put_escaped(std::string_view text) {
    for (std::size_t i = text.size(); i-- > 0 && !full_;) {
      const char c = text[i];
      if (base::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
        put(c);
        continue;
      }
      constexpr std::string_view kHex = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      const char encoded[] = {'%', kHex[byte >> 4], kHex[byte & 15]};
      put(std::string_view(encoded, 3));
    }
  }
  [[nodiscard]] bool full() const { return full_; }
  [[nodiscard]] std::string_view text() const { return {buffer_.data() + at_, buffer_.size() - at_}; }

 private:
  std::span<char> buffer_;
  std::size_t at_;
  bool full_ = false;
};

// Room for the values that are computed: an address, a time.
using ValueBuffer = boost::container::static_vector<char, 80>;

std::string_view append(ValueBuffer& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
  return {out.data(), out.size()};
}

// i: dotted quad, or dotted nibbles for IPv6 (section 7.3); upper-case as in its examples.
std::string_view address_value(const base::IpAddress& ip, ValueBuffer& out) {
  if (ip.is_v4()) return append(out, ip.text());
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const std::uint8_t byte : ip.bytes()) {
    const char nibbles[] = {kHex[byte >> 4], '.', kHex[byte & 15], '.'};
    append(out, std::string_view(nibbles, 4));
  }
  out.pop_back();
  return {out.data(), out.size()};
}

std::string_view value_of(char letter, const MacroValues& values, ValueBuffer& out) {
  switch (letter) {
    case 'l':
      return values.local_part;
    case 'o':
      return values.sender_domain;
    case 'd':
      return values.domain;
    case 'h':
      return values.helo;
    case 'r':
      return values.receiver;
    case 'p':
      return values.validated;
    case 'v':
      return values.ip.is_v4() ? "in-addr" : "ip6";
    case 'i':
      return address_value(values.ip, out);
    case 'c':
      return append(out, values.ip.text());
    default:  // t
      return append(out, fmt::to_string(values.now.time_since_epoch().count()));
  }
}

using Parts = boost::container::small_vector<std::string_view, 40>;  // 32 nibbles fit

void split_into(std::string_view value, std::string_view delimiters, Parts& parts) {
  std::size_t start = 0;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    if (i < value.size() && delimiters.find(value[i]) == std::string_view::npos) continue;
    parts.push_back(value.substr(start, i - start));
    start = i + 1;
  }
}

void put_value(BackWriter& out, const Piece& piece, std::string_view value) {
  const auto put = [&](std::string_view text) { piece.escaped ? out.put_escaped(text) : out.put(text); };
  if (piece.keep == 0 && !piece.reversed && piece.delimiters.empty()) return put(value);
  Parts parts;
  split_into(value, piece.delimiters.empty() ? "." : piece.delimiters, parts);
  if (piece.reversed) std::ranges::reverse(parts);
  const std::size_t keep = piece.keep == 0 ? parts.size() : std::min<std::size_t>(piece.keep, parts.size());
  for (std::size_t i = 0; i < keep && !out.full(); ++i) {
    if (i != 0) out.put('.');
    put(parts[parts.size() - 1 - i]);
  }
}

void put_piece(BackWriter& out, const Piece& piece, const MacroValues& values) {
  if (piece.letter == 0) return out.put(piece.literal);
  if (piece.letter == 's') {  // s = l@o, as one value: transformers work on the whole (section 7.2)
    boost::container::small_vector<char, 320> sender;
    sender.insert(sender.end(), values.local_part.begin(), values.local_part.end());
    sender.push_back('@');
    sender.insert(sender.end(), values.sender_domain.begin(), values.sender_domain.end());
    return put_value(out, piece, {sender.data(), sender.size()});
  }
  ValueBuffer buffer;
  put_value(out, piece, value_of(piece.letter, values, buffer));
}

}  // namespace

Fault check_macros(std::string_view text, MacroUse use) {
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c != '%') {
      const bool legal =
          c > ' ' ? c <= '~' : c == ' ' && use == MacroUse::explanation;  // macro-literal, section 7.1
      if (!legal) return fault_at(FaultCode::bad_byte, at, 1);
      ++at;
      continue;
    }
    const auto [piece, length] = read_macro(text, at);
    if (length == 0) return fault_at(FaultCode::bad_macro, at, std::min<std::size_t>(text.size() - at, 3));
    const bool exp_only = piece.letter == 'c' || piece.letter == 'r' || piece.letter == 't';
    if (exp_only && use == MacroUse::domain)
      return fault_at(FaultCode::exp_only_macro, at, length);  // section 7.2
    at += length;
  }
  return {};
}

namespace {

// domain-end = ( "." toplabel [ "." ] ) / macro-expand, `tail` being what stands behind the last macro.
Fault check_end(std::string_view text, std::string_view tail) {
  if (tail.ends_with('.')) tail.remove_suffix(1);
  const std::size_t dot = tail.rfind('.');
  if (dot != std::string_view::npos && is_top_label(tail.substr(dot + 1))) return {};
  return fault_at(FaultCode::bad_domain, 0, text.size());
}

}  // namespace

Fault check_domain_spec(std::string_view text) {
  const Fault found = check_macros(text, MacroUse::domain);
  if (found.code != FaultCode::none) return found;
  const std::string_view tail = text.substr(end_of_macros(text));
  if (tail.empty() && !text.empty()) return {};
  return check_end(text, tail);
}

Fault check_plain_domain(std::string_view text) { return check_end(text, text); }

bool uses_macro(std::string_view text, char letter) {
  bool found = false;
  each_piece(text, [&](const Piece& piece, std::size_t) { found = found || piece.letter == letter; });
  return found;
}

Steerable find_steerable(std::string_view domain_spec, std::string_view letters, unsigned fixed_labels) {
  Steerable found;
  each_piece(domain_spec, [&](const Piece& piece, std::size_t end) {
    if (piece.letter == 'i' && piece.keep == 0) found.names_address = true;
    if (piece.letter == 0 || !letters.contains(piece.letter)) return;
    const bool ends_fixed = std::string_view("sod").contains(piece.letter) && !piece.reversed;
    if (ends_fixed && piece.delimiters.empty() && piece.keep != 0 && piece.keep <= fixed_labels) return;
    found.last = piece.letter;
    found.chosen_end = !ends_fixed;
    found.plain = piece.keep == 0 && !piece.reversed && piece.delimiters.empty();
    found.behind = domain_spec.substr(end);
  });
  return found;
}

Expansion expand(std::string_view text, const MacroValues& values, std::span<char> buffer) {
  boost::container::small_vector<Piece, 8> pieces;
  each_piece(text, [&](const Piece& piece, std::size_t) { pieces.push_back(piece); });
  BackWriter out(buffer);
  for (auto piece = pieces.rbegin(); piece != pieces.rend() && !out.full(); ++piece)
    put_piece(out, *piece, values);
  return {out.text(), out.full()};
}

namespace {

// An expanded domain-spec as a name; `cut` says that it went on to the left.
std::optional<dns::Name> name_from(std::string_view text, bool cut) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.ends_with('.')) return std::nullopt;  // an empty label
  if (text.size() > kMaxNameText || cut) {       // whole labels off the left, section 7.3
    const std::size_t from = text.size() > kMaxNameText ? text.size() - kMaxNameText - 1 : 0;
    const std::size_t dot = text.find('.', from);
    if (dot == std::string_view::npos) return std::nullopt;
    text.remove_prefix(dot + 1);
  }
  auto name = dns::Name::from_raw(text);
  if (name && name->is_root()) return std::nullopt;
  return name;
}

}  // namespace

std::optional<dns::Name> plain_name(std::string_view domain_spec) { return name_from(domain_spec, false); }

std::optional<dns::Name> expand_name(std::string_view domain_spec, const MacroValues& values) {
  char buffer[2 * kMaxNameText];
  const Expansion expansion = expand(domain_spec, values, buffer);
  return name_from(expansion.text, expansion.cut);
}

std::string_view raw_text(const dns::Name& name, RawNameBuffer& buffer) {
  const std::string_view wire = name.wire();
  std::size_t out = 0;
  for (std::size_t at = 0; at < wire.size();) {
    const auto length = static_cast<std::uint8_t>(wire[at]);
    if (out != 0) buffer[out++] = '.';
    std::memcpy(buffer.data() + out, wire.data() + at + 1, length);
    out += length;
    at += 1U + length;
  }
  return {buffer.data(), out};
}

}  // namespace rampart::spf
