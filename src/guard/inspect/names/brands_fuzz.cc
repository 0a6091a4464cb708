// Any bytes as a file of brands: it is refused with a place, or each brand is found by its domains and its whole name.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "guard/inspect/names/brands.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart;
  guard::names::BrandRegistry registry;
  const auto added = registry.add({reinterpret_cast<const char*>(data), size}, "fuzz.toml");
  if (!added) {
    if (!added.error().where.starts_with("fuzz.toml:") || !registry.brands().empty()) std::abort();
    return 0;
  }
  for (const auto& brand : registry.brands()) {
    if (registry.by_id(brand.id) != &brand) std::abort();
    for (const auto& domain : brand.domains) {
      const auto name = dns::Name::try_parse(domain);
      if (!name || registry.owner(*name) != &brand) std::abort();
    }
    if (registry.named_in(brand.name).empty()) std::abort();
  }
  return 0;
}
