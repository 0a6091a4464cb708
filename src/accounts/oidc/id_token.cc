// An ID token judged: RFC 7515 and 7519 as OpenID Connect Core section 3.1.3.7 and RFC 8725 want them used.
#include <algorithm>
#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "accounts/oidc/sign_in.h"
#include "base/base64url.h"
#include "base/json.h"
#include "base/text.h"
#include "crypto/hmac.h"

namespace rampart::accounts::oidc {
namespace {

using Why = SignInRefusal::Why;
using boost::json::object;

constexpr std::size_t kShown = 200;  // octets of a stranger's text in a detail
constexpr std::size_t kMaxJsonDepth = 16;
constexpr double kLastTime = 253'402'300'799;  // the last second of the year 9999
constexpr std::size_t kMaxAudiences = 16;
constexpr std::size_t kMaxName = 255;  // octets of a name or an address that is shown

using Check = std::expected<void, SignInRefusal>;

std::unexpected<SignInRefusal> refuse(Why why, std::string detail) {
  return std::unexpected(SignInRefusal{why, std::move(detail)});
}

std::expected<object, SignInRefusal> read_object(std::string_view encoded, std::string_view what) {
  const auto json = base::decode_base64url(encoded);
  if (!json) return refuse(Why::malformed, fmt::format("the {} is no base64url", what));
  auto value = base::parse_json(*json, what, {.max_bytes = kMaxIdToken, .max_depth = kMaxJsonDepth});
  if (!value) return refuse(Why::malformed, value.error().message());
  if (!value->is_object()) return refuse(Why::malformed, fmt::format("the {} is no JSON object", what));
  return std::move(value->get_object());
}

// A NumericDate (RFC 7519 section 2), which may have a fraction.
std::optional<base::Time> time_member(const object& claims, std::string_view name) {
  const auto* value = claims.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const auto seconds = value->is_double() ? value->get_double() : value->to_number<double>();
  if (!(seconds >= 0 && seconds <= kLastTime)) return std::nullopt;
  return base::Time(std::chrono::seconds(static_cast<std::int64_t>(std::floor(seconds))));
}

std::vector<std::string> texts(const object& claims, std::string_view name, std::size_t limit) {
  std::vector<std::string> out;
  const auto* list = claims.if_contains(name);
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& item : list->get_array()) {
    if (item.is_string() && out.size() < limit) out.emplace_back(std::string_view(item.get_string()));
  }
  return out;
}

// Which key it is by, and that it is.
Check check_signature(const Provider& provider, const KeySet& keys, std::span<const std::string_view> parts) {
  const auto header = TRY(read_object(parts[0], "header of the token"));
  // RFC 8725 section 3.1: the token does not choose.
  const auto algorithm = base::text_member(header, "alg");
  if (algorithm != to_string(provider.algorithm) || keys.algorithm() != provider.algorithm)
    return refuse(Why::algorithm,
                  fmt::format("the token is signed with '{}', not with {}", base::excerpt(algorithm, kShown),
                              to_string(provider.algorithm)));
  // RFC 7515 section 4.1.11: what must be understood, and is not.
  if (header.contains("crit")) return refuse(Why::malformed, "the token has extensions that are not known");
  // RFC 8725 section 3.11: neither an access token ("at+jwt") nor one that ends sessions ("logout+jwt").
  if (header.contains("typ") && !base::iequals(base::text_member(header, "typ"), "JWT"))
    return refuse(Why::malformed, "the token is one of another kind");
  const auto id = base::text_member(header, "kid");
  if (header.contains("kid") && id.empty())
    return refuse(Why::malformed, "the name of the token's key is no text");
  const auto* key = keys.find(id);
  if (key == nullptr)
    return refuse(Why::key, fmt::format("the key '{}' is not the provider's", base::excerpt(id, kShown)));
  const auto signature = base::decode_base64url(parts[2]);
  if (!signature) return refuse(Why::malformed, "the signature is no base64url");
  const std::string_view signed_text(parts[0].data(), parts[0].size() + 1 + parts[1].size());
  if (!key->check(signed_text, *signature)) return refuse(Why::signature, "the signature is not by this key");
  return {};
}

Check check_parties(const Provider& provider, const object& claims) {
  if (const auto issuer = base::text_member(claims, "iss"); issuer != provider.issuer)
    return refuse(Why::issuer, fmt::format("the token is by '{}'", base::excerpt(issuer, kShown)));
  auto audience = texts(claims, "aud", kMaxAudiences);
  if (audience.empty()) audience.push_back(base::text_member(claims, "aud"));
  if (std::ranges::find(audience, provider.client_id) == audience.end())
    return refuse(Why::audience, "the token is not for us");
  const bool alone =
      std::ranges::all_of(audience, [&](const auto& one) { return one == provider.client_id; });
  if ((!alone || claims.contains("azp")) && base::text_member(claims, "azp") != provider.client_id)
    return refuse(Why::audience, "the token was made for another client");
  return {};
}

Check check_times(const object& claims, base::Time now) {
  const auto expires = time_member(claims, "exp");
  const auto issued = time_member(claims, "iat");
  if (!expires || !issued)
    return refuse(Why::malformed, "the token does not say when it was made and how long it counts");
  if (*expires + kClockSkew <= now) return refuse(Why::time, "the token counts no more");
  if (*issued > now + kClockSkew)
    return refuse(Why::time, "the token was made in the future: is the clock right?");
  if (*issued + kMaxTokenAge + kClockSkew < now) return refuse(Why::time, "the token was made too long ago");
  const auto from = time_member(claims, "nbf");
  if (claims.contains("nbf") && (!from || *from > now + kClockSkew))
    return refuse(Why::time, "the token does not count yet");
  return {};
}

// When the person proved himself: in this sign-in, not in one of last week that the provider remembers.
std::expected<base::Time, SignInRefusal> check_proven(const Provider& provider, const Attempt& attempt,
                                                      const object& claims, base::Time now) {
  const auto proven = time_member(claims, "auth_time");
  if (!proven) return refuse(Why::stale, "the token does not say when the person signed in (auth_time)");
  if (*proven > now + kClockSkew)
    return refuse(Why::time, "the person signed in in the future: is the clock right?");
  const auto oldest = attempt.fresh ? attempt.begun : now - provider.max_age;
  if (*proven + kClockSkew < oldest) return refuse(Why::stale, "the person signed in too long ago");
  return std::min(*proven, now);  // by a clock that is a little ahead of ours
}

std::string shown(const object& claims, std::string_view name) {
  auto text = base::text_member(claims, name);
  return text.size() <= kMaxName ? base::printable(text) : std::string();
}

}  // namespace

std::expected<Identity, SignInRefusal> check_id_token(const Provider& provider, const KeySet& keys,
                                                      const Attempt& attempt, std::string_view token,
                                                      base::Time now) {
  if (token.size() > kMaxIdToken) return refuse(Why::malformed, "the token is too long");
  const auto parts = base::split(token, '.');
  if (parts.size() != 3) return refuse(Why::malformed, "the token does not have three parts");
  TRY(check_signature(provider, keys, parts));
  const auto claims = TRY(read_object(parts[1], "token"));
  TRY(check_parties(provider, claims));
  TRY(check_times(claims, now));
  if (attempt.nonce.empty() || !crypto::same_secret(base::text_member(claims, "nonce"), attempt.nonce))
    return refuse(Why::nonce, "the token is of another attempt");
  auto subject = base::text_member(claims, "sub");
  if (subject.empty() || subject.size() > kMaxSubject || base::printable(subject) != subject)
    return refuse(Why::malformed, "the token does not say whom it is about");
  const auto proven = TRY(check_proven(provider, attempt, claims, now));
  auto proof = proof_of_two_factors(provider.second_factor, texts(claims, "amr", kMaxMethods),
                                    base::text_member(claims, "acr"));
  if (!proof) {
    const auto named = base::join(texts(claims, "amr", kMaxMethods), " ");
    return refuse(
        Why::second_factor,
        fmt::format("the provider does not say that two factors were proven (amr '{}', acr '{}')",
                    base::excerpt(named, kShown), base::excerpt(base::text_member(claims, "acr"), kShown)));
  }
  Identity out{
      .issuer = provider.issuer, .subject = std::move(subject), .proof = *std::move(proof), .proven = proven};
  out.name = shown(claims, "preferred_username");
  if (out.name.empty()) out.name = shown(claims, "name");
  const auto* verified = claims.if_contains("email_verified");
  if (verified != nullptr && verified->is_bool() && verified->get_bool()) out.email = shown(claims, "email");
  return out;
}

}  // namespace rampart::accounts::oidc
