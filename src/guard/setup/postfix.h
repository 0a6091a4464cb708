// What Postfix is told so that it asks the guard, and how that is undone: postconf(1) lines for a shell.
#pragma once

#include <string>

#include "guard/gate/gate.h"
#include "guard/milter/listener.h"

namespace rampart::guard {

struct PostfixSetup {
  milter::ListenAddress listen;
  Mode mode = Mode::monitor;
  std::string after;  // a milter that comes before us: HOST:PORT, /PATH, or as Postfix writes it; empty: none
  bool signs = false;        // what users write
  bool signs_local = false;  // what this machine makes itself, too
  bool seals = false;
  std::string queue_directory;  // Postfix's, which its smtpd may be chrooted to
};

// Errors are of kind usage: `after` is no place of a milter.
base::Result<std::string> postfix_setup(const PostfixSetup& setup);

}  // namespace rampart::guard
