#include "accounts/oidc/provider.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "net/outgoing.h"

namespace rampart::accounts::oidc {
namespace {

using base::ErrorKind;

constexpr std::size_t kMaxId = 32;     // octets of a provider's id
constexpr std::size_t kMaxWord = 255;  // of a client's id, a scope, a context
constexpr std::size_t kMaxValue = 64;  // of a value of "amr"

// Kinds of evidence (NIST SP 800-63-3 section 4.3.1) by RFC 8176 section 2; what is not here counts for nothing by itself.
enum class Kind : unsigned char { known, held, inherent };
struct Evidence {
  std::string_view value;
  Kind kind;
};
constexpr std::array<Evidence, 11> kEvidence = {{{"pwd", Kind::known},
                                                 {"pin", Kind::known},
                                                 {"otp", Kind::held},
                                                 {"hwk", Kind::held},
                                                 {"swk", Kind::held},
                                                 {"sc", Kind::held},
                                                 {"face", Kind::inherent},
                                                 {"fpt", Kind::inherent},
                                                 {"iris", Kind::inherent},
                                                 {"retina", Kind::inherent},
                                                 {"vbm", Kind::inherent}}};
// Of these no number makes two factors, whatever an operator writes: knowledge, and what is no evidence of the person.
constexpr std::array<std::string_view, 8> kNeverTwo = {"pwd", "pin", "kba", "user",
                                                       "rba", "geo", "wia", "mca"};

bool is_value(std::string_view text) {
  return !text.empty() && text.size() <= kMaxValue && std::ranges::all_of(text, [](char c) {
    return base::is_alnum(c) || c == '-' || c == '_' || c == '.' || c == ':' || c == '/';
  });
}

// One word of printable ASCII, which no space parts.
bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kMaxWord &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

std::optional<std::string> by_default(std::span<const std::string> amr) {
  if (std::ranges::find(amr, "mfa") != amr.end()) return "amr mfa";
  std::array<std::string_view, 3> found{};
  for (const auto& value : amr) {
    const auto* evidence = std::ranges::find(kEvidence, std::string_view(value), &Evidence::value);
    if (evidence != kEvidence.end()) found[static_cast<std::size_t>(evidence->kind)] = evidence->value;
  }
  std::string out;
  int kinds = 0;
  for (const auto value : found) {
    if (value.empty()) continue;
    out += kinds++ == 0 ? fmt::format("amr {}", value) : fmt::format("+{}", value);
  }
  if (kinds < 2) return std::nullopt;
  return out;
}

}  // namespace

std::string_view to_string(SigningAlgorithm algorithm) {
  switch (algorithm) {
    case SigningAlgorithm::rs256:
      return "RS256";
    case SigningAlgorithm::ps256:
      return "PS256";
    case SigningAlgorithm::es256:
      return "ES256";
    case SigningAlgorithm::eddsa:
      return "EdDSA";
  }
  return "";
}

std::optional<SigningAlgorithm> parse_signing_algorithm(std::string_view text) {
  for (const auto algorithm :
       {SigningAlgorithm::rs256, SigningAlgorithm::ps256, SigningAlgorithm::es256, SigningAlgorithm::eddsa}) {
    if (text == to_string(algorithm)) return algorithm;
  }
  return std::nullopt;
}

std::optional<std::string> proof_of_two_factors(const SecondFactorRules& rules,
                                                std::span<const std::string> amr, std::string_view acr) {
  if (!acr.empty() && std::ranges::find(rules.contexts, acr) != rules.contexts.end())
    return fmt::format("acr {}", base::excerpt(acr, kMaxWord));
  if (rules.methods.empty()) return by_default(amr);
  for (const auto& method : rules.methods) {
    const auto values = base::split(method, '+');
    const bool all = std::ranges::all_of(values, [&](std::string_view value) {
      return !value.empty() && std::ranges::find(amr, value) != amr.end();
    });
    if (all && check_method_setting(method).empty()) return fmt::format("amr {}", method);
  }
  return std::nullopt;
}

std::string check_method_setting(std::string_view text) {
  const auto values = base::split(text, '+');
  if (!std::ranges::all_of(values, is_value)) return "is no value of amr, or several with + between";
  const bool never = std::ranges::all_of(
      values, [](std::string_view value) { return std::ranges::find(kNeverTwo, value) != kNeverTwo.end(); });
  return never ? "does not prove two factors" : "";
}

base::Result<> check_provider(const Provider& provider) {
  const auto refuse = [&](std::string_view member, std::string_view what, std::string hint = {}) {
    return base::fail(ErrorKind::config, std::string(what),
                      fmt::format("oidc.{}.{}", base::excerpt(provider.id, kMaxId), member), std::move(hint));
  };
  const bool plain =
      !provider.id.empty() && provider.id.size() <= kMaxId && std::ranges::all_of(provider.id, [](char c) {
        return base::is_digit(c) || (c >= 'a' && c <= 'z') || c == '-';
      });
  if (!plain) return refuse("id", "is no name of lower-case letters, digits and hyphens");
  if (provider.name.empty()) return refuse("name", "is missing", "say what stands on the button");
  if (auto url = net::check_https_url(provider.issuer); !url) return refuse("issuer", url.error().message());
  if (provider.issuer.find('?') != std::string::npos) return refuse("issuer", "an issuer has no query");
  if (!is_word(provider.client_id))
    return refuse("client_id", "is missing, or no word",
                  "the provider gives it when we are registered there");
  for (const auto& scope : provider.scopes) {
    if (!is_word(scope)) return refuse("scopes", "holds what is no word");
  }
  for (const auto& method : provider.second_factor.methods) {
    if (const auto fault = check_method_setting(method); !fault.empty())
      return refuse("amr", fmt::format("{} {}", base::excerpt(method, kMaxWord), fault));
  }
  for (const auto& context : provider.second_factor.contexts) {
    if (!is_word(context)) return refuse("acr", "holds what is no word");
  }
  if (provider.max_age < std::chrono::minutes(1) || provider.max_age > std::chrono::hours(24))
    return refuse("max_age", "is not between one minute and 24 hours");
  return {};
}

}  // namespace rampart::accounts::oidc
