// A field's value of strangers: what is shown of it is UTF-8 and not longer than its character sets can make it.
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "mail/encoded_words.h"
#include "mail/mailboxes.h"

using namespace rampart;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  const auto decoded = mail::decode_words(value);
  require(base::is_utf8(decoded.text) && decoded.text.size() <= 6 * size + 16);
  std::size_t total = 0;
  for (const auto& box : mail::read_mailboxes(value)) {
    total += box.name.size() + box.comment.size() + box.address.size();
    require(base::is_utf8(mail::decode_words(box.name).text));
  }
  require(total <= 2 * size + 200);
  return 0;
}
