// A stranger's message, and what a worker says of one: whatever stands there, what is read keeps its limits.
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "guard/inspect/seen/look.h"

using namespace rampart;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

void check(const guard::Inspected& seen) {
  require(seen.parts.size() <= guard::kMaxSeenParts && seen.links.size() <= guard::kMaxSeenLinks);
  require(seen.pages.size() <= guard::kMaxSeenPages && seen.link_keys.size() <= guard::kMaxLinkKeys);
  require(base::is_utf8(seen.text) && (seen.fault.empty() == (seen.extent == guard::Extent::all)));
  for (const auto& link : seen.links) require(base::is_utf8(link.url) && base::is_utf8(link.text));
  for (const auto& hash : seen.hashes) require(guard::is_sha256(hash));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(guard::read_inspected(text));
  const auto seen = guard::inspect(text);
  check(seen);
  // Another process says the same.
  const auto written = guard::write_inspected(seen);
  const auto read = guard::read_inspected(written);
  check(read);
  require(read.extent == seen.extent && read.links.size() == seen.links.size() &&
          read.link_keys == seen.link_keys);
  // And a part of it says nothing.
  require(guard::read_inspected(std::string_view(written).substr(0, written.size() / 2)).extent ==
          guard::Extent::nothing);
  return 0;
}
