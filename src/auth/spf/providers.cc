#include "auth/spf/providers.h"

#include <algorithm>
#include <vector>

#include "mail/providers/registry.h"

namespace rampart::spf {
namespace {

using mail::MarkKind;
using mail::ProviderKind;

std::string_view note(ProviderKind kind) {
  switch (kind) {
    case ProviderKind::mailbox:
      return "anyone can rent a mailbox there and send from the same addresses";
    case ProviderKind::gateway:
      return "every customer of this mail filter sends through the same addresses";
    case ProviderKind::hosting:
    case ProviderKind::isp:
      return "anyone can rent hosting there and send from the same addresses";
    default:
      return "anyone can open an account there and send from the same addresses";
  }
}

// By the domain, so that a service is found by the mark that the registry finds.
const std::vector<SharedSender>& by_domain() {
  static const auto senders = [] {
    std::vector<SharedSender> out;
    for (const auto& provider : mail::built_in_registry().providers()) {
      for (const auto& mark : provider.marks[static_cast<std::size_t>(MarkKind::spf)])
        out.push_back({.domain = mark, .name = provider.name, .note = note(provider.kind)});
    }
    std::ranges::sort(out, {}, &SharedSender::domain);
    return out;
  }();
  return senders;
}

}  // namespace

std::span<const SharedSender> shared_senders() { return by_domain(); }

const SharedSender* find_shared_sender(const dns::Name& target) {
  const auto match = mail::built_in_registry().find(MarkKind::spf, target.text());
  if (!match) return nullptr;
  const auto& all = by_domain();
  const auto found = std::ranges::lower_bound(all, match.mark, {}, &SharedSender::domain);
  return found != all.end() && found->domain == match.mark ? &*found : nullptr;
}

}  // namespace rampart::spf
