// What is in a zip archive (APPNOTE.TXT 6.3, without what reports never need: encryption, several disks, zip64).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rampart::reports {

struct ZipMember {
  std::string name;  // without folders; printable
  enum class Form : std::uint8_t { stored, deflated, other } form = Form::stored;
  bool encrypted = false;
  std::string_view data;  // as it is packed; what a member says of its size once unpacked is not believed
};

// Its files, at most `most` of them, as views of `bytes`. An archive whose end is missing gives its first file, as far as it
// goes, and `cut` is true. One whose files share bytes is refused: each would be unpacked again. Errors are of kind input.
struct ZipContent {
  std::vector<ZipMember> members;
  bool cut = false;
};
base::Result<ZipContent> read_zip(std::string_view bytes, std::size_t most);

}  // namespace rampart::reports
