#include "server/guard/guard_settings.h"

#include <array>

#include <fmt/format.h>
#include <unistd.h>

#include "base/text.h"
#include "crypto/private_file.h"
#include "guard/inspect/settings.h"
#include "guard/inspect/yara/rules.h"

namespace rampart::server {

base::Result<guard::Settings> guard_settings(const base::Config& config) {
  std::array<char, 256> host{};
  const bool named = ::gethostname(host.data(), host.size() - 1) == 0 && host[0] != '\0';
  auto out = guard::read_settings(config, named ? base::lower(host.data()) : std::string("localhost"));
  if (out) return out;
  // What settings say together is wrong of one of them, which stands somewhere.
  auto& error = out.error();
  if (config.schema().find(error.where) == nullptr) return out;
  const auto& origin = config.origin(error.where);
  if (origin.from != base::Origin::From::file) return out;
  error.what = fmt::format("{} {}", error.where, error.what);
  error.where = origin.where;
  return out;
}

base::Result<guard::Settings> judging_guard_settings(const base::Config& config) {
  auto out = TRY(guard_settings(config));
  TRY(guard::load_rules_of(out.inspect, out.rules.inspection));
  return out;
}

base::Result<guard::Settings> running_guard_settings(const base::Config& config) {
  auto out = TRY(judging_guard_settings(config));
  if (out.mode == guard::Mode::enforce && out.quarantine.empty())
    return base::fail(base::ErrorKind::config, "mode enforce needs a quarantine", "guard.quarantine",
                      "name a folder: --quarantine /var/lib/rampart/quarantine");
  return out;
}

base::Result<> check_yara_rules(const guard::Settings& settings) {
  if (settings.yara_rules.empty()) return {};
  auto rules = guard::yara::Rules::compile(settings.yara_rules);
  if (!rules) return std::unexpected(guard::named_by("guard.yara_rules", std::move(rules).error()));
  return {};
}

base::Result<guard::Quarantine> open_quarantine(const guard::Settings& settings, store::Database& database) {
  if (settings.quarantine.empty())
    return base::fail(base::ErrorKind::config, "there is no quarantine", "guard.quarantine",
                      "name its folder: --quarantine /var/lib/rampart/quarantine");
  guard::QuarantineOptions options{.folder = settings.quarantine, .seal = {}, .limits = settings.limits};
  if (!settings.seal_file.empty()) {
    auto key = crypto::SealKey::from_text(TRY(crypto::read_private(settings.seal_file)));
    if (!key) {
      key.error().where = base::printable(settings.seal_file);
      return std::unexpected(std::move(key.error()));
    }
    options.seal = *std::move(key);
  }
  return guard::Quarantine::open(database, std::move(options));
}

}  // namespace rampart::server
