// check_host() over a generated DNS: the limits hold, asking ahead changes nothing, and the book that the
// decision used gives it again.
#include <cstdlib>

#include "auth/spf/fuzz_universe.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart;
  using namespace rampart::spf;
  fuzzing::Universe universe({reinterpret_cast<const char*>(data), size});
  const Input& input = universe.input();
  const Limits limits;
  const auto ahead = universe.run([&](facts::Facts& facts) { return check_host(input, facts); });
  const auto serial = universe.run(
      [&](facts::Facts& facts) { return check_host(input, facts, {.speculate = Speculate::no}); });
  const Outcome& outcome = ahead.decision;
  if (outcome.result != serial.decision.result || outcome.why != serial.decision.why ||
      outcome.reason() != serial.decision.reason()) {
    std::abort();
  }
  if (serial.questions > ahead.questions) std::abort();
  if (outcome.lookups > limits.lookups || outcome.voids > limits.voids + 1) std::abort();
  if ((outcome.result == Result::temperror) != (outcome.unknown != nullptr)) std::abort();
  if (!base::is_utf8(outcome.reason()) || outcome.reason().empty() || outcome.section().empty()) std::abort();

  facts::Facts replay(*ahead.book);
  const Outcome again = check_host(input, replay);
  if (!replay.open().empty() || again.result != outcome.result) std::abort();

  const auto words =
      universe.run([&](facts::Facts& facts) { return explain(check_host(input, facts), input, facts); });
  if (words.decision && words.decision->size() > kMaxExplanation) std::abort();
  return 0;
}
