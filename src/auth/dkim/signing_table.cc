#include "auth/dkim/signing_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/columns.h"
#include "base/text.h"

namespace rampart::dkim {
namespace {

constexpr std::size_t kColumns = 4;
constexpr std::size_t kMostWidth = 40;  // of a column that others are aligned behind

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> out;
  line = line.substr(0, line.find('#'));
  while (!(line = base::trim(line)).empty()) {
    const auto end = line.find_first_of(" \t");
    out.push_back(line.substr(0, end));
    line = end == std::string_view::npos ? std::string_view() : line.substr(end);
  }
  return out;
}

bool is_key(std::string_view text) {
  const auto slash = text.find('/');
  return slash != std::string_view::npos && slash != 0 && slash + 1 != text.size() &&
         text.find('/', slash + 1) == std::string_view::npos;
}

}  // namespace

bool matches(std::string_view pattern, std::string_view text) {
  std::size_t at = 0;
  std::size_t in = 0;
  std::size_t star = std::string_view::npos;  // the last one met
  std::size_t resume = 0;                     // where the text behind it is tried next
  while (in < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resume = in;
    } else if (at < pattern.size() && pattern[at] == text[in]) {
      ++at;
      ++in;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in = ++resume;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

std::vector<Signer> find_signers(const SigningTable& table, std::string_view address) {
  std::vector<Signer> out;
  const auto lower = base::lower(address);
  const auto sign = lower.rfind('@');
  const auto own = sign == std::string::npos ? std::nullopt : dns::Name::try_parse(lower.substr(sign + 1));
  if (!own || own->is_root()) return out;
  for (const auto& rule : table.rules) {
    if (!matches(rule.pattern, lower)) continue;
    const auto domain = rule.domain == "%" ? own : dns::Name::try_parse(rule.domain);
    if (!domain) continue;
    const Signer signer{*domain, rule.selector, rule.key};
    if (std::ranges::find(out, signer) == out.end()) out.push_back(signer);
    if (!table.all) break;
  }
  return out;
}

std::string format_table(const SigningTable& table) {
  std::size_t widths[kColumns - 1]{};
  for (const auto& rule : table.rules) {
    const std::string* columns[]{&rule.pattern, &rule.domain, &rule.selector};
    for (std::size_t i = 0; i + 1 < kColumns; ++i)
      widths[i] = std::max(widths[i], std::min(columns[i]->size(), kMostWidth));
  }
  std::string out = table.all ? "all\n" : "";
  for (const auto& rule : table.rules)
    out += fmt::format("{}  {}  {}  {}\n", base::pad_right(rule.pattern, widths[0]),
                       base::pad_right(rule.domain, widths[1]), base::pad_right(rule.selector, widths[2]),
                       rule.key);
  return out;
}

base::Result<SigningTable> parse_table(std::string_view text, std::string_view name) {
  SigningTable out;
  std::size_t number = 0;
  for (const auto line : base::split(text, '\n')) {
    ++number;
    const auto words = words_of(line);
    const auto wrong = [&](std::string_view what) {
      return base::fail(
          base::ErrorKind::input, std::string(what), fmt::format("{}:{}", base::printable(name), number),
          "PATTERN DOMAIN SELECTOR KEY, such as *@bank.example bank.example s1 bank.example/s1");
    };
    if (words.empty()) continue;
    if (words.size() == 1 && words[0] == "all") {
      out.all = true;
      continue;
    }
    if (words.size() != kColumns) return wrong("is no rule of four words");
    if (words[1] != "%" && !dns::Name::try_parse(words[1])) return wrong("the domain is none");
    const bool managed = words[2] == "*" && dns::Name::try_parse(words[3]);
    if (!managed && !is_key(words[3]))
      return wrong("the key is neither FOLDER/FILE nor, with the selector *, a domain");
    // The keys of another domain are published there alone.
    if (managed && dns::Name::try_parse(words[1]) != dns::Name::try_parse(words[3]))
      return wrong(fmt::format("with the selector * the keys of {} sign as {} alone",
                               base::printable(words[3]), base::printable(words[3])));
    if (out.rules.size() == kMaxSigningRules)
      return wrong(fmt::format("there are more than {} rules", kMaxSigningRules));
    out.rules.push_back({.pattern = base::lower(words[0]),
                         .domain = base::lower(words[1]),
                         .selector = base::lower(words[2]),
                         .key = std::string(words[3])});
  }
  return out;
}

}  // namespace rampart::dkim
