// What clamd says to INSTREAM (clamd(8)): one line that ends in NUL.
#pragma once

#include <cstddef>
#include <string_view>

#include "guard/inspect/clamd/clamd.h"

namespace rampart::guard {

inline constexpr std::size_t kMaxClamdReply = 4'096;  // bytes; our own

// "stream: NAME FOUND", "stream: OK", "INSTREAM size limit exceeded. ERROR" and other errors; anything else is not understood.
ClamdAnswer read_clamd_reply(std::string_view reply);

}  // namespace rampart::guard
