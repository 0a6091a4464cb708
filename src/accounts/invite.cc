// Who comes, and who begins anew: invitations, one or a list, and accounts that lost their factors.
#include "accounts/account_view.h"
#include "accounts/secrets.h"
#include "base/text.h"

namespace rampart::accounts {
namespace {

using base::Result;

// Organisations by name or id, as ids.
Outcome<Scope> scope_of_invitation(soci::session& sql, const Principal& asker, const Invitation& wanted) {
  Scope out{.everything = wanted.everything};
  for (const auto& one : wanted.organisations) {
    std::string id;
    const bool there = first(sql, "SELECT id FROM accounts_organisation WHERE id = :id OR folded = :folded",
                             std::tie(id), one, base::lower(base::trim(one)));
    if (!there || !asker.scope.covers(id))
      return refuse(Why::invalid, fmt::format("there is no organisation \"{}\"", base::excerpt(one, 60)),
                    "organisations");
    if (!out.covers(id) || out.everything) out.organisations.push_back(id);
  }
  if (out.everything) out.organisations.clear();
  return out;
}

// What becomes a row, or why it does not. What is outside the asker's scope is answered as what is not there.
Outcome<AccountRow> row_of(soci::session& sql, const Principal& asker, const Invitation& wanted,
                           base::Time now) {
  AccountRow row;
  const auto address = login_name(wanted.address);
  if (!address)
    return refuse(Why::invalid, "it is no e-mail address", "address", "such as bilal@ministry.example");
  row.address = *address;
  row.name = base::trim(wanted.name);
  if (row.name.size() > kMaxName || base::printable(row.name) != row.name)
    return refuse(Why::invalid,
                  fmt::format("a name has at most {} bytes, and no control characters", kMaxName), "name");
  if (!is_language(wanted.language)) return refuse(Why::invalid, "the console speaks en and ur", "language");
  row.language = wanted.language;
  row.role = wanted.role;
  auto scope = scope_of_invitation(sql, asker, wanted);
  if (!scope) return refuse(scope.error());
  row.scope = *std::move(scope);
  row.made = row.changed = now;
  row.state = AccountState::invited;
  if (auto may = judge(asker, Act::invite, std::nullopt, row.standing(), 0, now); !may)
    return refuse(may.error());
  if (account_row_of(sql, row.address))
    return refuse(Why::conflict, "there is an account of this address", "address",
                  "invite it again, or reset it");
  return row;
}

Result<Link> put(soci::session& sql, store::Backend backend, const Principal& asker, AccountRow& row,
                 base::Time now) {
  row.id = TRY(fresh_id());
  row.handle = base::encode_base64(TRY(factor::new_user_handle()));
  insert_account(sql, row);
  auto link = TRY(make_link(sql, row.id, Purpose::invitation, now + kInvitationTime, now));
  auto entry = log::entry_of(asker, "account.invite", row.id);
  entry.details = details({{"address", row.address},
                           {"role", std::string(to_string(row.role))},
                           {"scope", row.scope.everything ? "*" : base::join(row.scope.organisations, " ")}});
  TRY(log::append(sql, backend, std::move(entry), now));
  return link;
}

// Everything that it could do ends, and a link begins.
Result<Outcome<Invited>> begin_anew(soci::session& sql, store::Backend backend, const Principal& asker,
                                    const AccountRow& row, std::string act, base::Time now) {
  drop_access(sql, row.id);
  drop_factors(sql, row.id);
  set_state(sql, row.id, AccountState::must_re_enrol, now);
  auto link = TRY(make_link(sql, row.id, Purpose::recovery, now + kLinkTime, now));
  TRY(log::append(sql, backend, log::entry_of(asker, std::move(act), row.id), now));
  auto after = account_row(sql, row.id).value_or(row);
  return Outcome<Invited>(Invited{.account = view_of(sql, after), .link = std::move(link)});
}

}  // namespace

Result<Outcome<Invited>> Accounts::invite(const Principal& asker, const Invitation& wanted, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<Invited>> {
    auto row = row_of(sql, asker, wanted, now);
    if (!row) return refuse(row.error());
    auto link = TRY(put(sql, database_->backend(), asker, *row, now));
    return Outcome<Invited>(Invited{.account = view_of(sql, *row), .link = std::move(link)});
  });
}

Result<Outcome<InvitedList>> Accounts::invite_list(const Principal& asker, std::string_view csv, bool dry_run,
                                                   base::Time now) {
  if (!asker.may(Permission::accounts_write))
    return refuse(Why::not_allowed, "your role does not do this with accounts");
  if (!asker.is_fresh(now)) return refuse(Why::step_up, "prove a second factor again to do this");
  auto list = read_invitations(csv);
  return database_->transact([&](soci::session& sql) -> Result<Outcome<InvitedList>> {
    InvitedList out{.rows = {}, .faults = std::move(list.faults)};
    std::vector<AccountRow> rows;
    for (const auto& wanted : list.rows) {
      auto row = row_of(sql, asker, wanted, now);
      if (row) {
        out.rows.push_back({.line = wanted.line, .address = row->address});
        rows.push_back(*std::move(row));
      } else if (out.faults.size() < kMaxListFaults) {
        out.faults.push_back({.line = wanted.line, .column = 0, .text = row.error().text});
      }
    }
    if (!out.faults.empty()) {
      out.rows.clear();
      std::ranges::sort(out.faults, {}, [](const ListFault& one) { return std::pair(one.line, one.column); });
      return Outcome<InvitedList>(std::move(out));
    }
    if (dry_run) return Outcome<InvitedList>(std::move(out));
    for (std::size_t i = 0; i < rows.size(); ++i)
      out.rows[i].link = TRY(put(sql, database_->backend(), asker, rows[i], now));
    return Outcome<InvitedList>(std::move(out));
  });
}

Result<Outcome<Invited>> Accounts::invite_again(const Principal& asker, const std::string& id,
                                                base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<Invited>> {
    const auto row = account_for(sql, asker, Act::re_invite, id, std::nullopt, {}, now);
    if (!row) return refuse(row.error());
    const bool anew = row->state == AccountState::must_re_enrol;
    auto link = TRY(make_link(sql, id, anew ? Purpose::recovery : Purpose::invitation,
                              anew ? now + kLinkTime : now + kInvitationTime, now));
    TRY(log::append(sql, database_->backend(), log::entry_of(asker, "account.invite-again", id), now));
    return Outcome<Invited>(Invited{.account = view_of(sql, *row), .link = std::move(link)});
  });
}

Result<Outcome<Invited>> Accounts::reset(const Principal& asker, const std::string& id, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<Invited>> {
    const auto row = account_for(sql, asker, Act::reset, id, std::nullopt, {}, now);
    if (!row) return refuse(row.error());
    tell_all(sql, "account.reset", *row, asker.name, {}, now);
    return begin_anew(sql, database_->backend(), asker, *row, "account.reset", now);
  });
}

Result<Outcome<Invited>> Accounts::recover(const Principal& host, const std::string& address,
                                           base::Time now) {
  if (host.by != Principal::By::local)
    return refuse(Why::not_allowed, "accounts are recovered on the host alone");
  const auto name = login_name(address);
  if (!name) return refuse(Why::invalid, "it is no e-mail address", "address");
  return database_->transact([&](soci::session& sql) -> Result<Outcome<Invited>> {
    const auto found = account_row_of(sql, *name);
    if (!found)
      return refuse(Why::missing, "there is no account of this address", "address",
                    "rampart accounts list shows them");
    const auto row = account_for(sql, host, Act::reset, found->id, std::nullopt, {}, now);
    if (!row) return refuse(row.error());
    tell(sql, Notice::For::account, "account.recovered", *row, host.name, {}, now);
    tell(sql, Notice::For::administrators, "account.recovered", *row, host.name, {}, now);
    return begin_anew(sql, database_->backend(), host, *row, "account.recover", now);
  });
}

}  // namespace rampart::accounts
