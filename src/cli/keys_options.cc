#include "cli/keys_options.h"

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "cli/key_file.h"
#include "cli/store_url.h"

namespace rampart::cli {
namespace {

constexpr std::size_t kMaxTable = std::size_t{64} << 20;  // bytes

}  // namespace

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

base::Result<dkim::SigningTable> read_signing_table(const crypto::KeyFolder& folder) {
  const auto path = folder.path() + "/signing";
  if (!std::filesystem::exists(path)) return dkim::SigningTable{};
  return dkim::parse_table(TRY(base::read_file(path, kMaxTable)), path);
}

base::Result<> write_signing_table(const crypto::KeyFolder& folder, const dkim::SigningTable& table) {
  return base::write_file(folder.path() + "/signing", dkim::format_table(table));
}

namespace {

const char* set_clock() {
  return std::getenv("RAMPART_CLOCK");  // NOLINT(concurrency-mt-unsafe): nobody sets it meanwhile
}

}  // namespace

base::Time schedule_now() {
  const char* text = set_clock();
  const auto set = text == nullptr ? std::nullopt : base::parse_time(text);
  return set.value_or(base::now());
}

base::Result<> check_clock(Session& session) {
  const char* text = set_clock();
  if (text == nullptr) return {};
  if (!base::parse_time(text))
    return base::fail(base::ErrorKind::usage, fmt::format("\"{}\" is no time", base::printable(text)),
                      "RAMPART_CLOCK", "write 2027-01-31T04:00:00Z, or unset it");
  session.note(fmt::format("the schedule takes it to be {} (RAMPART_CLOCK)", text));
  return {};
}

}  // namespace rampart::cli
