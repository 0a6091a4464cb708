#include "server/schema.h"

#include "audit/fix/settings.h"
#include "audit/keys/settings.h"
#include "audit/settings.h"
#include "audit/watch/settings.h"
#include "guard/digest/settings.h"
#include "guard/inspect/settings.h"
#include "guard/release/settings.h"
#include "guard/settings.h"
#include "net/settings.h"
#include "reports/mailbox/settings.h"
#include "reports/settings.h"
#include "reports/sources/settings.h"
#include "reports/write/settings.h"
#include "server/serve/oidc_settings.h"
#include "server/settings.h"
#include "store/settings.h"

namespace rampart::server {
namespace {

using base::Setting;
using base::SettingType;

constexpr std::array<std::string_view, 3> kColors{"auto", "always", "never"};

constexpr std::array kOutput{
    Setting{
        .key = "output.color",
        .type = SettingType::text,
        .standard = "\"auto\"",
        .brief = "When to write colours",
        .detail =
            "With auto, colours are written to a terminal only, and never when NO_COLOR is set or TERM is "
            "dumb. always and never mean what they say, whatever NO_COLOR holds.",
        .option = "--color",
        .value_name = "WHEN",
        .choices = kColors,
    },
};

}  // namespace

const base::Schema& schema() {
  static const base::Schema kSchema{audit::settings(),
                                    audit::fix::settings(),
                                    audit::keys::settings(),
                                    audit::watch::settings(),
                                    guard::settings(),
                                    guard::release_settings(),
                                    guard::digest_settings(),
                                    guard::inspect_settings(),
                                    net::settings(),
                                    reports::settings(),
                                    reports::mailbox_settings(),
                                    reports::source_settings(),
                                    reports::write_settings(),
                                    server::settings(),
                                    oidc_settings(),
                                    store::settings(),
                                    kOutput};
  return kSchema;
}

}  // namespace rampart::server
