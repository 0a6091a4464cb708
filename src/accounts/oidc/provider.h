// An OpenID Connect provider as the operator configured it, and when its word counts as two factors.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rampart::accounts::oidc {

// One for each provider, chosen by the operator: what a token's header says is compared with it and decides nothing (RFC 8725 section
// 3.1). Neither "none" nor HS* can be said.
enum class SigningAlgorithm : std::uint8_t { rs256, ps256, es256, eddsa };
std::string_view to_string(SigningAlgorithm algorithm);  // "RS256"
std::optional<SigningAlgorithm> parse_signing_algorithm(std::string_view text);

// What proves a second factor at the provider. Any one of these is enough; a token that has none of them is refused, whoever it is about.
//
// `methods`: combinations of "amr" values (RFC 8176), each "mfa" or "otp+pwd": all of its values must be there. Empty: kDefault, which is
//   - "mfa" alone: by RFC 8176 section 2 it says that more than one factor was used, and no other value does;
//   - two values of different kinds: something known (pwd, pin), something held (otp, hwk, swk, sc), something one is (face, fpt, iris,
//     retina, vbm).
// No other single value is enough: "hwk", "swk" and "otp" are possession alone, "fpt" may be the phone's lock or nothing, and "sc" does not
// say that a PIN was asked. "sms" and "tel" count for nothing by default (ASVS 5.0, 6.6.1), nor do "kba" (6.4.2), "mca" (several
// channels are not several factors), "geo", "rba", "user" and "wia". A provider with words of its own ("ngcmfa", "fido") needs them listed.
// `contexts`: "acr" values that mean two factors at this provider; none by default, since every provider has its own. They are asked
// for with acr_values and must come back.
struct SecondFactorRules {
  std::vector<std::string> methods{};
  std::vector<std::string> contexts{};
};
// What proved it: "amr mfa", "amr hwk+pin", "acr phrh"; nothing when nothing did.
std::optional<std::string> proof_of_two_factors(const SecondFactorRules& rules,
                                                std::span<const std::string> amr, std::string_view acr);
// What is wrong with such a combination, or nothing; as base::Setting::check.
std::string check_method_setting(std::string_view text);

// How long ago the person may have proven himself to the provider: it is asked for (max_age) and checked by auth_time.
inline constexpr std::chrono::seconds kMaxSignInAge = std::chrono::hours(1);  // our own

struct Provider {
  std::string id;      // of the configuration, in our URLs: "ministry"
  std::string name;    // on the button
  std::string issuer;  // exactly as the provider says it: "https://login.ministry.example/realms/staff"
  std::string client_id;
  std::string client_secret;  // empty: a public client, PKCE alone
  SigningAlgorithm algorithm = SigningAlgorithm::rs256;
  SecondFactorRules second_factor{};
  std::vector<std::string> scopes{};  // beside "openid"; "email" is not needed
  std::chrono::seconds max_age = kMaxSignInAge;
  bool allow_private = false;  // the issuer's own host may be on a private network
  std::string ca_file{};       // instead of the system's roots
};
// Whether everything is there and of its form: issuer and so on. Errors: kind config, `where` is the member.
base::Result<> check_provider(const Provider& provider);

}  // namespace rampart::accounts::oidc
