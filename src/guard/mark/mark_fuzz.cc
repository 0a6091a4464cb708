// Headers with marks in them: total, and nobody makes one without the key.
#include <cstdint>
#include <cstdlib>

#include "guard/mark/mark.h"

using namespace rampart;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const guard::Marks marks(crypto::Secret(std::string("a key that nobody knows")));
  const base::Time now{std::chrono::seconds(1'795'000'000)};
  const auto header = mail::read_header(text);
  if (!header) return 0;
  const auto seen = marks.check(*header, now);
  if (seen.holds || !seen.id.empty()) std::abort();
  // What begins with white space goes on with the field before it, which would be the mark.
  if (!seen.why.empty() || text.starts_with(' ') || text.starts_with('\t')) return 0;
  const auto marked = marks.make("aaaaaaaaaaaaaaaaaaaaaaaaaa", *header, now) + text;
  const auto again = mail::read_header(marked);
  if (again && again->fields.size() == header->fields.size() + 1 && !marks.check(*again, now).holds)
    std::abort();
  return 0;
}
