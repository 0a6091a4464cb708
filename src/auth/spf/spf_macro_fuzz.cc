// A macro-string in the first line, then the values: expansion from the right is the same in every buffer.
#include <cstdlib>

#include "auth/spf/macro.h"
#include "base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart;
  const auto lines = base::split({reinterpret_cast<const char*>(data), size}, '\n');
  const auto line = [&](std::size_t i) { return i < lines.size() ? lines[i] : std::string_view(); };
  const spf::MacroValues values{.local_part = line(1),
                                .sender_domain = line(2),
                                .domain = line(3),
                                .helo = line(4),
                                .receiver = "unknown",
                                .validated = "unknown",
                                .ip = base::IpAddress::parse(line(5)).value_or(base::IpAddress())};
  const bool domain = spf::check_domain_spec(line(0)).code == spf::FaultCode::none;
  if (spf::check_macros(line(0), spf::MacroUse::explanation).code != spf::FaultCode::none) {
    if (domain) std::abort();
    return 0;
  }
  char small[64];
  char large[4096];
  const auto tail = spf::expand(line(0), values, small);
  const auto whole = spf::expand(line(0), values, large);
  if (!whole.text.ends_with(tail.text) || (!tail.cut && tail.text != whole.text)) std::abort();
  if (!domain) return 0;
  if (const auto name = spf::expand_name(line(0), values)) {
    if (name->is_root() || name->wire().size() > dns::kMaxWireName) std::abort();
  }
  return 0;
}
