// Any bytes as a registry: it is refused with a place, or each of its marks finds an entry that has it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "mail/providers/registry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart;
  mail::Registry registry;
  const auto added = registry.add({reinterpret_cast<const char*>(data), size}, "fuzz.toml");
  if (!added) {
    if (!added.error().where.starts_with("fuzz.toml:") || !registry.providers().empty()) std::abort();
    return 0;
  }
  for (const auto& provider : registry.providers()) {
    if (registry.by_id(provider.id) != &provider) std::abort();
    for (std::size_t kind = 0; kind < mail::kMarkKinds; ++kind) {
      for (const auto& mark : provider.marks[kind]) {
        if (registry.find(static_cast<mail::MarkKind>(kind), mark).provider != &provider) std::abort();
        if (registry.find(static_cast<mail::MarkKind>(kind), "a." + mark).provider == nullptr) std::abort();
      }
    }
    for (const auto& network : provider.networks) {
      if (!registry.find(network.address)) std::abort();
    }
  }
  return 0;
}
