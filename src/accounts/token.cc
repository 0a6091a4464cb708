#include "accounts/token.h"

#include <algorithm>

#include "accounts/rows.h"
#include "accounts/secrets.h"
#include "base/text.h"

namespace rampart::accounts {
namespace {

using base::Result;

std::string words_of(const std::vector<Permission>& granted) {
  std::vector<std::string> words;
  for (const auto one : granted) words.emplace_back(to_string(one));
  return base::join(words, " ");
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> out;
  for (const auto one : base::split(text, ' '))
    if (!one.empty()) out.emplace_back(one);
  return out;
}

template <class... Use>
std::vector<Token> read(soci::session& sql, const std::string& tail, const Use&... use) {
  std::vector<Token> out;
  Token row;
  std::string granted;
  std::string organisations;
  long long made = 0;
  long long expires = 0;
  long long used = 0;
  each(
      sql,
      "SELECT id, account, name, granted, organisations, made, expires, used, used_from FROM "
      "accounts_token " +
          tail,
      std::tie(row.id, row.account, row.name, granted, organisations, made, expires, used, row.used_from),
      [&] {
        row.granted.clear();
        for (const auto& word : split_words(granted))
          if (const auto permission = parse_permission(word)) row.granted.push_back(*permission);
        row.organisations = split_words(organisations);
        row.made = time_of(made);
        row.expires = time_of(expires);
        row.used = used == 0 ? std::nullopt : std::optional(time_of(used));
        out.push_back(row);
      },
      use...);
  return out;
}

// What is wrong with it, whoever asks; nothing where it may be made.
Outcome<> judge_token(const Principal& asker, const NewToken& wanted, base::Time now) {
  if (asker.by != Principal::By::session) return refuse(Why::not_allowed, "a token makes no tokens");
  if (!asker.may(Permission::tokens_write)) return refuse(Why::not_allowed, "your role makes no tokens");
  if (!asker.is_fresh(now)) return refuse(Why::step_up, "prove a second factor again to do this");
  const auto name = base::trim(wanted.name);
  if (name.empty() || name.size() > kMaxTokenName)
    return refuse(Why::invalid, fmt::format("a token has a name of at most {} bytes", kMaxTokenName), "name",
                  "name the program that will use it");
  if (wanted.days == 0 || wanted.days > kMaxTokenDays)
    return refuse(Why::invalid, fmt::format("a token expires, within {} days", kMaxTokenDays), "days");
  if (wanted.granted.empty()) return refuse(Why::invalid, "a token that may nothing is none", "permissions");
  for (const auto one : wanted.granted) {
    // What only a person at a browser does: a token that made accounts or tokens would outlive every rule.
    if (one == Permission::self || one == Permission::tokens_write || one == Permission::accounts_write)
      return refuse(Why::invalid, fmt::format("no token is given {}", to_string(one)), "permissions");
    if (!asker.may(one))
      return refuse(Why::not_allowed, fmt::format("nobody grants more than he may: {}", to_string(one)),
                    "permissions");
  }
  for (const auto& one : wanted.organisations)
    if (!asker.scope.covers(one))
      return refuse(Why::invalid, "there is no such organisation", "organisations");
  return {};
}

// The scope of a token: within what its account has now.
Scope scope_of_token(const Token& row, const Scope& of_account) {
  if (row.organisations.empty()) return of_account;
  Scope out;
  for (const auto& one : row.organisations)
    if (of_account.covers(one)) out.organisations.push_back(one);
  return out;
}

}  // namespace

Result<Outcome<MadeToken>> Tokens::make(const Principal& asker, const NewToken& wanted, base::Time now) {
  if (auto good = judge_token(asker, wanted, now); !good) return refuse(good.error());
  MadeToken out{.token = std::string(kTokenMark) + TRY(new_secret()), .row = {}};
  auto& row = out.row;
  row.id = TRY(fresh_id());
  row.account = asker.account;
  row.name = base::excerpt(base::trim(wanted.name), kMaxTokenName);
  row.granted = wanted.granted;
  std::ranges::sort(row.granted);
  row.granted.erase(std::ranges::unique(row.granted).begin(), row.granted.end());
  row.organisations = wanted.organisations;
  std::ranges::sort(row.organisations);
  row.organisations.erase(std::ranges::unique(row.organisations).begin(), row.organisations.end());
  row.made = now;
  row.expires = now + std::chrono::days(wanted.days);
  return database_->transact([&](soci::session& sql) -> Result<Outcome<MadeToken>> {
    lock_account(sql, asker.account);
    const auto account = account_row(sql, asker.account);
    if (!account || account->state != AccountState::active)
      return refuse(Why::ended, "the account was stopped");
    const auto had =
        number(sql, "SELECT COUNT(*) FROM accounts_token WHERE account = :account AND expires > :now",
               asker.account, seconds(now));
    if (had >= static_cast<long long>(kMostTokens))
      return refuse(Why::conflict, fmt::format("an account has at most {} tokens", kMostTokens), {},
                    "remove one first");
    change(sql,
           "INSERT INTO accounts_token (id, hash, account, name, granted, organisations, made, expires, "
           "used, used_from)"
           " VALUES (:id, :hash, :account, :name, :granted, :organisations, :made, :expires, 0, '')",
           row.id, hash_of_secret(out.token), row.account, row.name, words_of(row.granted),
           base::join(row.organisations, " "), seconds(row.made), seconds(row.expires));
    tell(sql, Notice::For::account, "token.made", *account, asker.name, row.name, now);
    auto entry = log::entry_of(asker, "token.make", row.id);
    entry.details = details({{"name", row.name},
                             {"permissions", words_of(row.granted)},
                             {"expires", base::format_time(row.expires)}});
    TRY(log::append(sql, database_->backend(), std::move(entry), now));
    return Outcome<MadeToken>(out);
  });
}

Result<std::vector<Token>> Tokens::list(const std::string& account, base::Time now) {
  return database_->run([&](soci::session& sql) {
    return read(sql, "WHERE account = :account AND expires > :now ORDER BY made DESC, id", account,
                seconds(now));
  });
}

Result<Outcome<>> Tokens::remove(const Principal& asker, const std::string& id, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<>> {
    if (change(sql, "DELETE FROM accounts_token WHERE id = :id AND account = :account", id, asker.account) !=
        1)
      return refuse(Why::missing, "there is no such token");
    TRY(log::append(sql, database_->backend(), log::entry_of(asker, "token.remove", id), now));
    return Outcome<>();
  });
}

Result<std::optional<Principal>> Tokens::principal(std::string_view bearer, const Client& client,
                                                   base::Time now) {
  if (!bearer.starts_with(kTokenMark) || !is_secret(bearer.substr(kTokenMark.size()))) return std::nullopt;
  const auto hash = hash_of_secret(bearer);
  std::optional<Token> row;
  auto out = TRY(database_->run([&](soci::session& sql) -> std::optional<Principal> {
    auto rows = read(sql, "WHERE hash = :hash", hash);
    if (rows.empty() || now >= rows.front().expires) return std::nullopt;
    row = std::move(rows.front());
    const auto account = account_row(sql, row->account);
    if (!account || account->state != AccountState::active || row->granted.empty()) return std::nullopt;
    return Principal{.account = account->id,
                     .name = account->address,
                     .role = account->role,
                     .scope = scope_of_token(*row, account->scope),
                     .by = Principal::By::token,
                     .by_id = row->id,
                     .granted = row->granted,
                     .proven = row->made,
                     .address = base::excerpt(client.address, log::kMaxText)};
  }));
  if (!out || (row->used && now - *row->used < kSeenStep)) return out;
  TRY(database_->transact([&](soci::session& sql) {
    change(sql, "UPDATE accounts_token SET used = :now, used_from = :address WHERE id = :id", seconds(now),
           out->address, row->id);
  }));
  return out;
}

}  // namespace rampart::accounts
