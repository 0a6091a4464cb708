// Ctrl-C and its like (SIGINT, SIGTERM, SIGHUP): the run ends as one that failed, so that every file that was
// begun is taken away again, and then the process dies of the signal, as the caller expects.
#pragma once

namespace rampart::cli {

// From here on the first such signal is only noted; a second one ends the process at once. Signals that the
// caller has ignored (nohup) stay ignored. Once, by main().
void heed_interrupts();

// The signal that came, or 0. From any thread; cheap.
int interrupted();

[[noreturn]] void die_of(int signal);

}  // namespace rampart::cli
