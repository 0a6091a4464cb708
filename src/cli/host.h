// A command as the host of what it runs.
#pragma once

#include "cli/interrupt.h"
#include "cli/session.h"
#include "server/setup/host.h"

namespace rampart::cli {

// `session` outlives it; what interrupts the program stops what runs.
inline server::Host host_of(Session& session) {
  return {.print = [&session](std::string_view text) { return session.print(text); },
          .note = [&session](std::string_view text) { session.note(text); },
          .report = [&session](const base::Error& error) { session.report(error); },
          .stop = [] { return interrupted() != 0; }};
}

inline Exit exit_of(server::Ending ending) {
  switch (ending) {
    case server::Ending::clean:
      return Exit::clean;
    case server::Ending::findings:
      return Exit::findings;
    case server::Ending::undetermined:
      break;
  }
  return Exit::undetermined;
}

}  // namespace rampart::cli
