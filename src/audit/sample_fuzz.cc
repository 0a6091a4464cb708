// Any bytes as a message of the owner's: it is refused, or from one domain, with signatures that name theirs.
#include <cstdint>
#include <cstdlib>

#include "audit/sample.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart;
  const auto sample = audit::read_sample({reinterpret_cast<const char*>(data), size});
  if (!sample) return 0;
  if (sample->from.is_root() || sample->signatures.size() > 100) std::abort();
  for (const auto& signature : sample->signatures) {
    if (signature.selector.empty()) std::abort();
  }
  return 0;
}
