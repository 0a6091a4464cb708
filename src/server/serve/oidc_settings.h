// The settings of an identity provider by which people may sign in: "oidc.*", accounts/oidc/provider.h.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>

#include "accounts/oidc/client.h"
#include "base/config.h"

namespace rampart::server {

std::span<const base::Setting> oidc_settings();

inline constexpr std::string_view kProviderId = "sso";  // in our own addresses

// By id; empty where oidc.issuer is. Errors are of kind config, or about the file of the secret.
base::Result<std::map<std::string, std::shared_ptr<accounts::oidc::Client>>> oidc_clients(
    const base::Config& config);

}  // namespace rampart::server
