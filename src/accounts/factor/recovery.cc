#include "accounts/factor/recovery.h"

#include <algorithm>

#include <sodium.h>

#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::accounts::factor {
namespace {

constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford's base 32
static_assert(kLetters.size() == 32);

std::string new_code() {
  std::string bytes(kRecoveryLetters, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  std::string out;
  out.reserve(2 * kRecoveryLetters);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0 && i % kRecoveryGroup == 0) out += '-';
    out += kLetters[static_cast<unsigned char>(bytes[i]) %
                    kLetters.size()];  // 256 is a multiple of 32: no letter is favoured
  }
  crypto::wipe(bytes);
  return out;
}

}  // namespace

base::Result<std::vector<crypto::Secret>> new_recovery_codes() {
  if (sodium_init() < 0) return base::fail(base::ErrorKind::internal, "there is no source of random numbers");
  std::vector<crypto::Secret> out;
  while (out.size() < kRecoveryCodes) {
    crypto::Secret code(new_code());
    if (std::ranges::none_of(out, [&](const auto& other) { return other.view() == code.view(); }))
      out.push_back(std::move(code));
  }
  return out;
}

std::optional<crypto::Secret> read_recovery_code(std::string_view typed) {
  if (typed.size() > kMaxRecoveryInput) return std::nullopt;
  std::string out;
  out.reserve(kMaxRecoveryInput);
  for (const char c : typed) {
    if (c == ' ' || c == '-' || c == '\t' || c == '\r' || c == '\n') continue;
    char letter = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    if (letter == 'O') letter = '0';
    if (letter == 'I' || letter == 'L') letter = '1';
    out += letter;
  }
  crypto::Secret code(std::move(out));
  const bool good = code.view().size() == kRecoveryLetters && std::ranges::all_of(code.view(), [](char c) {
                      return kLetters.find(c) != std::string_view::npos;
                    });
  if (!good) return std::nullopt;
  return code;
}

std::string recovery_hash(std::string_view account, std::string_view code) {
  const auto plain = read_recovery_code(code);
  if (!plain) return {};
  std::string text("rampart-recovery-1");
  text.reserve(text.size() + account.size() + kRecoveryLetters + 2);
  text.append(1, '\0').append(account).append(1, '\0').append(plain->view());
  auto out = base::hex(crypto::sha256(text));
  crypto::wipe(text);
  return out;
}

}  // namespace rampart::accounts::factor
