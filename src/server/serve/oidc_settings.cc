#include "server/serve/oidc_settings.h"

#include <array>

#include "base/text.h"
#include "crypto/private_file.h"
#include "server/settings.h"

namespace rampart::server {
namespace {

using base::Result;
using base::Setting;
using base::SettingType;

constexpr std::array<std::string_view, 4> kAlgorithms{"RS256", "PS256", "ES256", "EdDSA"};
constexpr std::int64_t kMostWords = 50;

constexpr std::array kSettings{
    Setting{
        .key = "oidc.issuer",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The OpenID Connect provider by which people may sign in, exactly as it says its issuer",
        .detail = "Its word counts when it proves two factors: see oidc.methods. Who may sign in is decided "
                  "here, by "
                  "accounts that were invited.",
        .value_name = "URL",
        .example = R"("https://login.bank.example/realms/staff")",
    },
    Setting{
        .key = "oidc.name",
        .type = SettingType::text,
        .standard = "\"Single sign-on\"",
        .brief = "What the button on the sign-in page says",
        .detail = {},
    },
    Setting{
        .key = "oidc.client_id",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The name by which the provider knows this server",
        .detail =
            "Its redirect address there is server.public_url with /api/v1/session/oidc/callback behind it.",
    },
    Setting{
        .key = "oidc.secret_file",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "A file with the client's secret; without one PKCE alone proves who asks",
        .detail = {},
        .value_name = "FILE",
    },
    Setting{
        .key = "oidc.algorithm",
        .type = SettingType::text,
        .standard = "\"RS256\"",
        .brief = "How the provider signs; what a token says of itself decides nothing",
        .detail = {},
        .choices = kAlgorithms,
    },
    Setting{
        .key = "oidc.methods",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Values of amr that prove two factors, such as mfa, or pwd+otp",
        .detail = "When it is empty, mfa, or two methods of different kinds.",
        .max = kMostWords,
        .example = R"(["mfa", "pwd+otp"])",
        .check = accounts::oidc::check_method_setting,
    },
    Setting{
        .key = "oidc.contexts",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Values of acr that mean two factors at this provider",
        .detail = {},
        .max = kMostWords,
    },
    Setting{
        .key = "oidc.allow_private",
        .type = SettingType::boolean,
        .standard = "false",
        .brief = "Whether the provider may have an address of a private network",
        .detail = {},
    },
    Setting{
        .key = "oidc.ca_file",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "Roots that its certificate is checked by, instead of the system's",
        .detail = {},
        .value_name = "FILE",
    },
};

}  // namespace

std::span<const Setting> oidc_settings() { return kSettings; }

Result<std::map<std::string, std::shared_ptr<accounts::oidc::Client>>> oidc_clients(
    const base::Config& config) {
  std::map<std::string, std::shared_ptr<accounts::oidc::Client>> out;
  if (config.text("oidc.issuer").empty()) return out;
  accounts::oidc::Provider provider{
      .id = std::string(kProviderId),
      .name = config.text("oidc.name"),
      .issuer = config.text("oidc.issuer"),
      .client_id = config.text("oidc.client_id"),
      .client_secret = {},
      .algorithm = *accounts::oidc::parse_signing_algorithm(config.text("oidc.algorithm")),
      .second_factor = {.methods = config.list("oidc.methods"), .contexts = config.list("oidc.contexts")},
      .allow_private = config.boolean("oidc.allow_private"),
      .ca_file = config.text("oidc.ca_file")};
  if (const auto& file = config.text("oidc.secret_file"); !file.empty())
    provider.client_secret = base::trim(TRY(crypto::read_private(file)).view());
  if (auto checked = accounts::oidc::check_provider(provider); !checked) {
    auto error = checked.error();
    return std::unexpected(of_setting(config, "oidc.issuer", std::move(error)));
  }
  const auto fetch = accounts::oidc::fetch_by_https(provider);
  out.emplace(provider.id, std::make_shared<accounts::oidc::Client>(provider, fetch));
  return out;
}

}  // namespace rampart::server
