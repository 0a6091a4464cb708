// Whom a source belongs to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rampart::reports {

enum class SourceKind : std::uint8_t { own, service, forwarder, spoofing, unknown };
inline constexpr std::size_t kSourceKinds = static_cast<std::size_t>(SourceKind::unknown) + 1;
std::string_view to_string(SourceKind kind);
std::optional<SourceKind> parse_source_kind(std::string_view text);

}  // namespace rampart::reports
