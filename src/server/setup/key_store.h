// The key folder that the configuration names, and the clock of its schedule.
#pragma once

#include <optional>
#include <string>

#include "auth/dkim/signing_table.h"
#include "base/config.h"
#include "base/time.h"
#include "crypto/key_folder.h"

namespace rampart::server {

// What dkim.seal_file holds; nothing where none is named.
base::Result<std::optional<crypto::SealKey>> read_seal(const base::Config& config);
// dkim.keys, sealed with dkim.seal_file where one is named; made where it is not there.
base::Result<crypto::KeyFolder> open_key_folder(const base::Config& config);
// The same for what only looks at keys: an error (kind usage) where it is not there.
base::Result<crypto::KeyFolder> open_old_key_folder(const base::Config& config);
// Where it is, or would be made.
std::string key_folder_path(const base::Config& config);

// The signing table of the folder; an empty one where there is none. It stands beside the keys, as the file "signing".
base::Result<dkim::SigningTable> read_signing_table(const crypto::KeyFolder& folder);
// The file as it stands, comments and all; nothing where there is none.
base::Result<std::optional<std::string>> read_signing_text(const crypto::KeyFolder& folder);
std::string signing_path(const crypto::KeyFolder& folder);
base::Result<> write_signing_table(const crypto::KeyFolder& folder, const dkim::SigningTable& table);

// The time that a rotation goes by: RAMPART_CLOCK (2026-11-23T08:00:00Z) where it is set, for trials of a schedule. DNS,
// TSIG and TLS go by the real one.
base::Time schedule_now();
// The text of RAMPART_CLOCK, which may be no time; nullptr where it is not set.
const char* set_clock();

}  // namespace rampart::server
