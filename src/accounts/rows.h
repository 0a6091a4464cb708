// What the flows of accounts share of its tables: rows as values, and the few changes that several of them make. All within a
// transaction of the caller.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "accounts/accounts.h"
#include "accounts/factor/webauthn.h"
#include "accounts/log/audit_log.h"
#include "accounts/notice.h"
#include "accounts/session.h"
#include "accounts/sql.h"

namespace rampart::accounts {

// --- Accounts ---

struct AccountRow {
  std::string id;
  std::string address;  // of a first start that nobody has finished: "!" and the id
  std::string name;
  Role role = Role::helpdesk;
  Scope scope;
  std::string language;
  AccountState state = AccountState::invited;
  std::string password;      // encoded; empty: none
  std::string new_password;  // of an enrolment that is not finished
  std::string handle;        // WebAuthn's user handle, base64
  base::Time made{};
  base::Time changed{};
  long long signed_in = 0;

  [[nodiscard]] Standing standing() const { return {.id = id, .role = role, .scope = scope, .state = state}; }
  [[nodiscard]] std::string shown_address() const {
    return address.starts_with('!') ? std::string() : address;
  }
};
std::optional<AccountRow> account_row(soci::session& sql, const std::string& id);
std::optional<AccountRow> account_row_of(soci::session& sql, const std::string& address);
std::vector<AccountRow> account_rows(soci::session& sql);  // by address
Scope scope_of(soci::session& sql, const std::string& account, bool everything);
void set_scope(soci::session& sql, const std::string& account, const Scope& scope);
void set_state(soci::session& sql, const std::string& account, AccountState state, base::Time now);
// Held until the transaction ends, so that what is read behind it stays so (PostgreSQL; SQLite has one writer).
void lock_account(soci::session& sql, const std::string& id);
void lock_owners(soci::session& sql);
std::size_t active_owners(soci::session& sql);
void insert_account(soci::session& sql, const AccountRow& row);

// --- Factors ---

struct TotpRow {
  std::string id;
  std::string secret;  // sealed
  long long last_step = -1;
  long long added = 0;
  long long used = 0;
};
enum FactorStage : std::uint8_t { kOffered = 0, kConfirmed = 1, kCounts = 2 };
std::optional<TotpRow> totp_row(soci::session& sql, const std::string& account, FactorStage stage);

struct PasskeyRow {
  std::string id;
  std::string label;
  std::string site;
  bool suspect = false;
  long long added = 0;
  long long used = 0;
  factor::Passkey key;
};
std::vector<PasskeyRow> passkey_rows(soci::session& sql, const std::string& account, FactorStage stage);
// Why::conflict when some account has this credential.
Outcome<> insert_passkey(soci::session& sql, const std::string& account, FactorStage stage,
                         const PasskeyRow& row);
// Those that can be used to sign in: counting, not suspect, made for this site.
std::vector<PasskeyRow> usable_passkeys(soci::session& sql, const std::string& account,
                                        const std::string& site);

// --- Links ---

struct LinkRow {
  std::string id;
  std::string account;
  Purpose purpose = Purpose::invitation;
  base::Time expires{};
  std::string bound;  // the id of the session that it was opened in; empty: nobody has
};
std::optional<LinkRow> link_row(soci::session& sql, const std::string& id);
std::optional<LinkRow> link_of(soci::session& sql, const std::string& token);
// Those before it die.
base::Result<Link> make_link(soci::session& sql, const std::string& account, Purpose purpose,
                             base::Time expires, base::Time now);

// --- Ends ---

void end_sessions(soci::session& sql, const std::string& account, const std::string& but = {});
void end_links(soci::session& sql, const std::string& account);
void drop_unfinished(soci::session& sql, const std::string& account);  // factors and password of an enrolment
void drop_factors(soci::session& sql, const std::string& account);     // password and recovery codes, too
void drop_access(soci::session& sql,
                 const std::string& account);  // sessions, links, tokens, bindings, known browsers

// --- Telling ---

void tell(soci::session& sql, Notice::For whom, std::string kind, const AccountRow& about, std::string by,
          std::string detail, base::Time now);
// Whom it is about, and all owners.
void tell_all(soci::session& sql, const std::string& kind, const AccountRow& about, const std::string& by,
              const std::string& detail, base::Time now);
// An entry by somebody who is not signed in as anybody yet, about an account.
log::Entry entry_about(const AccountRow& account, const Client& client, std::string act);

// A refusal, as long as there were not kMostRefusals of them in this hour: strangers do not fill the disk by way of the log.
inline constexpr long long kMostRefusals = 1000;
base::Result<> log_refused(soci::session& sql, store::Backend backend, log::Entry entry, base::Time now);

// --- Sessions ---

std::string hash_of_device(const Client& client);  // empty where there is none
bool knows_device(soci::session& sql, const std::string& account, const std::string& device, base::Time now);
// Makes a session at `stage`.
base::Result<Opened> open_session(soci::session& sql, const AccountRow& account, Stage stage,
                                  const std::string& link, base::Time expires, const Client& client,
                                  base::Time now);
struct Proof {
  std::string by;     // factor's id, "oidc", "recovery"
  base::Time time{};  // when
};
// Gives it a new token and makes it full: rise of a pending or enrolling one, or step-up. Knows the browser from now on. Nothing when the
// session is not at that stage any more.
base::Result<std::optional<Opened>> rise(soci::session& sql, const AccountRow& account,
                                         const Session& session, const Policy& policy, const Proof& proof,
                                         const Client& client, base::Time now);

std::optional<Session> session_row(soci::session& sql, const std::string& id);
std::vector<Session> session_rows(soci::session& sql, const std::string& account, Stage stage);
struct HashedSession {
  Session session;
  std::string device;  // hash of the browser's cookie; empty: unknown
};
std::optional<HashedSession> session_of(soci::session& sql, const std::string& token);
// Whether it stands: neither over nor idle, and of an account at whose state its stage may be used.
bool stands(soci::session& sql, const Session& session, const Policy& policy, base::Time now);

// What stands in a JSON object of the log; text is kept printable.
std::string details(std::initializer_list<std::pair<std::string_view, std::string>> members);

}  // namespace rampart::accounts
