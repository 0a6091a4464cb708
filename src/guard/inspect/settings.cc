#include "guard/inspect/settings.h"

#include <algorithm>
#include <array>
#include <thread>

#include "guard/inspect/seen/inspector.h"

namespace rampart::guard {
namespace {

using base::Setting;
using base::SettingType;

constexpr std::int64_t kMostMiB = kMaxLookedAt >> 20U;

constexpr std::array kSettings{
    Setting{
        .key = "guard.inspect",
        .type = SettingType::boolean,
        .standard = "true",
        .brief = "Look into messages from outside: their text, links and attachments",
        .detail = "In processes that have no network, no files and no keys, each for one message. When false, a "
                  "message is looked into only where a block list names links or parts.",
    },
    Setting{
        .key = "guard.inspect_size",
        .type = SettingType::integer,
        .standard = "32",
        .brief = "The largest message that is looked into, in MiB",
        .detail = "What is larger is judged without; where a block list names links or parts, it is quarantined.",
        .min = 1,
        .max = kMostMiB,
    },
    Setting{
        .key = "guard.inspect_workers",
        .type = SettingType::integer,
        .standard = "0",
        .brief = "How many messages are looked into at the same time; 0: two for each processor",
        .detail = {},
        .min = 0,
        .max = kMaxLookers,
    },
};

}  // namespace

std::span<const Setting> inspect_settings() { return kSettings; }

base::Result<InspectSettings> read_inspect_settings(const base::Config& config) {
  InspectSettings out;
  out.rules.is_on = config.boolean("guard.inspect");
  out.rules.most = static_cast<std::size_t>(config.integer("guard.inspect_size")) << 20U;
  out.workers = static_cast<std::size_t>(config.integer("guard.inspect_workers"));
  if (out.workers == 0)
    out.workers = std::clamp<std::size_t>(std::size_t{2} * std::thread::hardware_concurrency(), 2, kMaxLookers);
  return out;
}

}  // namespace rampart::guard
