// What a server has in place of the world, when it is a demonstration: nothing of it asks the net or connects to anybody.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "net/outgoing.h"
#include "server/audit/audit_run.h"
#include "server/setup/answers.h"

namespace rampart::server {

struct Stage {
  OpenProvider provider;  // of the guard
  OpenSource source;      // of audits
  // In place of the mail server that takes what is released.
  std::function<net::Handing(const std::string& sender, const std::vector<std::string>& recipients,
                             const std::string& message)>
      hand;
  // When everything runs; once.
  std::function<void()> begun = {};
};

}  // namespace rampart::server
