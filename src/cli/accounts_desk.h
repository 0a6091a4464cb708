// What the commands on the host stand on: the store, the keys of accounts, and who gave the command.
#pragma once

#include <memory>
#include <optional>

#include "accounts/desk.h"
#include "cli/session.h"

namespace rampart::cli {

struct AccountsDesk {
  std::unique_ptr<store::Database> database;
  std::unique_ptr<accounts::Common> common;
  std::optional<accounts::Desk> desk;
};

// Of the store and the folder that the configuration names, as `rampart serve` uses them. The authority of these commands is the
// permission to read those files. Errors: there is no store yet; the files are another user's.
base::Result<AccountsDesk> open_accounts(Session& session);
// Who may everything on this machine: the user who gave the command.
accounts::Principal local_principal();

// What was refused, as an error of this command.
base::Error error_of(const accounts::Refused& refused);

}  // namespace rampart::cli
