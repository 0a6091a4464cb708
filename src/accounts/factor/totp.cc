#include "accounts/factor/totp.h"

#include <array>
#include <memory>

#include <fmt/format.h>
#include <liboath/oath.h>
#include <qrencode.h>
#include <sodium.h>

#include "base/text.h"
#include "crypto/hmac.h"

namespace rampart::accounts::factor {
namespace {

using base::ErrorKind;
using Why = TotpVerdict::Why;

constexpr unsigned kMinDigits = 6;  // RFC 4226 section 5.3
constexpr unsigned kMaxDigits = 8;
constexpr unsigned kQuiet = 4;  // modules of white around a QR code; ISO/IEC 18004

bool ready() {
  static const bool good = oath_init() == OATH_OK && sodium_init() >= 0;
  return good;
}

std::string_view name_of(TotpHash hash) {
  switch (hash) {
    case TotpHash::sha1:
      return "SHA1";
    case TotpHash::sha256:
      return "SHA256";
    case TotpHash::sha512:
      return "SHA512";
  }
  return "";
}

// RFC 3986 section 2.3; of a name without the colon that parts issuer and account.
std::string percent(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ':') continue;
    if (base::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

}  // namespace

std::string_view to_string(Why why) {
  switch (why) {
    case Why::none:
      return "none";
    case Why::malformed:
      return "malformed";
    case Why::wrong:
      return "wrong";
    case Why::replayed:
      return "replayed";
    case Why::broken:
      return "broken";
  }
  return "";
}

base::Result<crypto::Secret> new_totp_secret() {
  if (!ready()) return base::fail(ErrorKind::internal, "there is no source of random numbers");
  std::string bytes(kTotpSecretBytes, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return crypto::Secret(std::move(bytes));
}

std::string base32(std::string_view bytes) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    held = (held << 8 | static_cast<unsigned char>(c)) & 0xffff;  // at most 12 bits of it count
    for (bits += 8; bits >= 5; bits -= 5) out += kLetters[held >> (bits - 5) & 31];
  }
  if (bits > 0) out += kLetters[held << (5 - bits) & 31];
  return out;
}

std::string otpauth_uri(std::string_view secret, std::string_view issuer, std::string_view account,
                        const TotpRules& rules) {
  return fmt::format("otpauth://totp/{0}:{1}?secret={2}&issuer={0}&algorithm={3}&digits={4}&period={5}",
                     percent(issuer), percent(account), base32(secret), name_of(rules.hash), rules.digits,
                     kTotpPeriod);
}

base::Result<std::string> qr_svg(std::string_view text) {
  if (text.empty() || text.size() > kMaxOtpauthUri || text.find('\0') != std::string_view::npos)
    return base::fail(ErrorKind::input, fmt::format("no QR code is made of {} octets", text.size()), {},
                      "shorten the account's name");
  const std::unique_ptr<QRcode, FreeCode> code(
      QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_M));
  if (!code) return base::fail(ErrorKind::internal, "the QR code could not be made");
  const auto width = static_cast<unsigned>(code->width);
  const auto all = width + 2 * kQuiet;
  std::string path;
  for (unsigned y = 0; y < width; ++y) {
    for (unsigned x = 0; x < width;) {
      unsigned end = x;
      while (end < width && (code->data[y * width + end] & 1) != 0) ++end;
      if (end > x) path += fmt::format("M{} {}h{}v1H{}z", x + kQuiet, y + kQuiet, end - x, x + kQuiet);
      x = end + 1;
    }
  }
  return fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" shape-rendering="crispEdges">)"
      R"(<path fill="#fff" d="M0 0h{0}v{0}H0z"/><path fill="#000" d="{1}"/></svg>)",
      all, path);
}

std::optional<crypto::Secret> totp_code(std::string_view secret, std::int64_t step, const TotpRules& rules) {
  const bool usable = ready() && !secret.empty() && secret.size() <= kMaxTotpSecretBytes && step >= 0 &&
                      rules.digits >= kMinDigits && rules.digits <= kMaxDigits;
  if (!usable) return std::nullopt;
  int flags = 0;
  if (rules.hash == TotpHash::sha256) flags = OATH_TOTP_HMAC_SHA256;
  if (rules.hash == TotpHash::sha512) flags = OATH_TOTP_HMAC_SHA512;
  std::string out(kMaxDigits + 1, '\0');  // liboath writes a zero behind the digits
  if (oath_totp_generate2(secret.data(), secret.size(), static_cast<time_t>(step * kTotpPeriod),
                          static_cast<unsigned>(kTotpPeriod), 0, rules.digits, flags, out.data()) != OATH_OK)
    return std::nullopt;
  out.resize(rules.digits);
  return crypto::Secret(std::move(out));
}

TotpVerdict check_totp(std::string_view secret, std::string_view code, base::Time now,
                       std::optional<std::int64_t> last_step, const TotpRules& rules) {
  std::string digits;
  for (const char c : code.substr(0, 4 * std::size_t{kMaxDigits})) {
    if (c != ' ') digits += c;
  }
  if (code.size() > 4 * std::size_t{kMaxDigits} || digits.size() != rules.digits ||
      !base::parse_number(digits))
    return {.step = {}, .why = Why::malformed};
  const auto current = now.time_since_epoch().count() / kTotpPeriod;
  TotpVerdict verdict{.step = {}, .why = Why::wrong};
  for (auto step = current - kTotpDrift; step <= current + kTotpDrift; ++step) {
    if (step < 0) continue;
    const auto expected = totp_code(secret, step, rules);
    if (!expected) return {.step = {}, .why = Why::broken};
    if (!crypto::same_secret(*expected, digits) || verdict.step) continue;
    if (last_step && step <= *last_step) {
      verdict.why = Why::replayed;
    } else {
      verdict = {.step = step, .why = Why::none};
    }
  }
  return verdict;
}

}  // namespace rampart::accounts::factor
