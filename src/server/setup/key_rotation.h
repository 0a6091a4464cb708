// Keys of the key folder that rotate (audit/keys/rotate.h): where their records go, and one step of a domain's schedule.
#pragma once

#include <memory>
#include <optional>

#include "audit/keys/records.h"
#include "auth/dkim/rotation.h"
#include "crypto/key_folder.h"
#include "server/setup/facts.h"
#include "server/setup/host.h"
#include "server/setup/update_server.h"

namespace rampart::server {

// A domain's records, put there by whatever way was configured; what it needs lives with it.
struct KeyWay {
  std::optional<UpdateServer> server;
  std::unique_ptr<FactSource> source;
  std::unique_ptr<audit::keys::Records> records;
};

// `host` and `config` outlive it.
base::Result<std::unique_ptr<KeyWay>> open_way(const Host& host, const base::Config& config,
                                               const FactsOptions& facts);

// dkim.ttl, in seconds.
std::uint32_t ttl_of(const base::Config& config);
// dkim.period and dkim.keep.
dkim::RotationRules rules_of(const base::Config& config);

// Whatever is due for the domain now, by schedule_now(), or at once; what was done is printed. Ending::undetermined: something waits.
base::Result<Ending> rotate_one(const Host& host, const base::Config& config, const crypto::KeyFolder& folder,
                                KeyWay& way, const dns::Name& name, bool at_once);

}  // namespace rampart::server
