#include "guard/digest/link.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/base64url.h"
#include "base/text.h"
#include "crypto/hmac.h"
#include "crypto/ids.h"

namespace rampart::guard {
namespace {

constexpr std::size_t kParts = 4;
constexpr std::size_t kSignature = 64;  // hexadecimal digits of 32 octets

long long seconds(base::Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::string sign(const Link& link, const crypto::Secret& key) {
  return base::hex(
      crypto::hmac_sha256(key, fmt::format("1\n{}\n{}\n{}", link.id, seconds(link.until), link.recipient)));
}

}  // namespace

std::string format_link(const Link& link, const crypto::Secret& key) {
  if (!crypto::is_id(link.id) || link.recipient.empty() || link.recipient.size() > kMaxLinkRecipient ||
      key.empty())
    return {};
  return fmt::format("{}.{}.{}.{}", link.id, seconds(link.until), base::encode_base64url(link.recipient),
                     sign(link, key));
}

std::optional<Link> parse_link(std::string_view text) {
  if (text.size() > kMaxLink) return std::nullopt;
  const auto parts = base::split(text, '.');
  if (parts.size() != kParts || !crypto::is_id(parts[0]) || parts[3].size() != kSignature)
    return std::nullopt;
  const auto until = base::parse_number(parts[1]);
  if (!until || parts[1].starts_with('0') || *until > std::numeric_limits<std::uint32_t>::max())
    return std::nullopt;
  auto recipient = base::decode_base64url(parts[2]);
  if (!recipient || recipient->empty() || recipient->size() > kMaxLinkRecipient) return std::nullopt;
  const bool digits =
      std::ranges::all_of(parts[3], [](char c) { return base::is_digit(c) || (c >= 'a' && c <= 'f'); });
  if (!digits) return std::nullopt;
  return Link{.id = std::string(parts[0]),
              .recipient = *std::move(recipient),
              .until = base::Time(std::chrono::seconds(*until)),
              .signature = std::string(parts[3])};
}

bool is_ours(const Link& link, const crypto::Secret& key) {
  return !key.empty() && crypto::same_secret(sign(link, key), link.signature);
}

}  // namespace rampart::guard
