#include "auth/fault.h"

namespace rampart::auth {

void add_fault(std::vector<Fault>& faults, Fault fault) {
  if (faults.size() < kMaxFaults) return faults.push_back(std::move(fault));
  const auto lesser = std::find_if(faults.rbegin(), faults.rend(),
                                   [&](const Fault& other) { return other.gravity < fault.gravity; });
  if (lesser != faults.rend()) *lesser = std::move(fault);
}

std::string_view to_string(Gravity gravity) {
  switch (gravity) {
    case Gravity::note:
      return "note";
    case Gravity::warning:
      return "warning";
    case Gravity::error:
      return "error";
    case Gravity::fatal:
      return "fatal";
  }
  return "note";
}

}  // namespace rampart::auth
