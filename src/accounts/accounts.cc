#include "accounts/accounts.h"

#include <algorithm>

#include "accounts/account_view.h"
#include "accounts/secrets.h"
#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::accounts {
namespace {

using base::Result;

constexpr std::size_t kEtagLetters = 16;
constexpr std::size_t kMostListed = 1000;

bool fits(const AccountRow& row, const AccountFilter& filter) {
  if (filter.role && row.role != *filter.role) return false;
  if (filter.state && row.state != *filter.state) return false;
  if (!filter.organisation.empty() && !row.scope.covers(filter.organisation)) return false;
  if (filter.text.empty()) return true;
  const auto text = base::lower(filter.text);
  return base::lower(row.address).find(text) != std::string::npos ||
         base::lower(row.name).find(text) != std::string::npos;
}

bool may_see(const Principal& asker, const AccountRow& row) {
  return judge(asker, Act::see, row.standing(), std::nullopt, 0, {}).has_value();
}

std::string scope_text(const Scope& scope) {
  return scope.everything ? std::string("*") : base::join(scope.organisations, " ");
}

// A token does nothing that its account may not; one that was made for more ends, so that a later rise does not wake it.
std::size_t end_tokens_beyond(soci::session& sql, const std::string& account, Role role, const Scope& scope) {
  std::vector<std::string> over;
  std::string id;
  std::string granted;
  std::string organisations;
  each(
      sql, "SELECT id, granted, organisations FROM accounts_token WHERE account = :account",
      std::tie(id, granted, organisations),
      [&] {
        const bool kept = std::ranges::all_of(base::split(granted, ' '),
                                              [&](std::string_view word) {
                                                const auto one = parse_permission(word);
                                                return one && may(role, *one) &&
                                                       (!is_system_wide(*one) || scope.everything);
                                              }) &&
                          (organisations.empty() ||
                           std::ranges::all_of(base::split(organisations, ' '),
                                               [&](std::string_view one) { return scope.covers(one); }));
        if (!kept) over.push_back(id);
      },
      account);
  for (const auto& one : over) change(sql, "DELETE FROM accounts_token WHERE id = :id", one);
  return over.size();
}

Outcome<> check_names(const AccountChange& wanted) {
  if (wanted.name && (wanted.name->size() > kMaxName || base::printable(*wanted.name) != *wanted.name))
    return refuse(Why::invalid,
                  fmt::format("a name has at most {} bytes, and no control characters", kMaxName), "name");
  if (wanted.language && !is_language(*wanted.language))
    return refuse(Why::invalid, "the console speaks en and ur", "language");
  return {};
}

Outcome<> check_organisations(soci::session& sql, const Scope& scope) {
  for (const auto& one : scope.organisations)
    if (number(sql, "SELECT COUNT(*) FROM accounts_organisation WHERE id = :id", one) == 0)
      return refuse(Why::invalid, "there is no such organisation", "organisations");
  return {};
}

Scope tidy(Scope scope) {
  std::ranges::sort(scope.organisations);
  scope.organisations.erase(std::ranges::unique(scope.organisations).begin(), scope.organisations.end());
  if (scope.everything) scope.organisations.clear();
  return scope;
}

// What was different before, for the log.
std::string changes_of(const AccountRow& before, const AccountRow& after) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  const auto add = [&](std::string_view name, std::string_view from, std::string_view to) {
    if (from != to) json.key(name).begin_array().value(from).value(to).end_array();
  };
  add("role", to_string(before.role), to_string(after.role));
  add("scope", base::excerpt(scope_text(before.scope), log::kMaxText),
      base::excerpt(scope_text(after.scope), log::kMaxText));
  add("name", before.name, after.name);
  add("language", before.language, after.language);
  json.end_object();
  return out;
}

// Disables or enables; both are written as acts of their own.
Result<> set_disabled(soci::session& sql, store::Backend backend, const Principal& asker, AccountRow& row,
                      bool disabled, base::Time now) {
  if (disabled) {
    end_sessions(sql, row.id);
    end_links(sql, row.id);
    row.state = AccountState::disabled;
  } else {
    // Without factors (it was disabled before it enrolled, or was reset) there is nothing to sign in with.
    row.state = row.password.empty() ? AccountState::must_re_enrol : AccountState::active;
  }
  set_state(sql, row.id, row.state, now);
  TRY(log::append(sql, backend, log::entry_of(asker, disabled ? "account.disable" : "account.enable", row.id),
                  now));
  return {};
}

}  // namespace

std::string etag_of(const AccountRow& row) {
  return base::hex(crypto::sha256(fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", row.id, row.address, row.name,
                                              to_string(row.role), scope_text(row.scope), row.language,
                                              to_string(row.state))))
      .substr(0, kEtagLetters);
}

Refusing no_such_account() { return refuse(Why::missing, "there is no such account"); }

Account view_of(soci::session& sql, const AccountRow& row) {
  Account out{.id = row.id,
              .address = row.shown_address(),
              .name = row.name,
              .role = row.role,
              .scope = row.scope,
              .language = row.language,
              .state = row.state,
              .made = row.made,
              .changed = row.changed,
              .etag = etag_of(row)};
  if (row.signed_in != 0) out.last_sign_in = time_of(row.signed_in);
  if (const auto until =
          number(sql, "SELECT COALESCE(MAX(expires), 0) FROM accounts_link WHERE account = :account", row.id);
      until != 0)
    out.link_until = time_of(until);
  out.totp = totp_row(sql, row.id, kCounts).has_value();
  out.keys = passkey_rows(sql, row.id, kCounts).size();
  out.codes_left = static_cast<std::size_t>(
      number(sql, "SELECT COUNT(*) FROM accounts_recovery WHERE account = :account", row.id));
  return out;
}

Outcome<AccountRow> account_for(soci::session& sql, const Principal& asker, Act act, const std::string& id,
                                const std::optional<Standing>& after, const std::string& etag,
                                base::Time now) {
  lock_owners(sql);
  lock_account(sql, id);
  auto row = account_row(sql, id);
  if (!row) return no_such_account();
  if (auto may = judge(asker, act, row->standing(), after, active_owners(sql), now); !may)
    return refuse(may.error());
  if (!etag.empty() && etag != etag_of(*row))
    return refuse(Why::changed, "somebody changed the account since you read it", {}, "read it again");
  return *std::move(row);
}

Result<std::vector<Account>> Accounts::list(const Principal& asker, const AccountFilter& filter) {
  return database_->run([&](soci::session& sql) {
    std::vector<Account> out;
    const auto most = std::min(filter.most, kMostListed);
    for (const auto& row : account_rows(sql)) {
      if (out.size() == most) break;
      if (row.address <= filter.after || row.shown_address().empty()) continue;
      if (fits(row, filter) && may_see(asker, row)) out.push_back(view_of(sql, row));
    }
    return out;
  });
}

Result<std::optional<Account>> Accounts::find(const Principal& asker, const std::string& id) {
  return database_->run([&](soci::session& sql) -> std::optional<Account> {
    const auto row = account_row(sql, id);
    if (!row || !may_see(asker, *row)) return std::nullopt;
    return view_of(sql, *row);
  });
}

Result<std::optional<Account>> Accounts::find_by_address(const Principal& asker, const std::string& address) {
  const auto name = login_name(address);
  if (!name) return std::nullopt;
  return database_->run([&](soci::session& sql) -> std::optional<Account> {
    const auto row = account_row_of(sql, *name);
    if (!row || !may_see(asker, *row)) return std::nullopt;
    return view_of(sql, *row);
  });
}

Result<std::optional<Account>> Accounts::own(const std::string& id) {
  return database_->run([&](soci::session& sql) -> std::optional<Account> {
    const auto row = account_row(sql, id);
    if (!row) return std::nullopt;
    return view_of(sql, *row);
  });
}

Result<std::size_t> Accounts::owners() {
  return database_->run([&](soci::session& sql) { return active_owners(sql); });
}

Result<Outcome<Account>> Accounts::change(const Principal& asker, const std::string& id,
                                          const AccountChange& wanted, base::Time now) {
  if (auto good = check_names(wanted); !good) return refuse(good.error());
  return database_->transact([&](soci::session& sql) -> Result<Outcome<Account>> {
    const auto backend = database_->backend();
    lock_owners(sql);
    lock_account(sql, id);
    auto row = account_row(sql, id);
    if (!row) return no_such_account();
    // First what it is to become, so that all of it is judged before any of it is done.
    auto after = *row;
    after.role = wanted.role.value_or(row->role);
    after.scope = wanted.scope ? tidy(*wanted.scope) : row->scope;
    after.name = wanted.name.value_or(row->name);
    after.language = wanted.language.value_or(row->language);
    const bool granted = after.role != row->role || scope_text(after.scope) != scope_text(row->scope);
    const bool named = after.name != row->name || after.language != row->language;
    const auto standing = granted ? std::optional(after.standing()) : std::nullopt;
    // A state is changed only when it is another: to disable twice is no fault.
    const bool stopped = row->state == AccountState::disabled;
    const bool turns = wanted.disabled && *wanted.disabled != stopped;
    if (granted || named || !turns) {
      auto may = account_for(sql, asker, Act::change, id, standing, wanted.etag, now);
      if (!may) return refuse(may.error());
    }
    if (turns) {
      auto may = account_for(sql, asker, *wanted.disabled ? Act::disable : Act::enable, id, std::nullopt,
                             wanted.etag, now);
      if (!may) return refuse(may.error());
    }
    if (wanted.scope)
      if (auto known = check_organisations(sql, after.scope); !known) return refuse(known.error());
    if (granted || named) {
      accounts::change(sql,
                       "UPDATE accounts_account SET role = :role, name = :name, language = :language, "
                       "changed = :now WHERE id = :id",
                       std::string(to_string(after.role)), after.name, after.language, seconds(now), id);
      set_scope(sql, id, after.scope);
      auto entry = log::entry_of(asker, "account.change", id);
      entry.details = changes_of(*row, after);
      TRY(log::append(sql, backend, std::move(entry), now));
    }
    if (granted) {
      accounts::end_sessions(sql, id, {});
      end_tokens_beyond(sql, id, after.role, after.scope);
    }
    if (turns) TRY(set_disabled(sql, backend, asker, after, *wanted.disabled, now));
    return Outcome<Account>(view_of(sql, account_row(sql, id).value_or(after)));
  });
}

Result<Outcome<Account>> Accounts::change_own(const Principal& asker, const AccountChange& wanted,
                                              base::Time now) {
  if (wanted.role || wanted.scope || wanted.disabled)
    return refuse(Why::not_allowed, "nobody changes his own role, organisations or state");
  if (auto good = check_names(wanted); !good) return refuse(good.error());
  return database_->transact([&](soci::session& sql) -> Result<Outcome<Account>> {
    lock_account(sql, asker.account);
    auto row = account_row(sql, asker.account);
    if (!row) return no_such_account();
    if (!wanted.etag.empty() && wanted.etag != etag_of(*row))
      return refuse(Why::changed, "the account was changed since you read it", {}, "read it again");
    auto after = *row;
    after.name = wanted.name.value_or(row->name);
    after.language = wanted.language.value_or(row->language);
    if (after.name != row->name || after.language != row->language) {
      accounts::change(
          sql,
          "UPDATE accounts_account SET name = :name, language = :language, changed = :now WHERE id = :id",
          after.name, after.language, seconds(now), row->id);
      auto entry = log::entry_of(asker, "account.change-own", row->id);
      entry.details = changes_of(*row, after);
      TRY(log::append(sql, database_->backend(), std::move(entry), now));
    }
    return Outcome<Account>(view_of(sql, account_row(sql, row->id).value_or(after)));
  });
}

Result<Outcome<>> Accounts::leave(const Principal& asker, const std::string& id, const std::string& etag,
                                  base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<>> {
    const auto row = account_for(sql, asker, Act::leave, id, std::nullopt, etag, now);
    if (!row) return refuse(row.error());
    drop_access(sql, id);
    drop_factors(sql, id);
    set_state(sql, id, AccountState::left, now);
    TRY(log::append(sql, database_->backend(), log::entry_of(asker, "account.leave", id), now));
    return Outcome<>();
  });
}

Result<Outcome<std::size_t>> Accounts::end_sessions(const Principal& asker, const std::string& id,
                                                    base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<std::size_t>> {
    const auto row = account_for(sql, asker, Act::end_sessions, id, std::nullopt, {}, now);
    if (!row) return refuse(row.error());
    const auto had = session_rows(sql, id, Stage::full).size();
    accounts::end_sessions(
        sql, id, asker.account == id && asker.by == Principal::By::session ? asker.by_id : std::string());
    auto entry = log::entry_of(asker, "account.end-sessions", id);
    entry.details = details({{"ended", std::to_string(had)}});
    TRY(log::append(sql, database_->backend(), std::move(entry), now));
    return Outcome<std::size_t>(had);
  });
}

Result<std::vector<Account>> Accounts::accounts_of_other_site() {
  const auto site = TRY(site_of(common_->policy.public_url));
  return database_->run([&](soci::session& sql) {
    std::vector<Account> out;
    for (const auto& row : account_rows(sql)) {
      const auto keys = passkey_rows(sql, row.id, kCounts);
      if (std::ranges::any_of(keys, [&](const PasskeyRow& key) { return key.site != site.host; }))
        out.push_back(view_of(sql, row));
    }
    return out;
  });
}

}  // namespace rampart::accounts
