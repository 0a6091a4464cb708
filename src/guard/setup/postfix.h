// What Postfix is told so that it asks the guard, and how that is undone: postconf(1) lines for a shell.
#pragma once

#include <string>
#include <vector>

#include "guard/gate/gate.h"
#include "guard/milter/listener.h"
#include "guard/role/declared.h"

namespace rampart::guard {

struct PostfixSetup {
  milter::ListenAddress listen;
  Mode mode = Mode::monitor;
  std::string after;  // a milter that comes before us: HOST:PORT, /PATH, or as Postfix writes it; empty: none
  bool signs = false;        // what users write
  bool signs_local = false;  // what this machine makes itself, too
  bool seals = false;
  std::vector<DeclaredRole> listeners = {};  // by their places (guard.listen)
  std::vector<DeclaredRole> daemons = {};    // guard.daemon_roles
  std::string queue_directory;               // Postfix's, which its smtpd may be chrooted to
};

// The listener for what Postfix takes in general: the first without a role, else the first of another that is for inbound, else the first.
// `all` has one at least.
const milter::ListenAddress& general_listener(const std::vector<milter::ListenAddress>& all,
                                              const std::vector<DeclaredRole>& roles);

// Errors are of kind usage: `after` is no place of a milter.
base::Result<std::string> postfix_setup(const PostfixSetup& setup);

}  // namespace rampart::guard
