// The elements of an aggregate report, by name (RFC 9990 appendix A, RFC 7489 appendix C).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/lanes.h"

namespace rampart::reports {

enum class Tag : std::uint8_t {
  unknown,
  // that hold others
  feedback,
  report_metadata,
  date_range,
  policy_published,
  record,
  row,
  policy_evaluated,
  reason,
  identifiers,
  auth_results,
  extension,
  // that hold others in one place and text in another
  dkim,
  spf,
  // that hold text
  version,
  org_name,
  email,
  extra_contact_info,
  report_id,
  begin,
  end,
  error,
  generator,
  domain,
  adkim,
  aspf,
  p,
  sp,
  np,
  pct,
  fo,
  testing,
  discovery_method,
  source_ip,
  count,
  disposition,
  type,
  comment,
  header_from,
  envelope_from,
  envelope_to,
  selector,
  result,
  human_result,
  scope,
};

namespace detail {

struct TagName {
  std::string_view name;
  Tag tag;
};
inline constexpr std::array kTagNames = std::to_array<TagName>({
    {"feedback", Tag::feedback},
    {"report_metadata", Tag::report_metadata},
    {"date_range", Tag::date_range},
    {"policy_published", Tag::policy_published},
    {"record", Tag::record},
    {"row", Tag::row},
    {"policy_evaluated", Tag::policy_evaluated},
    {"reason", Tag::reason},
    {"identifiers", Tag::identifiers},
    {"identities", Tag::identifiers},  // drafts before 2013
    {"auth_results", Tag::auth_results},
    {"extension", Tag::extension},
    {"dkim", Tag::dkim},
    {"spf", Tag::spf},
    {"version", Tag::version},
    {"org_name", Tag::org_name},
    {"email", Tag::email},
    {"extra_contact_info", Tag::extra_contact_info},
    {"report_id", Tag::report_id},
    {"begin", Tag::begin},
    {"end", Tag::end},
    {"error", Tag::error},
    {"generator", Tag::generator},
    {"domain", Tag::domain},
    {"adkim", Tag::adkim},
    {"aspf", Tag::aspf},
    {"p", Tag::p},
    {"sp", Tag::sp},
    {"np", Tag::np},
    {"pct", Tag::pct},
    {"fo", Tag::fo},
    {"testing", Tag::testing},
    {"discovery_method", Tag::discovery_method},
    {"source_ip", Tag::source_ip},
    {"count", Tag::count},
    {"disposition", Tag::disposition},
    {"type", Tag::type},
    {"comment", Tag::comment},
    {"header_from", Tag::header_from},
    {"envelope_from", Tag::envelope_from},
    {"envelope_to", Tag::envelope_to},
    {"selector", Tag::selector},
    {"result", Tag::result},
    {"human_result", Tag::human_result},
    {"scope", Tag::scope},
});

inline constexpr std::size_t kTagSlots = 256;
constexpr std::size_t tag_slot(std::string_view name, std::uint32_t factor) {
  const auto byte = [&](std::size_t at) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(name[at]));
  };
  const auto last = name.size() - 1;
  return ((byte(0) | byte(last) << 8U | byte(last / 2) << 16U) * factor +
          static_cast<std::uint32_t>(name.size()) * 0x9e37U) >>
             16U &
         (kTagSlots - 1);
}
// A factor with which no two names share a slot.
consteval std::uint32_t find_tag_factor() {
  for (std::uint32_t factor = 0x85eb; factor < 0xfffff; factor += 2) {
    std::array<bool, kTagSlots> taken{};
    bool clash = false;
    for (const auto& entry : kTagNames) {
      auto& slot = taken[tag_slot(entry.name, factor)];
      clash = clash || slot;
      slot = true;
      if (clash) break;
    }
    if (!clash) return factor;
  }
  return 0;
}
inline constexpr std::uint32_t kTagFactor = find_tag_factor();
static_assert(kTagFactor != 0);
inline constexpr auto kTagTable = [] {
  std::array<TagName, kTagSlots> out{};
  for (const auto& entry : kTagNames) out[tag_slot(entry.name, kTagFactor)] = entry;
  return out;
}();

}  // namespace detail

// Exactly as it is written; the schema knows lower case alone.
inline Tag tag_of(std::string_view name) {
  if (name.empty()) return Tag::unknown;
  const auto& entry = detail::kTagTable[detail::tag_slot(name, detail::kTagFactor)];
  // NOLINTBEGIN(bugprone-suspicious-stringview-data-usage): the size is that of both
  const bool same =
      entry.name.size() == name.size() && base::same_bytes(entry.name.data(), name.data(), name.size());
  // NOLINTEND(bugprone-suspicious-stringview-data-usage)
  return same ? entry.tag : Tag::unknown;
}

constexpr bool holds_elements(Tag tag) { return tag >= Tag::feedback && tag <= Tag::spf; }

}  // namespace rampart::reports
