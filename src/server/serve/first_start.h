// The link by which the first owner enrols. It is never logged: who reads logs is not who owns the server.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "accounts/desk.h"

namespace rampart::server {

inline constexpr std::string_view kLinkFile = "enrolment-link";  // in server.folder, 0600

// Where the file is; nothing where an owner exists, whose file is taken away. The link is handed to `show`, too, where that is not empty.
base::Result<std::optional<std::string>> first_start(accounts::Desk& desk, const std::string& public_url,
                                                     const std::string& folder,
                                                     const std::function<void(const std::string& link)>& show,
                                                     base::Time now);

}  // namespace rampart::server
