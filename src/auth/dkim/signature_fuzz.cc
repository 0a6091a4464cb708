// Any bytes as a DKIM-Signature, an ARC-Message-Signature and an ARC-Seal: read, or with a fault that says why; and without
// the value of its b= whatever it is.
#include <cstdint>
#include <cstdlib>

#include "auth/dkim/signature.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto kind : {dkim::Kind::dkim, dkim::Kind::arc_message, dkim::Kind::arc_seal}) {
    const auto signature = dkim::parse_signature(text, kind);
    if (signature.names.size() > dkim::kMaxSignedNames || signature.bytes.size() > dkim::kMaxSignatureBytes)
      std::abort();
    if (signature.instance > dkim::kMaxInstance) std::abort();
    const bool whole = !signature.domain.is_root() && !signature.selector.empty() && !signature.bytes.empty();
    if (signature.fault.empty() && !whole) std::abort();
  }
  const auto raw = "X: " + std::string(text);
  if (dkim::without_signature(raw).size() > raw.size()) std::abort();
  return 0;
}
