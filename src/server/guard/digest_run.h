// Recipients are told what is newly kept from them, each message once (guard/digest/digest.h).
#pragma once

#include <optional>

#include "base/config.h"
#include "base/time.h"
#include "server/setup/host.h"

namespace rampart::server {

struct DigestRequest {
  bool send = false;  // without it they are shown, and nothing counts as told
  std::optional<base::Time> since;
  bool json = false;  // how the outcome is printed
};

// One after the other. Ending::findings where a digest was refused, undetermined where not all could be sent now: the next run tells them.
base::Result<Ending> run_digests(const Host& host, const DigestRequest& request, const base::Config& config);

}  // namespace rampart::server
