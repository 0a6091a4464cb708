#include "server/guard/release_key.h"

#include "base/text.h"
#include "crypto/private_file.h"
#include "guard/digest/link.h"
#include "guard/mark/mark.h"
#include "guard/release/pass.h"

namespace rampart::server {

namespace {

base::Result<std::optional<crypto::Secret>> key_for(const base::Config& config, std::string_view purpose) {
  const auto& own = config.text("guard.release_key_file");
  const auto& file = own.empty() ? config.text("guard.seal_file") : own;
  if (file.empty()) return std::nullopt;
  const auto key = crypto::SealKey::from_text(TRY(crypto::read_private(file)));
  if (key) return key->derive(purpose);
  auto error = key.error();
  error.where = base::printable(file);
  return std::unexpected(std::move(error));
}

}  // namespace

base::Result<std::optional<crypto::Secret>> release_key(const base::Config& config) {
  return key_for(config, guard::kPassPurpose);
}

base::Result<std::optional<crypto::Secret>> link_key(const base::Config& config) {
  return key_for(config, guard::kLinkPurpose);
}

base::Result<std::optional<crypto::Secret>> mark_key(const base::Config& config) {
  return key_for(config, guard::kMarkPurpose);
}

}  // namespace rampart::server
