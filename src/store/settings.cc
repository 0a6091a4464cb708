#include "store/settings.h"

#include <array>

namespace rampart::store {
namespace {

using base::Setting;
using base::SettingType;

constexpr std::array kSettings{
    // Not checked here: that error would show a password.
    Setting{
        .key = "store.url",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "Where what outlives a run is kept: sqlite:FILE or postgresql://USER@HOST/NAME",
        .detail = "When it is set, every audit is recorded there. When it is empty, audits are not recorded, "
                  "and what "
                  "needs a store (watch, history, drift, risk) uses rampart/rampart.db in $XDG_DATA_HOME "
                  "(~/.local/share when that is unset). A password belongs into ~/.pgpass or ?passfile=FILE.",
        .option = "--store",
        .value_name = "URL",
        .example = R"("sqlite:/var/lib/rampart/rampart.db")",
    },
    Setting{
        .key = "store.snapshots",
        .type = SettingType::integer,
        .standard = "30",
        .brief = "How many states of a domain's facts are kept",
        .detail = "A new one is kept when something differs from the last; the oldest go first. What history "
                  "says of "
                  "findings and keys is kept apart and for good.",
        .unit = "states",
        .min = 2,
        .max = 100'000,
    },
};

}  // namespace

std::span<const Setting> settings() { return kSettings; }

}  // namespace rampart::store
