#include "cli/release_key.h"

#include "base/text.h"
#include "crypto/private_file.h"
#include "guard/release/pass.h"

namespace rampart::cli {

base::Result<std::optional<crypto::Secret>> release_key(const base::Config& config) {
  const auto& own = config.text("guard.release_key_file");
  const auto& file = own.empty() ? config.text("guard.seal_file") : own;
  if (file.empty()) return std::nullopt;
  const auto key = crypto::SealKey::from_text(TRY(crypto::read_private(file)));
  if (key) return key->derive(guard::kPassPurpose);
  auto error = key.error();
  error.where = base::printable(file);
  return std::unexpected(std::move(error));
}

}  // namespace rampart::cli
