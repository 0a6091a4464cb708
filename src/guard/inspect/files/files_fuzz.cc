// Attachments of strangers: whatever the bytes, facts stay within their limits and the budget is kept. The first line is the name.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "guard/inspect/files/file_facts.h"

using namespace rampart::guard;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto line = bytes.find('\n');
  if (line == std::string_view::npos) return 0;
  const auto name = bytes.substr(0, line);
  bytes.remove_prefix(line + 1);
  files::Budget budget{.bytes = std::size_t{4} << 20U, .entries = 200, .listed = 2'000};
  const auto whole = budget;
  std::size_t found = 0;
  const auto facts = files::look_at_file({.name = name, .declared_type = {}, .bytes = bytes}, budget,
                                         [&](const files::Found& each) {
                                           ++found;
                                           require(each.depth <= whole.depth + 1);
                                         });
  require(found > 0 && budget.bytes <= whole.bytes && budget.entries <= whole.entries);
  require(facts.evidence.size() <= files::kMaxEvidence && facts.names.size() <= files::kMaxNames);
  require(facts.links.size() <= files::kMaxFoundLinks && facts.not_seen.size() <= files::kUnseens);
  for (const auto& each : facts.evidence)
    require(rampart::base::is_utf8(each.path) && rampart::base::is_utf8(each.text));
  for (const auto& each : facts.links) require(rampart::base::is_utf8(each.url));
  return 0;
}
