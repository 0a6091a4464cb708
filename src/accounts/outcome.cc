#include "accounts/outcome.h"

#include <array>

namespace rampart::accounts {

std::string_view to_string(Why why) {
  constexpr std::array<std::string_view, 11> kWords{"wrong",     "limited",     "busy",    "ended",
                                                    "elsewhere", "not-allowed", "step-up", "missing",
                                                    "changed",   "conflict",    "invalid"};
  return kWords.at(static_cast<std::size_t>(why));
}

}  // namespace rampart::accounts
