#include "auth/spf/record.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "auth/spf/macro.h"
#include "base/text.h"

namespace rampart::spf {
namespace {

struct Keyword {
  std::string_view word;
  TermKind kind;
};

constexpr Keyword kMechanisms[] = {
    {"all", TermKind::all}, {"include", TermKind::include}, {"a", TermKind::a},
    {"mx", TermKind::mx},   {"ptr", TermKind::ptr},         {"ip4", TermKind::ip4},
    {"ip6", TermKind::ip6}, {"exists", TermKind::exists},
};
constexpr Keyword kModifiers[] = {{"redirect", TermKind::redirect}, {"exp", TermKind::exp}};

// A word of at most eight bytes as a number, letters lowered, so that keywords compare at once.
constexpr std::uint64_t packed(std::string_view word) {
  std::uint64_t value = 0;
  for (const char c : word) value = value << 8 | static_cast<unsigned char>(base::to_lower(c));
  return value;
}

struct FaultText {
  FaultCode code;
  std::string_view name;
  std::string_view section;
  std::string_view words;
};

constexpr FaultText kFaultTexts[] = {
    {FaultCode::none, "none", "", ""},
    {FaultCode::version, "version", "4.5", "the record does not begin with \"v=spf1\" and a space"},
    {FaultCode::bad_byte, "bad_byte", "3.1",
     "a byte that is not visible ASCII; terms are separated by spaces only"},
    {FaultCode::unknown_mechanism, "unknown_mechanism", "4.6.1", "neither a mechanism of SPF nor name=value"},
    {FaultCode::modifier_as_mechanism, "modifier_as_mechanism", "4.6.1",
     "\"redirect\" and \"exp\" are modifiers: write them with \"=\""},
    {FaultCode::qualified_modifier, "qualified_modifier", "4.6.1", "a modifier takes no qualifier"},
    {FaultCode::bad_modifier_name, "bad_modifier_name", "12",
     "a modifier's name begins with a letter and holds letters, digits, \"-\", \"_\" and \".\""},
    {FaultCode::missing_domain, "missing_domain", "12", "a domain is missing"},
    {FaultCode::bad_domain, "bad_domain", "7.1",
     "not a domain: at least two labels, the last one a macro or a top label that is not all digits"},
    {FaultCode::address_as_domain, "address_as_domain", "7.1",
     "an address stands where a name is wanted; use ip4: or ip6:"},
    {FaultCode::bad_macro, "bad_macro", "7.1", "a \"%\" that begins no macro"},
    {FaultCode::exp_only_macro, "exp_only_macro", "7.2",
     "the macros c, r and t are allowed in explanations only"},
    {FaultCode::bad_ip4, "bad_ip4", "5.6", "not an IPv4 address of four numbers"},
    {FaultCode::bad_ip6, "bad_ip6", "5.6", "not an IPv6 address"},
    {FaultCode::bad_prefix, "bad_prefix", "5.6",
     "not a prefix length: /0 to /32 for IPv4, to /128 for IPv6, no leading zero"},
    {FaultCode::unexpected_argument, "unexpected_argument", "12", "this mechanism takes no such argument"},
    {FaultCode::repeated_redirect, "repeated_redirect", "6", "\"redirect\" may stand only once"},
    {FaultCode::repeated_exp, "repeated_exp", "6", "\"exp\" may stand only once"},
};

std::optional<TermKind> find_mechanism(std::string_view name) {
  if (name.size() > 8) return std::nullopt;
  switch (packed(name)) {
    case packed("ip4"):
      return TermKind::ip4;
    case packed("ip6"):
      return TermKind::ip6;
    case packed("include"):
      return TermKind::include;
    case packed("a"):
      return TermKind::a;
    case packed("mx"):
      return TermKind::mx;
    case packed("all"):
      return TermKind::all;
    case packed("exists"):
      return TermKind::exists;
    case packed("ptr"):
      return TermKind::ptr;
    default:
      return std::nullopt;
  }
}

std::optional<TermKind> find_modifier(std::string_view name) {
  for (const Keyword& keyword : kModifiers) {
    if (base::iequals(keyword.word, name)) return keyword.kind;
  }
  return std::nullopt;
}

// What the parser looks for in a word, byte by byte.
enum : std::uint8_t { kPlain = 0, kSpace = 1, kHidden = 2, kPercent = 4, kMark = 8 };
constexpr auto kClasses = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) table[c] = c > ' ' && c <= '~' ? kPlain : kHidden;
  table[' '] = kSpace;
  table['%'] = kPercent;
  for (const char c : {':', '/', '='}) table[static_cast<unsigned char>(c)] = kMark;
  return table;
}();
std::uint8_t class_of(char c) { return kClasses[static_cast<unsigned char>(c)]; }

std::optional<Qualifier> qualifier_of(char c) {
  switch (c) {
    case '+':
      return Qualifier::pass;
    case '-':
      return Qualifier::fail;
    case '~':
      return Qualifier::softfail;
    case '?':
      return Qualifier::neutral;
    default:
      return std::nullopt;
  }
}

// name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )   RFC 7208 section 12
bool is_modifier_name(std::string_view name) {
  return !name.empty() && base::is_alpha(name[0]) && std::ranges::all_of(name, [](char c) {
    return base::is_alnum(c) || c == '-' || c == '_' || c == '.';
  });
}

// A prefix length without leading zeros, at most `most` (section 5.6; ip4-cidr-length of section 12).
std::optional<std::uint8_t> prefix_length(std::string_view digits, unsigned most) {
  if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
  unsigned value = 0;
  for (const char c : digits) {
    if (!base::is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value > most) return std::nullopt;
  return static_cast<std::uint8_t>(value);
}

class Parser {
 public:
  explicit Parser(Record& record) : record_(record) {}

  void run() {
    const std::string_view text = record_.text;
    if (!is_spf(text)) return fault(FaultCode::version, 0, std::min<std::size_t>(text.size(), 6));
    for (std::size_t at = 6; at < text.size();) {  // behind "v=spf1"
      if (text[at] == ' ') {
        ++at;
        continue;
      }
      at = parse_term(at);
    }
  }

 private:
  void fault(FaultCode code, std::size_t offset, std::size_t length) {
    if (record_.faults.size() >= kMaxFaults) return;
    record_.faults.push_back(
        {code, {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(length)}});
  }
  bool refuse(FaultCode code) {
    fault(code, term_.span.offset, term_.span.length);
    return false;
  }
  void set_value(std::string_view value) {
    term_.value = {static_cast<std::uint32_t>(value.data() - record_.text.data()),
                   static_cast<std::uint32_t>(value.size())};
    term_.macros = percent_ && value.find('%') != std::string_view::npos;
  }

  // Reads the term that begins at text[offset]; returns where it ends.
  std::size_t parse_term(std::size_t offset) {
    const std::string_view text = record_.text;
    std::size_t end = offset;
    std::uint8_t seen = 0;
    for (; end < text.size() && class_of(text[end]) != kSpace; ++end) seen |= class_of(text[end]);
    percent_ = (seen & kPercent) != 0;
    term_ = Term{.span = {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(end - offset)}};
    if ((seen & kHidden) != 0) {  // section 3.1
      refuse(FaultCode::bad_byte);
    } else if (read_word(record_.at(term_.span))) {
      record_.terms.push_back(term_);
    }
    return end;
  }

  bool read_word(std::string_view word) {
    const auto qualifier = qualifier_of(word[0]);
    if (qualifier) {
      term_.qualifier = *qualifier;
      word.remove_prefix(1);
    }
    std::size_t name_end = 0;
    while (name_end < word.size() && class_of(word[name_end]) != kMark) ++name_end;
    const std::string_view name = word.substr(0, name_end);
    const std::string_view rest = word.substr(name_end);
    if (rest.empty() || rest[0] != '=') return parse_mechanism(name, rest);
    return parse_modifier(name, rest.substr(1), qualifier.has_value());
  }

  bool parse_modifier(std::string_view name, std::string_view value, bool qualified) {
    if (qualified) return refuse(FaultCode::qualified_modifier);
    if (!is_modifier_name(name)) return refuse(FaultCode::bad_modifier_name);
    term_.kind = find_modifier(name).value_or(TermKind::unknown_modifier);
    set_value(value);
    if (term_.kind == TermKind::unknown_modifier) {  // its value must still be a macro-string, section 12
      const Fault found = check_macros(value, MacroUse::modifier);
      return found.code == FaultCode::none || refuse(found.code);
    }
    bool& seen = term_.kind == TermKind::redirect ? seen_redirect_ : seen_exp_;
    const bool repeated = std::exchange(seen, true);
    if (!parse_domain(value)) return false;
    if (repeated) {  // section 6
      return refuse(term_.kind == TermKind::redirect ? FaultCode::repeated_redirect
                                                     : FaultCode::repeated_exp);
    }
    return true;
  }

  bool parse_mechanism(std::string_view name, std::string_view rest) {
    const auto kind = find_mechanism(name);
    if (!kind) {
      return refuse(find_modifier(name) ? FaultCode::modifier_as_mechanism : FaultCode::unknown_mechanism);
    }
    term_.kind = *kind;
    switch (*kind) {
      case TermKind::all:
        return rest.empty() || refuse(FaultCode::unexpected_argument);  // section 5.1
      case TermKind::include:
      case TermKind::exists:
        if (rest.empty() || rest[0] != ':') return refuse(FaultCode::missing_domain);  // sections 5.2, 5.7
        return parse_domain(rest.substr(1));
      case TermKind::ptr:  // section 5.5
        if (rest.empty()) return true;
        if (rest[0] != ':') return refuse(FaultCode::unexpected_argument);
        return parse_domain(rest.substr(1));
      case TermKind::a:
      case TermKind::mx:
        return parse_host(rest);
      default:
        return parse_address(rest);
    }
  }

  bool parse_domain(std::string_view value) {
    if (value.empty()) return refuse(FaultCode::missing_domain);
    set_value(value);
    const Fault found = term_.macros ? check_domain_spec(value) : check_plain_domain(value);
    if (found.code == FaultCode::none) return true;
    if (found.code == FaultCode::bad_domain && base::IpAddress::parse(value)) {
      return refuse(FaultCode::address_as_domain);
    }
    return refuse(found.code);
  }

  // [ ":" domain-spec ] [ dual-cidr-length ]   sections 5.3, 5.4. A slash may stand in a domain-spec, so the
  // prefix lengths are taken from the end.
  bool parse_host(std::string_view rest) {
    if (!take_prefix(rest, "//", 128, term_.prefix6) || !take_prefix(rest, "/", 32, term_.prefix4)) {
      return refuse(FaultCode::bad_prefix);
    }
    if (rest.empty()) return true;
    if (rest[0] != ':') return refuse(FaultCode::bad_prefix);
    return parse_domain(rest.substr(1));
  }

  // Cuts a trailing "<slashes>digits" off `rest`; false when it is there and out of range.
  static bool take_prefix(std::string_view& rest, std::string_view slashes, unsigned most,
                          std::uint8_t& prefix) {
    std::size_t digits = rest.size();
    while (digits > 0 && base::is_digit(rest[digits - 1])) --digits;
    if (digits == rest.size() || !rest.substr(0, digits).ends_with(slashes)) return true;
    const auto value = prefix_length(rest.substr(digits), most);
    if (!value) return false;
    prefix = *value;
    rest = rest.substr(0, digits - slashes.size());
    return true;
  }

  // ":" ip-network [ "/" length ]   section 5.6
  bool parse_address(std::string_view rest) {
    const bool v4 = term_.kind == TermKind::ip4;
    const FaultCode bad = v4 ? FaultCode::bad_ip4 : FaultCode::bad_ip6;
    if (rest.empty() || rest[0] != ':') return refuse(bad);
    rest.remove_prefix(1);
    const std::size_t slash = rest.find('/');
    const auto address = base::IpAddress::parse(rest.substr(0, slash));
    if (!address || address->is_v4() != v4) return refuse(bad);
    term_.address = *address;
    if (slash == std::string_view::npos) return true;
    const auto length = prefix_length(rest.substr(slash + 1), address->bits());
    if (!length) return refuse(FaultCode::bad_prefix);
    (v4 ? term_.prefix4 : term_.prefix6) = *length;
    return true;
  }

  Record& record_;
  Term term_;
  bool percent_ = false;  // the word holds a %
  bool seen_redirect_ = false;
  bool seen_exp_ = false;
};

void append_prefixes(std::string& out, const Term& term) {
  if (term.kind == TermKind::ip6) {
    if (term.prefix6 != 128) fmt::format_to(std::back_inserter(out), "/{}", term.prefix6);
    return;
  }
  if (term.prefix4 != 32) fmt::format_to(std::back_inserter(out), "/{}", term.prefix4);
  if (term.prefix6 != 128) fmt::format_to(std::back_inserter(out), "//{}", term.prefix6);
}

}  // namespace

std::string_view to_string(TermKind kind) {
  for (const Keyword& keyword : kMechanisms) {
    if (keyword.kind == kind) return keyword.word;
  }
  for (const Keyword& keyword : kModifiers) {
    if (keyword.kind == kind) return keyword.word;
  }
  return "modifier";
}

char to_char(Qualifier qualifier) { return "+-~?"[static_cast<std::size_t>(qualifier)]; }

bool Term::asks_dns() const {
  switch (kind) {
    case TermKind::include:
    case TermKind::a:
    case TermKind::mx:
    case TermKind::ptr:
    case TermKind::exists:
    case TermKind::redirect:
      return true;
    default:
      return false;
  }
}

std::string_view to_string(FaultCode code) { return kFaultTexts[static_cast<std::size_t>(code)].name; }
std::string_view describe(FaultCode code) { return kFaultTexts[static_cast<std::size_t>(code)].words; }
std::string_view section_of(FaultCode code) { return kFaultTexts[static_cast<std::size_t>(code)].section; }

const Term* Record::find(TermKind kind) const {
  const auto found = std::ranges::find(terms, kind, &Term::kind);
  return found == terms.end() ? nullptr : &*found;
}

bool is_spf(std::string_view text) {
  return text.size() >= 6 && (text.size() == 6 || text[6] == ' ') &&
         packed(text.substr(0, 6)) == packed("v=spf1");
}

Record parse(std::string_view text) {
  Record record{.text = text};
  Parser(record).run();
  return record;
}

std::string format(const Record& record, const Term& term) {
  std::string out;
  if (term.kind == TermKind::unknown_modifier) return std::string(record.word(term));
  if (!term.is_modifier() && term.qualifier != Qualifier::pass) out += to_char(term.qualifier);
  out += to_string(term.kind);
  if (term.is_modifier()) {
    out += '=';
    out += record.domain(term);
    return out;
  }
  if (term.kind == TermKind::ip4 || term.kind == TermKind::ip6) {
    out += ':';
    out += term.address.text();
  } else if (term.value.length != 0) {
    out += ':';
    out += record.domain(term);
  }
  append_prefixes(out, term);
  return out;
}

std::string format(const Record& record) {
  std::string out = "v=spf1";
  for (const Term& term : record.terms) {
    out += ' ';
    out += format(record, term);
  }
  return out;
}

}  // namespace rampart::spf
