// A folder of what strangers sent and nobody could read, each under its digest.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace rampart::cli {

// Keeps the bytes there, on the disk when it returns; the same again is one file. The folder is made when it is not there, for its
// owner alone. Neither it nor the file may be a symbolic link: whoever may write beside it must not say where a stranger's bytes
// go. Errors are of kind io.
base::Result<> keep_aside(const std::string& folder, std::string_view bytes);

}  // namespace rampart::cli
