#include "cli/keys_options.h"

#include <cstdlib>

#include "cli/key_file.h"
#include "cli/store_url.h"

namespace rampart::cli {

base::Result<crypto::KeyFolder> open_key_folder(const base::Config& config) {
  std::optional<crypto::SealKey> seal;
  if (const auto& file = config.text("dkim.seal_file"); !file.empty()) {
    auto key = crypto::SealKey::from_text(TRY(read_secret(file)));
    if (!key) {
      key.error().where = file;
      return std::unexpected(std::move(key.error()));
    }
    seal = *std::move(key);
  }
  const auto& folder = config.text("dkim.keys");
  return crypto::KeyFolder::open(folder.empty() ? data_folder() + "/dkim" : folder, std::move(seal));
}

base::Time schedule_now() {
  const char* text = std::getenv("RAMPART_CLOCK");  // NOLINT(concurrency-mt-unsafe): nobody sets it meanwhile
  const auto set = text == nullptr ? std::nullopt : base::parse_time(text);
  return set.value_or(base::now());
}

}  // namespace rampart::cli
