// The operators of a page (ISO 32000-1, 7.8.2), as far as they show text.
#pragma once

#include <cstddef>
#include <string_view>

namespace rampart::guard::pdf {

// Bytes of the strings that are shown, linear. A character of a composite font has two of them.
std::size_t shown_bytes(std::string_view content);

}  // namespace rampart::guard::pdf
