#include "crypto/ids.h"

#include <algorithm>
#include <array>

#include <openssl/rand.h>

namespace rampart::crypto {
namespace {

constexpr std::string_view kLetters = "0123456789abcdefghjkmnpqrstvwxyz";
static_assert(kLetters.size() == 32);

}  // namespace

std::string new_id() {
  std::array<unsigned char, kIdLength> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return {};
  std::string out;
  for (const auto byte : bytes) out += kLetters[byte % kLetters.size()];
  return out;
}

bool is_id(std::string_view text) {
  return text.size() == kIdLength &&
         std::ranges::all_of(text, [](char c) { return kLetters.find(c) != std::string_view::npos; });
}

}  // namespace rampart::crypto
