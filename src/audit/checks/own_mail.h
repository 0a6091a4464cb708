// What only the owner can say or show: that the domain sends nothing, a message of his, the addresses he sends from.
#pragma once

#include <vector>

#include "audit/report.h"
#include "facts/facts.h"

namespace rampart::audit {

struct Picture;

inline constexpr std::size_t kMaxSending = 16;  // addresses; our own

std::vector<Finding> check_own_mail(const Picture& picture, facts::Facts& facts);

}  // namespace rampart::audit
