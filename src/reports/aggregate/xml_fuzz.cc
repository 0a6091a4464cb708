// Any bytes: the scanner says the same whatever the windows, and the same as expat where that finds them well formed.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "reports/aggregate/xml_events_test.h"

using namespace rampart::reports;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMaxTag) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  auto text = with_plain_line_ends(input);
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  const auto whole = events(text);
  if (events(text, 1) != whole || events(text, 7) != whole) std::abort();
  if (input.find("<!DOCTYPE") != std::string_view::npos) return 0;  // whose entities expat expands
  const auto expected = events_of_expat(input);
  // White space around the root element is no text to expat.
  if (expected && rampart::base::trim(*expected) != rampart::base::trim(whole)) std::abort();
  return 0;
}
