#include "guard/inspect/files/packed_rtf.h"

#include <algorithm>
#include <array>

#include "guard/inspect/files/bytes.h"

namespace rampart::guard::files {
namespace {

// [MS-OXRTFCP] 2.1.3.1
constexpr std::uint32_t kPacked = 0x7546'5a4c;
constexpr std::uint32_t kPlain = 0x414c'454d;
constexpr std::size_t kHeader = 16;
constexpr std::size_t kWindow = 4'096;
constexpr std::string_view kBeginning =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    "\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
static_assert(kBeginning.size() == 207);

}  // namespace

std::optional<std::string> unpack_rtf(std::string_view packed, std::size_t most) {
  const auto type = u32_at(packed, 8);
  if (packed.size() < kHeader || (type != kPacked && type != kPlain)) return std::nullopt;
  auto rest = packed.substr(kHeader);
  if (type == kPlain) return std::string(rest.substr(0, std::min<std::size_t>(most, *u32_at(packed, 4))));
  std::array<char, kWindow> window{};
  std::ranges::copy(kBeginning, window.begin());
  std::size_t at = kBeginning.size();
  std::string out;
  const auto put = [&](char c) {
    out += c;
    window[at] = c;
    at = (at + 1) % kWindow;
  };
  while (!rest.empty() && out.size() < most) {
    const auto control = static_cast<unsigned char>(rest[0]);
    rest.remove_prefix(1);
    for (unsigned bit = 0; bit < 8 && !rest.empty() && out.size() < most; ++bit) {
      if ((control >> bit & 1U) == 0) {
        put(rest[0]);
        rest.remove_prefix(1);
        continue;
      }
      if (rest.size() < 2) return out;
      const auto token = static_cast<unsigned>(static_cast<unsigned char>(rest[0])) << 8U |
                         static_cast<unsigned char>(rest[1]);
      rest.remove_prefix(2);
      auto from = std::size_t{token >> 4U};
      if (from == at) return out;  // the end
      for (unsigned left = (token & 0xfU) + 2; left > 0; --left) {
        put(window[from]);
        from = (from + 1) % kWindow;
      }
    }
  }
  return out;
}

}  // namespace rampart::guard::files
