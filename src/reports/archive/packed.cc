#include "reports/archive/packed.h"

#include "base/text.h"

namespace rampart::reports {
namespace {

constexpr char kVersion = 1;
constexpr unsigned kBits = 7;  // of a byte of a number; the highest says that more follow

void put(std::uint64_t number, std::string& out) {
  for (; number >= 1U << kBits; number >>= kBits) out += static_cast<char>(number | 1U << kBits);
  out += static_cast<char>(number);
}

std::optional<std::uint64_t> take(std::string_view& bytes) {
  std::uint64_t out = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += kBits) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    out |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 1U << kBits) return out;
  }
  return std::nullopt;
}

}  // namespace

std::string pack(const std::vector<PackedRow>& rows) {
  std::string out(1, kVersion);
  out.reserve(1 + rows.size() * 6);
  std::int64_t before = 0;
  for (const auto& row : rows) {
    put(static_cast<std::uint64_t>(row.address - before), out);
    put(static_cast<std::uint64_t>(row.outcome), out);
    put(static_cast<std::uint64_t>(row.count), out);
    before = row.address;
  }
  return base::encode_base64(out);
}

std::optional<std::vector<PackedRow>> unpack_rows(std::string_view text) {
  const auto bytes = base::decode_base64(text);
  if (!bytes || !bytes->starts_with(kVersion)) return std::nullopt;
  auto rest = std::string_view(*bytes).substr(1);
  std::vector<PackedRow> out;
  std::int64_t before = 0;
  while (!rest.empty()) {
    const auto step = take(rest);
    const auto outcome = step ? take(rest) : std::nullopt;
    const auto count = outcome ? take(rest) : std::nullopt;
    if (!count) return std::nullopt;
    before += static_cast<std::int64_t>(*step);
    out.push_back({before, static_cast<std::int64_t>(*outcome), static_cast<std::int64_t>(*count)});
  }
  return out;
}

}  // namespace rampart::reports
