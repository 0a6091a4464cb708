// What something that runs has of whoever runs it: a command, or rampart serve.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/result.h"

namespace rampart::server {

struct Host {
  std::function<base::Result<>(std::string_view)> print;  // what it was run for; an error ends it
  std::function<void(std::string_view)> note;             // a sentence that is worth knowing
  std::function<void(const base::Error&)> report;         // what went wrong and ends nothing
  std::function<bool()> stop;                             // whether it is to end now; cheap, of any thread
};

// How it ended, the worst last.
enum class Ending : std::uint8_t {
  clean,
  findings,      // something that somebody should look at
  undetermined,  // not everything could be done now: it is done later
};

}  // namespace rampart::server
