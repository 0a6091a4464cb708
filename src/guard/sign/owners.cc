#include "guard/sign/owners.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"

namespace rampart::guard {
namespace {

using base::Result;

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

// As it is looked for: the domain in A-labels, all in lower case. Nothing where it is no name of that kind.
std::optional<std::string> name_of(std::string_view word) {
  if (word == "*") return "*";
  const auto at = word.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  const auto domain = dns::parse_domain(word.substr(at + 1));
  if (!domain) return std::nullopt;
  return base::lower(word.substr(0, at)) + "@" + domain->text();
}

bool has(const std::vector<std::string>& names, std::string_view address) {
  const auto lower = base::lower(address);
  const auto at = lower.rfind('@');
  return std::ranges::any_of(names, [&](const std::string& name) {
    return name == "*" || name == lower ||
           (at != std::string::npos && name.starts_with('@') && std::string_view(lower).substr(at) == name);
  });
}

}  // namespace

Result<Owners> Owners::parse(std::string_view text, std::string_view name) {
  Owners out;
  std::size_t number = 0;
  std::size_t lines = 0;
  for (const auto line : base::split(text, '\n')) {
    ++number;
    const auto words = words_of(line);
    if (words.empty()) continue;
    const auto wrong = [&](std::string what) {
      return base::fail(base::ErrorKind::config, std::move(what),
                        fmt::format("{}:{}", base::printable(name), number),
                        "write USER, then ADDRESS or @DOMAIN, as often as needed");
    };
    if (++lines > kMaxOwners) return wrong(fmt::format("there are more than {} lines", kMaxOwners));
    if (words.size() < 2) return wrong("says of nobody's name that it may be used");
    Names names;
    for (const auto word : std::span(words).subspan(1)) {
      auto one = name_of(word);
      if (!one) return wrong(fmt::format("\"{}\" is no address and no @DOMAIN", base::excerpt(word, 80)));
      names.push_back(*std::move(one));
    }
    if (const auto network = parse_network(words.front())) {
      out.networks_.emplace_back(*network, std::move(names));
    } else {
      auto& known = out.users_[base::lower(words.front())];
      known.insert(known.end(), names.begin(), names.end());
    }
  }
  return out;
}

Owned Owners::check(const Writer& writer, std::string_view address) const {
  if (!writer.user.empty()) {
    const auto found = users_.find(base::lower(writer.user));
    if (found == users_.end()) return Owned::unknown;
    return has(found->second, address) ? Owned::yes : Owned::no;
  }
  auto out = Owned::unknown;
  if (!writer.client) return out;
  for (const auto& [network, names] : networks_) {
    if (!network.has(*writer.client)) continue;
    if (has(names, address)) return Owned::yes;
    out = Owned::no;
  }
  return out;
}

std::string describe(const Writer& writer) {
  if (!writer.user.empty()) return base::excerpt(writer.user, 80);
  return writer.client ? writer.client->text() : std::string("a client without an address");
}

}  // namespace rampart::guard
