#include "accounts/rows.h"

#include <algorithm>

#include "accounts/secrets.h"
#include "base/json.h"
#include "base/text.h"

namespace rampart::accounts {
namespace {

const std::string kAccountColumns =
    "SELECT id, address, name, role, everything, language, state, password, new_password, handle, made, "
    "changed,"
    " signed_in FROM accounts_account ";

template <class... Use>
std::vector<AccountRow> read_accounts(soci::session& sql, const std::string& tail, const Use&... use) {
  std::vector<AccountRow> out;
  AccountRow row;
  std::string role;
  std::string state;
  long long everything = 0;
  long long made = 0;
  long long changed = 0;
  each(
      sql, kAccountColumns + tail,
      std::tie(row.id, row.address, row.name, role, everything, row.language, state, row.password,
               row.new_password, row.handle, made, changed, row.signed_in),
      [&] {
        // Words of a newer program are the least that there is.
        row.role = parse_role(role).value_or(Role::helpdesk);
        row.state = parse_account_state(state).value_or(AccountState::disabled);
        row.scope.everything = everything != 0;
        row.made = time_of(made);
        row.changed = time_of(changed);
        out.push_back(row);
      },
      use...);
  for (auto& one : out) one.scope = scope_of(sql, one.id, one.scope.everything);
  return out;
}

std::optional<AccountRow> only(std::vector<AccountRow> rows) {
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

}  // namespace

std::optional<AccountRow> account_row(soci::session& sql, const std::string& id) {
  return only(read_accounts(sql, "WHERE id = :id", id));
}

std::optional<AccountRow> account_row_of(soci::session& sql, const std::string& address) {
  return only(read_accounts(sql, "WHERE address = :address", address));
}

std::vector<AccountRow> account_rows(soci::session& sql) { return read_accounts(sql, "ORDER BY address"); }

Scope scope_of(soci::session& sql, const std::string& account, bool everything) {
  Scope out{.everything = everything};
  std::string organisation;
  each(
      sql, "SELECT organisation FROM accounts_scope WHERE account = :account ORDER BY organisation",
      std::tie(organisation), [&] { out.organisations.push_back(organisation); }, account);
  return out;
}

void set_scope(soci::session& sql, const std::string& account, const Scope& scope) {
  const long long everything = scope.everything ? 1 : 0;
  change(sql, "UPDATE accounts_account SET everything = :everything WHERE id = :id", everything, account);
  change(sql, "DELETE FROM accounts_scope WHERE account = :account", account);
  for (const auto& organisation : scope.organisations)
    change(sql,
           "INSERT INTO accounts_scope (account, organisation) VALUES (:account, :organisation)"
           " ON CONFLICT (account, organisation) DO NOTHING",
           account, organisation);
}

void set_state(soci::session& sql, const std::string& account, AccountState state, base::Time now) {
  change(sql, "UPDATE accounts_account SET state = :state, changed = :changed WHERE id = :id",
         std::string(to_string(state)), seconds(now), account);
}

void lock_account(soci::session& sql, const std::string& id) {
  change(sql, "UPDATE accounts_account SET changed = changed WHERE id = :id", id);
}

void lock_owners(soci::session& sql) {
  change(sql, "UPDATE accounts_account SET changed = changed WHERE role = 'owner'");
}

std::size_t active_owners(soci::session& sql) {
  return static_cast<std::size_t>(number(
      sql,
      "SELECT COUNT(*) FROM accounts_account WHERE role = 'owner' AND state = 'active' AND everything = 1"));
}

void insert_account(soci::session& sql, const AccountRow& row) {
  change(sql,
         "INSERT INTO accounts_account (id, address, name, role, everything, language, state, password, "
         "new_password,"
         " handle, made, changed, signed_in) VALUES (:id, :address, :name, :role, 0, :language, :state, "
         ":password,"
         " :new_password, :handle, :made, :changed, 0)",
         row.id, row.address, row.name, std::string(to_string(row.role)), row.language,
         std::string(to_string(row.state)), row.password, row.new_password, row.handle, seconds(row.made),
         seconds(row.changed));
  set_scope(sql, row.id, row.scope);
}

std::optional<TotpRow> totp_row(soci::session& sql, const std::string& account, FactorStage stage) {
  TotpRow row;
  const auto at = static_cast<long long>(stage);
  if (!first(sql,
             "SELECT id, secret, last_step, added, used FROM accounts_totp WHERE account = :account AND "
             "stage = :stage",
             std::tie(row.id, row.secret, row.last_step, row.added, row.used), account, at))
    return std::nullopt;
  return row;
}

std::vector<PasskeyRow> passkey_rows(soci::session& sql, const std::string& account, FactorStage stage) {
  std::vector<PasskeyRow> out;
  PasskeyRow row;
  std::string id;
  std::string key;
  std::string aaguid;
  std::string transports;
  long long algorithm = 0;
  long long count = 0;
  long long verified = 0;
  long long eligible = 0;
  long long backed_up = 0;
  long long suspect = 0;
  const auto at = static_cast<long long>(stage);
  each(
      sql,
      "SELECT id, credential, public_key, algorithm, sign_count, verified, eligible, backed_up, aaguid, "
      "transports,"
      " attestation, site, label, suspect, added, used FROM accounts_passkey WHERE account = :account AND "
      "stage = :stage"
      " ORDER BY added, id",
      std::tie(row.id, id, key, algorithm, count, verified, eligible, backed_up, aaguid, transports,
               row.key.attestation, row.site, row.label, suspect, row.added, row.used),
      [&] {
        row.key.id = base::decode_base64(id).value_or(std::string());
        row.key.public_key = base::decode_base64(key).value_or(std::string());
        row.key.aaguid = base::decode_base64(aaguid).value_or(std::string());
        row.key.algorithm = static_cast<factor::Algorithm>(algorithm);
        row.key.sign_count = static_cast<std::uint32_t>(count);
        row.key.uv = verified != 0;
        row.key.backup_eligible = eligible != 0;
        row.key.backed_up = backed_up != 0;
        row.suspect = suspect != 0;
        row.key.transports.clear();
        for (const auto one : base::split(transports, ' '))
          if (!one.empty()) row.key.transports.emplace_back(one);
        out.push_back(row);
      },
      account, at);
  return out;
}

Outcome<> insert_passkey(soci::session& sql, const std::string& account, FactorStage stage,
                         const PasskeyRow& row) {
  const auto flag = [](bool one) { return one ? 1LL : 0LL; };
  const auto made =
      change(sql,
             "INSERT INTO accounts_passkey (id, account, stage, credential, public_key, algorithm, "
             "sign_count, verified,"
             " eligible, backed_up, aaguid, transports, attestation, site, label, suspect, added, used) "
             "VALUES (:id, :account,"
             " :stage, :credential, :key, :algorithm, :count, :verified, :eligible, :backed_up, :aaguid, "
             ":transports,"
             " :attestation, :site, :label, 0, :added, 0) ON CONFLICT (credential) DO NOTHING",
             row.id, account, static_cast<long long>(stage), base::encode_base64(row.key.id),
             base::encode_base64(row.key.public_key), static_cast<long long>(row.key.algorithm),
             static_cast<long long>(row.key.sign_count), flag(row.key.uv), flag(row.key.backup_eligible),
             flag(row.key.backed_up), base::encode_base64(row.key.aaguid),
             base::join(row.key.transports, " "), row.key.attestation, row.site, row.label, row.added);
  if (made == 1) return {};
  return refuse(Why::conflict, "this key is enrolled already", "credential",
                "use another key, or remove it there first");
}

std::vector<PasskeyRow> usable_passkeys(soci::session& sql, const std::string& account,
                                        const std::string& site) {
  auto rows = passkey_rows(sql, account, kCounts);
  std::erase_if(rows, [&](const PasskeyRow& row) { return row.suspect || row.site != site; });
  return rows;
}

void end_sessions(soci::session& sql, const std::string& account, const std::string& but) {
  change(sql,
         "DELETE FROM accounts_challenge WHERE session IN (SELECT id FROM accounts_session WHERE account = "
         ":account AND"
         " id <> :but)",
         account, but);
  change(sql, "DELETE FROM accounts_session WHERE account = :account AND id <> :but", account, but);
}

void end_links(soci::session& sql, const std::string& account) {
  change(sql, "DELETE FROM accounts_link WHERE account = :account", account);
  change(sql, "DELETE FROM accounts_session WHERE account = :account AND stage = 'enrolling'", account);
  drop_unfinished(sql, account);
}

void drop_unfinished(soci::session& sql, const std::string& account) {
  change(sql, "DELETE FROM accounts_totp WHERE account = :account AND stage < 2", account);
  change(sql, "DELETE FROM accounts_passkey WHERE account = :account AND stage < 2", account);
  change(sql, "UPDATE accounts_account SET new_password = '' WHERE id = :account", account);
}

void drop_factors(soci::session& sql, const std::string& account) {
  for (const auto* table : {"accounts_totp", "accounts_passkey", "accounts_recovery"})
    change(sql, std::string("DELETE FROM ") + table + " WHERE account = :account", account);
  change(sql, "UPDATE accounts_account SET password = '', new_password = '' WHERE id = :account", account);
}

void drop_access(soci::session& sql, const std::string& account) {
  end_sessions(sql, account);
  end_links(sql, account);
  for (const auto* table : {"accounts_token", "accounts_identity", "accounts_device"})
    change(sql, std::string("DELETE FROM ") + table + " WHERE account = :account", account);
}

std::string details(std::initializer_list<std::pair<std::string_view, std::string>> members) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  for (const auto& [name, text] : members) json.member(name, base::excerpt(text, log::kMaxText));
  json.end_object();
  return out;
}

log::Entry entry_about(const AccountRow& account, const Client& client, std::string act) {
  return {.account = account.id,
          .name = account.shown_address(),
          .by = "none",
          .by_id = {},
          .address = client.address,
          .act = std::move(act),
          .object = account.id};
}

base::Result<> log_refused(soci::session& sql, store::Backend backend, log::Entry entry, base::Time now) {
  const std::string name = "log-refusals";
  const auto hour = seconds(std::chrono::floor<std::chrono::hours>(now));
  change(
      sql,
      "INSERT INTO accounts_limit (name, tries, last, until) VALUES (:name, 1, :hour, 0) ON CONFLICT (name) "
      "DO UPDATE"
      " SET tries = CASE WHEN accounts_limit.last = excluded.last THEN accounts_limit.tries + 1 ELSE 1 END,"
      " last = excluded.last",
      name, hour);
  const auto refused = number(sql, "SELECT tries FROM accounts_limit WHERE name = :name", name);
  if (refused > kMostRefusals + 1) return {};
  // The last one says that there are more.
  if (refused > kMostRefusals)
    entry = {.by = "system", .act = "session.refused-many", .outcome = log::Done::refused};
  TRY(log::append(sql, backend, std::move(entry), now));
  return {};
}

std::string hash_of_device(const Client& client) {
  return is_secret(client.device) ? hash_of_secret(client.device) : std::string();
}

bool knows_device(soci::session& sql, const std::string& account, const std::string& device, base::Time now) {
  if (device.empty()) return false;
  return number(sql,
                "SELECT COUNT(*) FROM accounts_device WHERE hash = :hash AND account = :account AND expires "
                "> :now",
                device, account, seconds(now)) != 0;
}

}  // namespace rampart::accounts
