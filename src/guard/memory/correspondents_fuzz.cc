// Addresses of envelopes and of From: whatever they hold, one form to remember them by, or none.
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "guard/memory/correspondents.h"
#include "mail/compose.h"

using namespace rampart;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto one = guard::correspondent(text);
  if (one.empty()) return 0;
  if (one.size() > mail::kMaxMailbox || !base::is_utf8(one)) std::abort();
  if (guard::correspondent(one) != one) std::abort();
  mail::Author author;
  mail::read_addresses(text, author);
  if (const auto address = guard::author_address(author);
      !address.empty() && guard::correspondent(address) != address)
    std::abort();
  return 0;
}
