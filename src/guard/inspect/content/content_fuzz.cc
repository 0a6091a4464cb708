// What a worker says of a message's content: whatever stands there, what is read keeps its limits. And messages themselves, which a
// worker reads in a process of its own.
#include <cstdint>
#include <cstdlib>

#include "guard/inspect/content/content.h"

using namespace rampart;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto said = guard::content_of({.bytes = text, .fault = {}});
  if (said.urls.size() > guard::kMaxContentUrls) std::abort();
  for (const auto& hash : said.hashes)
    if (hash.size() != 64) std::abort();
  if (text.size() > 4096) return 0;
  const auto found = guard::content_of({.bytes = guard::look_at_content(text), .fault = {}});
  if (found.fault.find("understood") != std::string::npos || found.fault.find("whole") != std::string::npos)
    std::abort();
  return 0;
}
