// Header fields in the names of other filters: whatever stands in them, a verdict or none.
#include <array>
#include <cstdint>
#include <cstdlib>

#include "guard/gate/other_filter.h"

using namespace rampart;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto header = mail::read_header(text);
  if (!header) return 0;
  const auto others = guard::read_others(*header);
  if (others.size() > guard::kOtherFields.size()) std::abort();
  const std::array<std::string, 1> ids{"mx.bank.example"};
  if (guard::read_other_results(*header, ids).size() > guard::kMaxOtherResults) std::abort();
  for (const auto& other : others)
    if (guard::parse_other_says(guard::to_string(other.says)) != other.says) std::abort();
  return 0;
}
