#include "accounts/factor/client_data.h"

#include <algorithm>

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "accounts/factor/webauthn.h"
#include "base/base64url.h"
#include "base/json.h"
#include "base/text.h"

namespace rampart::accounts::factor {
namespace {

constexpr std::size_t kMaxJsonDepth = 8;
constexpr std::size_t kMaxTransport = 32;  // octets of "smart-card" and what comes

using boost::json::object;

std::optional<std::string> text(const object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(std::string_view(value->get_string()));
}

// A member in base64url of 1 to `limit` octets.
std::expected<std::string, std::string> bytes(const object& from, std::string_view name, std::size_t limit) {
  const auto* value = from.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::unexpected(fmt::format("{} is missing", name));
  const std::string_view encoded(value->get_string());
  if (encoded.size() > (limit * 4 + 2) / 3)
    return std::unexpected(fmt::format("{} has more than {} octets", name, limit));
  auto out = base::decode_base64url(encoded);
  if (!out || out->empty()) return std::unexpected(fmt::format("{} is no base64url", name));
  return *std::move(out);
}

std::expected<object, std::string> parse(std::string_view json, std::size_t limit, std::string_view what) {
  auto value = base::parse_json(json, what, {.max_bytes = limit, .max_depth = kMaxJsonDepth});
  if (!value) return std::unexpected(value.error().message());
  if (!value->is_object()) return std::unexpected(fmt::format("{} is no JSON object", what));
  return std::move(value->get_object());
}

std::vector<std::string> read_transports(const object& response) {
  std::vector<std::string> out;
  const auto* list = response.if_contains("transports");
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& item : list->get_array()) {
    if (!item.is_string() || out.size() == kMaxTransports) continue;
    std::string name(std::string_view(item.get_string()));
    const bool plain = !name.empty() && name.size() <= kMaxTransport &&
                       std::ranges::all_of(name, [](char c) { return base::is_alnum(c) || c == '-'; });
    if (plain) out.push_back(std::move(name));
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

std::expected<ClientData, std::string> read_client_data(std::string_view json) {
  // "UTF-8 decode" (7.1 step 5) takes a byte order mark off.
  if (json.starts_with("\xef\xbb\xbf")) json.remove_prefix(3);
  const auto data = TRY(parse(json, kMaxClientData, "the client data"));
  auto type = text(data, "type");
  auto challenge = text(data, "challenge");
  auto origin = text(data, "origin");
  if (!type || !challenge || !origin)
    return std::unexpected("the client data has no type, challenge or origin");
  ClientData out{.type = *std::move(type), .challenge = *std::move(challenge), .origin = *std::move(origin)};
  if (const auto* cross = data.if_contains("crossOrigin"); cross != nullptr) {
    if (!cross->is_bool()) return std::unexpected("crossOrigin is neither true nor false");
    out.cross_origin = cross->get_bool();
  }
  if (data.contains("topOrigin")) {
    out.top_origin = text(data, "topOrigin");
    if (!out.top_origin) return std::unexpected("topOrigin is no text");
  }
  return out;
}

std::expected<CeremonyAnswer, std::string> read_ceremony_answer(Ceremony ceremony, std::string_view json) {
  const auto body = TRY(parse(json, kMaxCeremonyBody, "the answer"));
  if (text(body, "type") != "public-key") return std::unexpected("type is not public-key");
  CeremonyAnswer out;
  // An id that is too long is a reason of its own, later.
  out.id = TRY(bytes(body, "rawId", 2 * kMaxCredentialId));
  if (text(body, "id") != base::encode_base64url(out.id)) return std::unexpected("id and rawId differ");
  const auto* inner = body.if_contains("response");
  if (inner == nullptr || !inner->is_object()) return std::unexpected("response is missing");
  const auto& response = inner->get_object();
  out.client_data = TRY(bytes(response, "clientDataJSON", kMaxClientData));
  if (ceremony == Ceremony::registration) {
    out.attestation_object = TRY(bytes(response, "attestationObject", kMaxAttestationObject));
    out.transports = read_transports(response);
    return out;
  }
  out.authenticator_data = TRY(bytes(response, "authenticatorData", kMaxAuthenticatorData));
  out.signature = TRY(bytes(response, "signature", kMaxSignature));
  // Absent, null, or (older browsers) empty: a key that keeps no account says none.
  const auto* handle = response.if_contains("userHandle");
  const bool named =
      handle != nullptr && !handle->is_null() && !(handle->is_string() && handle->get_string().empty());
  if (named) out.user_handle = TRY(bytes(response, "userHandle", 64));
  return out;
}

}  // namespace rampart::accounts::factor
