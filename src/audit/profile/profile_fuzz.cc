// Any bytes as a profile: it is refused with a place, or every finding that it names exists and every text is short and
// can be printed.
#include <cstdint>
#include <cstdlib>

#include "audit/catalogue.h"
#include "audit/profile/profile.h"
#include "base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart;
  const auto profile = audit::parse_profile({reinterpret_cast<const char*>(data), size}, "fuzz.toml");
  if (!profile) {
    if (!profile.error().where.starts_with("fuzz.toml:")) std::abort();
    return 0;
  }
  if (profile->requirements.empty() || profile->requirements.size() > audit::kMaxRequirements) std::abort();
  for (const auto& requirement : profile->requirements) {
    if (requirement.findings.empty() == requirement.by_hand.empty()) std::abort();
    if (requirement.title.size() > audit::kMaxProfileText) std::abort();
    if (base::printable(requirement.title) != requirement.title) std::abort();
    for (const auto& code : requirement.findings) {
      if (audit::find_entry(code) == nullptr) std::abort();
    }
  }
  return 0;
}
