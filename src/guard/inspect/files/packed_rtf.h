// The packed RTF ([MS-OXRTFCP]) in which Outlook keeps what was written.
//
//   const auto rtf = unpack_rtf(property, 65'536);     // nothing: it is none
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rampart::guard::files {

// Up to `most` bytes of it, and what can be unpacked before damage.
std::optional<std::string> unpack_rtf(std::string_view packed, std::size_t most);

}  // namespace rampart::guard::files
