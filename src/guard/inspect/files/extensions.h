// What extensions of names stand for on the machines that open them: data.
//
//   find_extension("EXE")->does     Does::run
//   find_extension("pdf")->type     FileType::pdf
#pragma once

#include <cstdint>
#include <string_view>

#include "guard/inspect/files/file_type.h"

namespace rampart::guard::files {

// What happens when a person opens such a file.
enum class Does : std::uint8_t {
  show,    // it is shown, or edited
  run,     // it runs, or makes something run
  mount,   // a disk of files that carry no mark of the web
  unpack,  // files come out of it
};

struct Extension {
  std::string_view text;  // lower case, without its dot
  FileType type = FileType::unknown;
  Does does = Does::show;
};

// Nothing when it is none that we know; case does not matter.
const Extension* find_extension(std::string_view text);

}  // namespace rampart::guard::files
