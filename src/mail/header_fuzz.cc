// Any bytes as a header section: every field is a view of them, in order, and nothing is read behind the end.
#include <cstdint>
#include <cstdlib>

#include "mail/header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart::mail;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto header = read_header(text);
  if (!header) return 0;
  const auto* at = text.data();
  for (const auto& field : header->fields) {
    if (field.raw.data() < at || field.raw.data() + field.raw.size() > text.data() + text.size())
      std::abort();
    if (field.name.empty() || field.raw.size() > kMaxFieldBytes) std::abort();
    if (unfold(field.value).find('\n') != std::string::npos) std::abort();
    at = field.raw.data() + field.raw.size();
  }
  if (header->size > size) std::abort();
  return 0;
}
