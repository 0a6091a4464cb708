#include "server/setup/key_store.h"

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "crypto/private_file.h"
#include "server/setup/store_url.h"

namespace rampart::server {
namespace {

constexpr std::size_t kMaxTable = std::size_t{64} << 20;  // bytes

}  // namespace

base::Result<std::optional<crypto::SealKey>> read_seal(const base::Config& config) {
  const auto& file = config.text("dkim.seal_file");
  if (file.empty()) return std::nullopt;
  auto key = crypto::SealKey::from_text(TRY(crypto::read_private(file)));
  if (key) return *std::move(key);
  key.error().where = base::printable(file);
  return std::unexpected(std::move(key.error()));
}

base::Result<crypto::KeyFolder> open_key_folder(const base::Config& config) {
  return crypto::KeyFolder::open(key_folder_path(config), TRY(read_seal(config)));
}

base::Result<crypto::KeyFolder> open_old_key_folder(const base::Config& config) {
  const auto path = key_folder_path(config);
  std::error_code error;
  if (std::filesystem::exists(path, error) || error) return open_key_folder(config);
  return base::fail(
      base::ErrorKind::usage, "there is no key folder", base::printable(path),
      "rampart dkim rotate DOMAIN makes it, with the domain's first key; another one is named with --keys");
}

std::string key_folder_path(const base::Config& config) {
  const auto& folder = config.text("dkim.keys");
  return folder.empty() ? data_folder() + "/dkim" : folder;
}

base::Result<dkim::SigningTable> read_signing_table(const crypto::KeyFolder& folder) {
  const auto text = TRY(read_signing_text(folder));
  if (!text) return dkim::SigningTable{};
  return dkim::parse_table(*text, signing_path(folder));
}

base::Result<std::optional<std::string>> read_signing_text(const crypto::KeyFolder& folder) {
  const auto path = signing_path(folder);
  std::error_code error;
  const bool there = std::filesystem::exists(path, error);
  if (error)
    return base::fail(base::ErrorKind::io, fmt::format("cannot be read: {}", error.message()), path,
                      "run it as the user whom the key folder belongs to");
  if (!there) return std::nullopt;
  return TRY(base::read_file(path, kMaxTable));
}

base::Result<> write_signing_table(const crypto::KeyFolder& folder, const dkim::SigningTable& table) {
  return base::write_file(signing_path(folder), dkim::format_table(table));
}

const char* set_clock() {
  return std::getenv("RAMPART_CLOCK");  // NOLINT(concurrency-mt-unsafe): nobody sets it meanwhile
}

std::string signing_path(const crypto::KeyFolder& folder) { return folder.path() + "/signing"; }

base::Time schedule_now() {
  const char* text = set_clock();
  const auto set = text == nullptr ? std::nullopt : base::parse_time(text);
  return set.value_or(base::now());
}

}  // namespace rampart::server
