#include "mail/providers/registry.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/name.h"
#include "mail/providers/built_in.h"
#include "mail/providers/parse.h"

namespace rampart::mail {
namespace {

constexpr std::string_view kKinds[] = {"mailbox",  "bulk",       "transactional", "gateway",
                                       "helpdesk", "crm",        "business",      "hosting",
                                       "isp",      "forwarding", "lists",         "own"};
static_assert(std::size(kKinds) == kProviderKinds);
constexpr std::string_view kMarks[] = {"mx", "spf", "dkim", "ptr", "envelope", "reports"};
static_assert(std::size(kMarks) == kMarkKinds);

bool matches(std::string_view pattern, std::string_view text) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  const auto head = pattern.substr(0, star);
  const auto tail = pattern.substr(star + 1);
  return text.size() >= head.size() + tail.size() && text.starts_with(head) && text.ends_with(tail);
}

}  // namespace

std::string_view to_string(ProviderKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }
std::string_view to_string(MarkKind kind) { return kMarks[static_cast<std::size_t>(kind)]; }

bool names_sender(ProviderKind kind) { return kind != ProviderKind::hosting && kind != ProviderKind::isp; }

bool hands_on(ProviderKind kind) {
  return kind == ProviderKind::mailbox || kind == ProviderKind::gateway || kind == ProviderKind::forwarding ||
         kind == ProviderKind::lists;
}

std::string Network::text() const { return fmt::format("{}/{}", address.text(), length); }

bool Provider::has_selector(std::string_view selector) const {
  return std::ranges::any_of(selectors, [&](const auto& pattern) { return matches(pattern, selector); });
}

std::size_t Registry::Hash::operator()(std::string_view text) const { return dns::hash_bytes(text); }

base::Result<> Registry::add(std::string_view text, const std::string& file) {
  auto read = TRY(parse_providers(text, file));
  for (auto& provider : read) {
    const auto known = by_id_.find(provider.id);
    if (known == by_id_.end()) {
      order_.push_back(static_cast<std::uint32_t>(providers_.size()));
      providers_.push_back(std::move(provider));
      continue;
    }
    providers_[known->second] = std::move(provider);
    const auto place = std::ranges::find(order_, known->second);
    std::rotate(place, place + 1, order_.end());
  }
  index();
  return {};
}

void Registry::index() {
  for (auto& names : by_mark_) names.clear();
  by_id_.clear();
  networks_.clear();
  for (const auto i : order_) {
    const auto& provider = providers_[i];
    by_id_.insert_or_assign(provider.id, i);
    for (std::size_t kind = 0; kind < kMarkKinds; ++kind) {
      for (const auto& mark : provider.marks[kind]) by_mark_[kind].insert_or_assign(mark, i);
    }
    for (const auto& network : provider.networks) networks_.push_back({network, i, networks_.size()});
  }
  std::ranges::sort(networks_, std::greater<>(),
                    [](const Placed& placed) { return std::pair(placed.network.length, placed.rank); });
}

Registry::Match Registry::find(MarkKind kind, std::string_view name) const {
  if (name.ends_with('.')) name.remove_suffix(1);
  const auto& names = by_mark_[static_cast<std::size_t>(kind)];
  for (auto rest = name; !rest.empty();) {
    if (const auto found = names.find(rest); found != names.end())
      return {.provider = &providers_[found->second], .mark = found->first};
    const auto dot = rest.find('.');
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  return {};
}

std::optional<std::pair<const Provider*, Network>> Registry::find(const base::IpAddress& address) const {
  for (const auto& [network, provider, rank] : networks_) {
    if (address.in_prefix(network.address, network.length)) return std::pair(&providers_[provider], network);
  }
  return std::nullopt;
}

const Provider* Registry::by_id(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &providers_[found->second];
}

const Registry& built_in_registry() {
  static const Registry registry = [] {
    Registry out;
    for (const auto& built_in : built_in_providers()) {
      if (const auto added = out.add(built_in.text, std::string(built_in.file)); !added) {
        // A test proves that it never is.
        std::fputs(fmt::format("rampart: {}\n", added.error().message()).c_str(), stderr);
        std::abort();
      }
    }
    return out;
  }();
  return registry;
}

}  // namespace rampart::mail
