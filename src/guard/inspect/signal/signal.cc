#include "guard/inspect/signal/signal.h"

#include <algorithm>

#include "base/text.h"
#include "guard/inspect/signal/collector.h"

namespace rampart::guard::signal {

void Collector::add(Code code, double strength, std::string_view evidence, std::string_view part) {
  strength = std::clamp(strength, 0.0, 1.0);
  auto& found = found_[static_cast<std::size_t>(code)];
  if (strength <= found.strength) return;
  found = {.code = code,
           .strength = strength,
           .evidence = base::excerpt(evidence, kMaxSignalEvidence),
           .part = std::string(part)};
}

std::vector<Signal> Collector::take() {
  std::vector<Signal> out;
  for (auto& signal : found_)
    if (signal.strength > 0) out.push_back(std::move(signal));
  return out;
}

std::vector<Signal> find_signals(const Facts& facts) {
  const View view(facts);
  Collector out;
  find_header_signals(view, out);
  find_link_signals(view, out);
  find_page_signals(view, out);
  find_file_signals(view, out);
  find_word_signals(view, out);
  find_pair_signals(view, out);
  find_context_signals(view, out);
  return out.take();
}

}  // namespace rampart::guard::signal
