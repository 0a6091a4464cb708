// Any bytes as a From field: it ends, each domain once and within the limit, and a field without a fault has one.
#include <cstdint>
#include <cstdlib>

#include "mail/from.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart;
  mail::Author author;
  mail::read_addresses({reinterpret_cast<const char*>(data), size}, author);
  if (author.domains.size() > author.addresses.size() || author.addresses.size() > mail::kMaxAuthors)
    std::abort();
  for (std::size_t i = 0; i < author.domains.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (author.domains[i] == author.domains[j]) std::abort();
    }
  }
  return 0;
}
