#include "cli/interrupt.h"

#include <atomic>
#include <csignal>
#include <cstdlib>

namespace rampart::cli {
namespace {

std::atomic<int> came = 0;
static_assert(std::atomic<int>::is_always_lock_free);  // or a handler may not touch it

void note_signal(int signal) { came = signal; }

}  // namespace

void heed_interrupts() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction old{};
    if (::sigaction(signal, nullptr, &old) != 0 || old.sa_handler == SIG_IGN) continue;
    struct sigaction action{};
    action.sa_handler = &note_signal;
    // No SA_RESTART: a list that is read from a terminal must not go on waiting.
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigemptyset(&action.sa_mask);
    ::sigaction(signal, &action, nullptr);
  }
}

int interrupted() { return came.load(std::memory_order_relaxed); }

void die_of(int signal) {
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  std::_Exit(128 + signal);
}

}  // namespace rampart::cli
