// What people have to be told of accounts (accounts/notice.h), by mail: from watch.mail_from, over watch.mail_server.
#pragma once

#include "base/config.h"
#include "server/serve/parts.h"

namespace rampart::server {

// Part "notices", where that mail is set up; each notice is mailed once. `config` outlives the parts.
void add_notices(Parts& parts, const base::Config& config, const std::string& public_url);

}  // namespace rampart::server
