#include "guard/inspect/names/claims.h"

#include <algorithm>
#include <optional>

#include <boost/unordered/unordered_flat_set.hpp>

#include "base/text.h"
#include "dns/domain.h"
#include "dns/known_suffix.h"
#include "guard/inspect/names/brands.h"
#include "guard/inspect/names/word_lists.h"

namespace rampart::guard::names {
namespace {

constexpr std::size_t kMinLabel =
    3;  // characters below the suffix of what is taken for a domain: not of "e.g"
constexpr std::size_t kMaxRoleWords = 4;  // of kRoles

bool is_domain_byte(char c) {
  return base::is_alnum(c) || c == '-' || c == '.' || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}
bool is_local_byte(char c) { return is_domain_byte(c) || c == '+' || c == '=' || c == '\''; }

std::optional<dns::Name> domain_of(std::string_view text) {
  while (text.ends_with('.') || text.ends_with('-')) text.remove_suffix(1);
  while (text.starts_with('.') || text.starts_with('-')) text.remove_prefix(1);
  if (text.find('.') == std::string_view::npos || text.size() > dns::kMaxWireName) return std::nullopt;
  const auto name = dns::parse_domain(text);
  if (!name || name->label_count() < 2) return std::nullopt;
  const auto registered = dns::registered_domain(*name);
  if (!registered || registered->label(0).size() < kMinLabel) return std::nullopt;
  return *name;
}

}  // namespace

std::vector<ClaimedDomain> claimed_domains(std::string_view utf8) {
  std::vector<ClaimedDomain> out;
  for (std::size_t at = utf8.find('.'); at != std::string_view::npos && out.size() < kMaxClaims;) {
    // The run of characters around the dot.
    auto begin = at;
    while (begin > 0 && (is_local_byte(utf8[begin - 1]) || utf8[begin - 1] == '@')) --begin;
    auto end = at;
    while (end < utf8.size() && (is_local_byte(utf8[end]) || utf8[end] == '@')) ++end;
    const auto run = utf8.substr(begin, end - begin);
    const auto sign = run.rfind('@');
    if (sign == std::string_view::npos) {
      if (const auto domain = domain_of(run))
        out.push_back({.address = {}, .domain = *domain, .is_known = dns::has_known_suffix(*domain)});
    } else if (const auto domain = domain_of(run.substr(sign + 1))) {
      auto local = run.substr(0, sign);
      local = local.substr(local.rfind('@') + 1);
      out.push_back(
          {.address = local.empty() ? "" : base::lower(local) + "@" + domain->text(), .domain = *domain});
    }
    at = utf8.find('.', end);
  }
  return out;
}

std::string without_addresses(std::string_view utf8) {
  std::string out;
  std::size_t done = 0;
  for (auto at = utf8.find('@'); at != std::string_view::npos;) {
    auto begin = at;
    while (begin > done && is_local_byte(utf8[begin - 1])) --begin;
    auto end = at + 1;
    while (end < utf8.size() && (is_domain_byte(utf8[end]) || utf8[end] == '@')) ++end;
    if (utf8.substr(at, end - at).find('.') != std::string_view::npos) {  // not of p@ypal
      out += utf8.substr(done, begin - done);
      out += ' ';
      done = end;
    }
    at = utf8.find('@', end);
  }
  out += utf8.substr(done);
  return out;
}

namespace {

using WordSet = boost::unordered_flat_set<std::string_view>;

// The words that the longest role takes; none: no role stands there.
std::span<const ShownWord> role_in(const WordSet& roles, std::span<const ShownWord> words) {
  std::span<const ShownWord> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string key;
    for (std::size_t count = 0; count < kMaxRoleWords && i + count < words.size(); ++count) {
      if (count != 0) key += ' ';
      key += words[i + count].text;
      if (count >= out.size() && roles.contains(key)) out = words.subspan(i, count + 1);
    }
  }
  return out;
}

}  // namespace

bool claims_role(std::span<const ShownWord> words) {
  static const WordSet roles(std::begin(kRoles), std::end(kRoles));
  return !role_in(roles, words).empty();
}

bool claims_internal_role(std::span<const ShownWord> words) {
  static const WordSet roles(std::begin(kInternalRoles), std::end(kInternalRoles));
  const auto role = role_in(roles, words);
  return !role.empty() && std::ranges::all_of(words, [&](const ShownWord& word) {
    const bool in_role = &word >= role.data() && &word < role.data() + role.size();
    return in_role || is_beside_word(word.text);
  });
}

bool is_company_word(std::string_view word) {
  static const boost::unordered_flat_set<std::string_view> words(std::begin(kCompanyWords),
                                                                 std::end(kCompanyWords));
  return words.contains(word);
}

bool claims_company(std::span<const ShownWord> words) {
  return words.size() > 1 &&
         std::ranges::any_of(words, [](const ShownWord& word) { return is_company_word(word.text); });
}

bool is_on_behalf(std::span<const ShownWord> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& text = words[i].text;
    if (text == "via" || (text == "behalf" && i > 0 && words[i - 1].text == "on")) return true;
  }
  return false;
}

}  // namespace rampart::guard::names
