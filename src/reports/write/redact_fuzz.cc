// Any header as one that is told: nothing but printable lines comes of it, and no local part of it stays.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "reports/write/redact.h"

using namespace rampart;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const reports::Redactor redactor("a key of the fuzzer's own");
  const auto header = mail::read_header(bytes);
  if (header) {
    const auto text = redactor.header(*header);
    if (text.size() > reports::kMaxRedactedHeader) std::abort();
    for (const char c : text) {
      if (c != '\r' && c != '\n' && base::printable(std::string_view(&c, 1)) != std::string_view(&c, 1) &&
          static_cast<signed char>(c) >= 0)
        std::abort();
    }
  }
  // A quoted local part may hold an "@" of its own, which goes with it; none is added.
  if (std::ranges::count(redactor.addresses(bytes), '@') > std::ranges::count(bytes, '@')) std::abort();
  return 0;
}
