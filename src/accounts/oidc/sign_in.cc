#include "accounts/oidc/sign_in.h"

#include <algorithm>
#include <map>

#include <boost/json/object.hpp>
#include <fmt/format.h>
#include <sodium.h>

#include "base/base64url.h"
#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/hmac.h"

namespace rampart::accounts::oidc {
namespace {

using Why = SignInRefusal::Why;

constexpr std::size_t kRandom = 32;  // octets; RFC 7636 section 7.1 asks for 32
constexpr std::size_t kShown = 200;  // octets of a stranger's text in a detail
constexpr std::size_t kMaxParameters = 32;

std::unexpected<SignInRefusal> refuse(Why why, std::string detail) {
  return std::unexpected(SignInRefusal{why, std::move(detail)});
}

// application/x-www-form-urlencoded, of names and values that are ours or the provider's.
std::string encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (base::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

using Pairs = std::vector<std::pair<std::string_view, std::string>>;
std::string form(const Pairs& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs)
    out += fmt::format("{}{}={}", out.empty() ? "" : "&", name, encode(value));
  return out;
}

int hex_digit(char c) {
  if (base::is_digit(c)) return c - '0';
  const char low = base::to_lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (text.size() - i < 3 || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0) return std::nullopt;
    out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return out;
}

// Names and values; nothing when it is no query, or a name stands there twice (RFC 6749 section 3.1).
std::optional<std::map<std::string, std::string>> read_query(std::string_view query) {
  if (query.starts_with('?')) query.remove_prefix(1);
  if (query.size() > kMaxCallbackQuery) return std::nullopt;
  std::map<std::string, std::string> out;
  for (const auto part : base::split(query, '&')) {
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    auto name = decode(part.substr(0, equals));
    auto value = decode(part.substr(std::min(equals + 1, part.size())));
    if (!name || !value || out.size() == kMaxParameters) return std::nullopt;
    if (!out.emplace(*std::move(name), *std::move(value)).second) return std::nullopt;
  }
  return out;
}

std::string join(std::string first, const std::vector<std::string>& more) {
  for (const auto& word : more) first += (first.empty() ? "" : " ") + word;
  return first;
}

}  // namespace

std::string_view to_string(Why why) {
  switch (why) {
    case Why::malformed:
      return "malformed";
    case Why::expired:
      return "expired";
    case Why::state:
      return "state";
    case Why::denied:
      return "denied";
    case Why::issuer:
      return "issuer";
    case Why::audience:
      return "audience";
    case Why::algorithm:
      return "algorithm";
    case Why::key:
      return "key";
    case Why::signature:
      return "signature";
    case Why::time:
      return "time";
    case Why::nonce:
      return "nonce";
    case Why::stale:
      return "stale";
    case Why::second_factor:
      return "second_factor";
    case Why::unavailable:
      return "unavailable";
  }
  return "";
}

base::Result<Attempt> new_attempt(std::string_view provider, base::Time now, bool fresh) {
  if (sodium_init() < 0) return base::fail(base::ErrorKind::internal, "there is no source of random numbers");
  const auto random = [] {
    std::string bytes(kRandom, '\0');
    randombytes_buf(bytes.data(), bytes.size());
    return base::encode_base64url(bytes);
  };
  return Attempt{.provider = std::string(provider),
                 .state = random(),
                 .nonce = random(),
                 .verifier = random(),
                 .begun = now,
                 .fresh = fresh};
}

std::string authorization_url(const Provider& provider, const Metadata& metadata,
                              std::string_view redirect_uri, const Attempt& attempt) {
  Pairs pairs = {{"response_type", "code"},
                 {"client_id", provider.client_id},
                 {"redirect_uri", std::string(redirect_uri)},
                 {"scope", join("openid", provider.scopes)},
                 {"state", attempt.state},
                 {"nonce", attempt.nonce},
                 {"code_challenge", base::encode_base64url(crypto::sha256(attempt.verifier))},
                 {"code_challenge_method", "S256"},
                 {"max_age", std::to_string(attempt.fresh ? 0 : provider.max_age.count())}};
  if (attempt.fresh) pairs.emplace_back("prompt", "login");
  if (!provider.second_factor.contexts.empty())
    pairs.emplace_back("acr_values", join({}, provider.second_factor.contexts));
  const auto& endpoint = metadata.authorization_endpoint;
  const char* const mark = endpoint.find('?') == std::string::npos ? "?" : "&";
  return endpoint + mark + form(pairs);
}

std::expected<std::string, SignInRefusal> read_callback(const Provider& provider, const Metadata& metadata,
                                                        const Attempt& attempt, std::string_view query,
                                                        base::Time now) {
  const auto pairs = read_query(query);
  if (!pairs) return refuse(Why::malformed, "the answer is no query");
  const auto value = [&](const std::string& name) {
    const auto found = pairs->find(name);
    return found == pairs->end() ? std::string() : found->second;
  };
  if (attempt.state.empty() || !crypto::same_secret(value("state"), attempt.state))
    return refuse(Why::state, "the answer is to another attempt");
  if (now < attempt.begun - kClockSkew || now > attempt.begun + kAttemptTime)
    return refuse(Why::expired, "the attempt was begun too long ago");
  // RFC 9207 section 2.4: before anything else in it is believed.
  if (pairs->contains("iss") ? value("iss") != provider.issuer : metadata.names_itself)
    return refuse(Why::issuer, fmt::format("the answer is by '{}'", base::excerpt(value("iss"), kShown)));
  if (pairs->contains("error")) {
    const auto why = value("error_description");
    return refuse(Why::denied, base::excerpt(value("error") + (why.empty() ? "" : ": ") + why, kShown));
  }
  auto code = value("code");
  if (code.empty() || code.size() > kMaxCode) return refuse(Why::malformed, "the answer has no code");
  return code;
}

TokenRequest token_request(const Provider& provider, const Metadata& metadata, std::string_view redirect_uri,
                           const Attempt& attempt, std::string_view code) {
  TokenRequest out{.url = metadata.token_endpoint,
                   .headers = {"Content-Type: application/x-www-form-urlencoded", "Accept: application/json"},
                   .body = {}};
  Pairs pairs = {{"grant_type", "authorization_code"},
                 {"code", std::string(code)},
                 {"redirect_uri", std::string(redirect_uri)},
                 {"code_verifier", attempt.verifier}};
  if (!provider.client_secret.empty() && !metadata.secret_in_body) {
    // RFC 6749 section 2.3.1: both encoded as in a form, then as in RFC 7617.
    out.headers.push_back("Authorization: Basic " + base::encode_base64(encode(provider.client_id) + ':' +
                                                                        encode(provider.client_secret)));
  } else {
    pairs.emplace_back("client_id", provider.client_id);
    if (!provider.client_secret.empty()) pairs.emplace_back("client_secret", provider.client_secret);
  }
  out.body = form(pairs);
  return out;
}

std::expected<std::string, SignInRefusal> read_token_answer(long status, std::string_view body) {
  const auto value = base::parse_json(body, "token answer", {.max_bytes = kMaxDocument, .max_depth = 16});
  const bool is_object = value && value->is_object();
  if (status >= 400 && status < 500) {
    const auto error = is_object ? base::text_member(value->get_object(), "error") : std::string();
    return refuse(Why::denied, fmt::format("the provider does not take the code: status {} {}", status,
                                           base::excerpt(error, kShown)));
  }
  if (status != 200)
    return refuse(Why::unavailable, fmt::format("the token endpoint answered with status {}", status));
  if (!is_object)
    return refuse(Why::malformed, value ? "the token answer is no JSON object" : value.error().message());
  auto token = base::text_member(value->get_object(), "id_token");
  if (token.empty() || token.size() > kMaxIdToken)
    return refuse(Why::malformed, "the token answer has no ID token");
  return token;
}

}  // namespace rampart::accounts::oidc
