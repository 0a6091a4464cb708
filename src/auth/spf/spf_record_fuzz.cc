// Any text as a record: what is found lies inside it, and the written form reads back as the same.
#include <cstdlib>

#include "auth/spf/record.h"
#include "auth/spf/simplify.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart::spf;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Record record = parse(text);
  const auto inside = [&](Span span) { return std::size_t{span.offset} + span.length <= text.size(); };
  for (const Fault& fault : record.faults) {
    if (!inside(fault.span) || fault.code == FaultCode::none || describe(fault.code).empty()) std::abort();
  }
  for (const Term& term : record.terms) {
    if (!inside(term.span) || !inside(term.value) || term.span.length == 0) std::abort();
  }
  if (!is_spf(text)) return 0;
  const std::string written = format(record);
  const Record again = parse(written);
  if (!again.valid() || format(again) != written || again.terms.size() != record.terms.size()) std::abort();
  if (const auto shorter = simplify(record)) {
    if (shorter->size() >= text.size() || !parse(*shorter).valid()) std::abort();
  }
  return 0;
}
