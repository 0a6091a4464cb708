// Any bytes as an Authentication-Results field: read to the end, within its limits.
#include <cstdint>
#include <cstdlib>

#include "auth/results_parse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto field = auth::parse_results(text);
  if (field.results.size() > auth::kMaxResults) std::abort();
  if (field.fault.empty() && field.authserv_id.empty()) std::abort();
  for (const auto& result : field.results) {
    if (result.method.empty() || result.result.empty() || result.properties.size() > auth::kMaxProperties)
      std::abort();
  }
  return 0;
}
