// Links out of anything: what is read is written again as it was, and nothing is ours that we did not sign.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "crypto/hmac.h"
#include "guard/digest/link.h"

using namespace rampart;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kKey = crypto::derive_key("the key of the fuzzer", guard::kLinkPurpose);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto link = guard::parse_link(text);
  if (!link) return 0;
  const auto ours = guard::format_link(*link, kKey);
  const auto shared = ours.size() - link->signature.size();
  if (ours.size() != text.size() || ours.substr(0, shared) != text.substr(0, shared)) std::abort();
  if (guard::is_ours(*link, kKey) != (ours == text)) std::abort();
  const auto again = guard::parse_link(ours);
  if (!again || !guard::is_ours(*again, kKey) || again->recipient != link->recipient) std::abort();
  return 0;
}
