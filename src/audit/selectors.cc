#include "audit/selectors.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit {
namespace {

bool is_selector_label(std::string_view label) {
  const auto fits = [](char c) { return base::is_alnum(c) || c == '-' || c == '_'; };
  return !label.empty() && std::ranges::all_of(label, fits) && label.front() != '-' && label.back() != '-';
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  line = line.substr(0, line.find('#'));
  while (!(line = base::trim(line)).empty()) {
    const auto end = std::min(line.find_first_of(" \t,"), line.size());
    if (end != 0) words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

}  // namespace

bool is_selector(std::string_view text) {
  // A name has a length too; what holds _domainkey is more than a selector.
  if (!dns::Name::try_parse(text) || text.find("_domainkey") != std::string_view::npos) return false;
  return std::ranges::all_of(base::split(text, '.'), is_selector_label);
}

base::Result<> SelectorBook::add_list(std::string_view text, std::string_view file) {
  std::size_t number = 0;
  for (const auto line : base::split(text, '\n')) {
    ++number;
    auto words = words_of(line);
    if (words.empty()) continue;
    const auto where = fmt::format("{}:{}", file, number);
    std::optional<dns::Name> domain;
    if (words.size() > 1) {
      auto parsed = dns::parse_domain(words[0]);
      if (!parsed) return base::fail(base::ErrorKind::input, parsed.error().what, where, parsed.error().hint);
      domain = *parsed;
      words.erase(words.begin());
    }
    for (const auto word : words) {
      if (!is_selector(word)) {
        return base::fail(base::ErrorKind::input,
                          fmt::format("\"{}\" is no selector", base::excerpt(word, 80)), where,
                          "a selector is what stands before ._domainkey, such as s1 or mail2026");
      }
      if (domain) {
        add(*domain, std::string(word));
      } else {
        add(std::string(word));
      }
    }
  }
  return {};
}

std::vector<std::string> SelectorBook::of(const dns::Name& domain) const {
  std::vector<std::string> out;
  if (const auto found = of_.find(domain); found != of_.end()) out = found->second;
  out.insert(out.end(), everywhere_.begin(), everywhere_.end());
  std::vector<std::string> once;
  for (auto& selector : out) {
    if (std::ranges::find(once, selector) == once.end()) once.push_back(std::move(selector));
  }
  return once;
}

}  // namespace rampart::audit
