#include "cli/accounts_desk.h"

#include "cli/who.h"
#include "server/settings.h"
#include "server/setup/store_url.h"

namespace rampart::cli {

using base::ErrorKind;
using base::Result;

Result<AccountsDesk> open_accounts(Session& session) {
  const auto* config = TRY(session.config());
  const auto settings = TRY(server::read_server_settings(*config));
  AccountsDesk out;
  out.database = std::make_unique<store::Database>(
      TRY(server::open_known_store(*config, "the server makes it: rampart serve")));
  auto keys = TRY(accounts::Keys::open(settings.folder + "/accounts"));
  out.common.reset(
      new accounts::Common{.policy = {.public_url = settings.public_url}, .keys = std::move(keys)});
  out.desk.emplace(TRY(accounts::Desk::open(*out.database, *out.common)));
  return out;
}

accounts::Principal local_principal() {
  const auto name = who();
  return {.account = "local:" + name,
          .name = name,
          .role = accounts::Role::owner,
          .scope = {.everything = true},
          .by = accounts::Principal::By::local,
          .by_id = {}};
}

base::Error error_of(const accounts::Refused& refused) {
  return {ErrorKind::usage, refused.text, refused.where, refused.hint};
}

}  // namespace rampart::cli
