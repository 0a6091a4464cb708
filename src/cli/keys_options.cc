#include "cli/keys_options.h"

#include "base/text.h"
#include "base/time.h"
#include "cli/fix_options.h"
#include "server/setup/key_store.h"

namespace rampart::cli {

base::Result<dns::Name> signing_domain(const std::string& text) {
  auto name = TRY(domain_of(text));
  if (name.label_count() >= 2) return name;
  return base::fail(base::ErrorKind::usage,
                    fmt::format("{} is no domain of mail: it has one label", name.text()), {},
                    "write it whole, such as bank.example");
}

base::Result<> check_clock(Session& session) {
  const char* text = server::set_clock();
  if (text == nullptr) return {};
  if (!base::parse_time(text))
    return base::fail(base::ErrorKind::usage, fmt::format("\"{}\" is no time", base::printable(text)),
                      "RAMPART_CLOCK", "write 2027-01-31T04:00:00Z, or unset it");
  session.note(fmt::format("the schedule takes it to be {} (RAMPART_CLOCK)", text));
  return {};
}

}  // namespace rampart::cli
