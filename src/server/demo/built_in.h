#pragma once

#include <span>
#include <string_view>

namespace rampart::server::demo {

// A zone file of examples/portfolio, compiled in.
struct BuiltInZone {
  std::string_view name;  // "bank.example"
  std::string_view text;
};
std::span<const BuiltInZone> built_in_zones();

}  // namespace rampart::server::demo
