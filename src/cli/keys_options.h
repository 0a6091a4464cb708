// What commands that rotate keys are told.
#pragma once

#include <string>

#include "cli/session.h"
#include "dns/name.h"

namespace rampart::cli {

// A domain that is to have keys: it can be one of mail (kind usage).
base::Result<dns::Name> signing_domain(const std::string& text);

// For a command that goes by server::schedule_now(): an error when RAMPART_CLOCK is no time, and a note when it is one.
base::Result<> check_clock(Session& session);

}  // namespace rampart::cli
