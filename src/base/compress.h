// Text kept small in memory: zstd at its fastest, for data of our own (for strangers' files see
// facts/book_file.h).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace rampart::base {

Result<std::string> compress(std::string_view text);  // fails where memory is short
// What compress() made of at most `limit` octets; an error of kind internal for anything else.
Result<std::string> decompress(std::string_view packed, std::size_t limit = std::size_t{1} << 31U);

}  // namespace rampart::base
