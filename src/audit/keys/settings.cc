#include "audit/keys/settings.h"

#include <array>

namespace rampart::audit::keys {
namespace {

using base::Setting;
using base::SettingType;

constexpr std::int64_t kDay = 24LL * 3600 * 1000;  // milliseconds

constexpr std::array kSettings{
    Setting{
        .key = "dkim.keys",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The folder of private DKIM keys, which nobody but its owner may read",
        .detail = "Without it dkim/ in the data folder ($XDG_DATA_HOME/rampart, or ~/.local/share/rampart).",
        .option = "--keys",
        .value_name = "DIR",
        .example = R"("/var/lib/rampart/dkim")",
    },
    Setting{
        .key = "dkim.seal_file",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The file with the key under which private keys are encrypted; without it they are not",
        .detail = "32 random bytes in base64: (umask 077; head -c 32 /dev/urandom | base64 > FILE). Only its "
                  "owner may "
                  "read it, and it should stand on another disk than the keys and their backups.",
        .option = "--seal-file",
        .value_name = "FILE",
        .example = R"("/etc/rampart/dkim.seal")",
    },
    Setting{
        .key = "dkim.period",
        .type = SettingType::duration,
        .standard = "\"30d\"",
        .brief = "How long a key signs before the next one does",
        .min = kDay,
        .max = 3660 * kDay,
    },
    Setting{
        .key = "dkim.keep",
        .type = SettingType::duration,
        .standard = "\"8d\"",
        .brief = "How long a key stays published after its last signature, for mail under way",
        .min = 5 * kDay,
        .max = 365 * kDay,
    },
    Setting{
        .key = "dkim.ttl",
        .type = SettingType::duration,
        .standard = "\"1h\"",
        .brief = "The TTL of new key records",
        .min = 1000,
        .max = 7 * kDay,
    },
    Setting{
        .key = "dkim.ed25519",
        .type = SettingType::boolean,
        .standard = "false",
        .brief = "Keep and sign with an Ed25519 key beside the RSA key",
        .option = "--ed25519",
    },
};

}  // namespace

std::span<const Setting> settings() { return kSettings; }

}  // namespace rampart::audit::keys
