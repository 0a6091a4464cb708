// Parts of a stranger's message: each is a view of its bytes, within the limits, and what it holds is no longer than what travelled.
#include <cstdint>
#include <cstdlib>

#include "mail/body_parts.h"

using namespace rampart;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parts = mail::read_body_parts(text);
  require(parts.all.size() <= mail::kMaxBodyParts && (!parts.all.empty()));
  for (const auto& part : parts.all) {
    require(part.depth <= mail::kMaxBodyDepth && part.name.size() <= mail::kMaxPartText);
    require(part.body.size() <= size && mail::decode_body(part).size() <= size);
    require(part.type.find('/') != std::string::npos);
  }
  return 0;
}
