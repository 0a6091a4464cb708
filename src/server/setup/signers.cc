#include "server/setup/signers.h"

#include <fmt/format.h>

#include "audit/keys/rotate.h"

namespace rampart::server {

using base::ErrorKind;
using base::Result;

Result<std::vector<Signer>> managed_signers(const crypto::KeyFolder& folder, const dns::Name& name) {
  const auto domain = TRY(audit::keys::read_domain(folder, name));
  std::vector<Signer> out;
  for (const auto& key : domain.keys) {
    if (key.phase == dkim::KeyPhase::signing)
      out.push_back({name, key.selector, TRY(folder.read(name.text(), key.file))});
  }
  if (!out.empty()) return out;
  return base::fail(
      ErrorKind::usage, fmt::format("no key signs for {}", name.text()), {},
      domain.keys.empty()
          ? fmt::format("make one: rampart dkim rotate {}, or name the folder that has one: --keys DIR",
                        name.text())
          : fmt::format("its key waits for its record or for caches: rampart dkim rotate {} says for what",
                        name.text()));
}

}  // namespace rampart::server
