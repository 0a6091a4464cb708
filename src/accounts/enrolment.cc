#include "accounts/enrolment.h"

#include "accounts/enrolling.h"
#include "accounts/secrets.h"
#include "base/text.h"

namespace rampart::accounts {
namespace {

using base::Result;

Refusing over() {
  return refuse(Why::ended, "the link is over, or was used", {},
                "ask whoever gave it to you for another one");
}

// Somebody who is enrolling, as the tables say it now.
struct Enrolling {
  AccountRow account;
  Session session;
  std::optional<LinkRow> link;  // nothing after a recovery code

  [[nodiscard]] Purpose purpose() const { return link ? link->purpose : Purpose::recovery; }
  // After a recovery code the password was right a moment ago.
  [[nodiscard]] bool keeps_password() const { return !link && !account.password.empty(); }
};

std::optional<Enrolling> find(soci::session& sql, const Common& common, const Session& session,
                              base::Time now) {
  auto row = session_row(sql, session.id);
  if (!row || row->stage != Stage::enrolling || session.stage != Stage::enrolling) return std::nullopt;
  if (!stands(sql, *row, common.policy, now)) return std::nullopt;
  auto account = account_row(sql, row->account);
  if (!account) return std::nullopt;
  std::optional<LinkRow> link;
  if (!row->link.empty()) {
    link = link_row(sql, row->link);
    if (!link) return std::nullopt;
  }
  return Enrolling{.account = *std::move(account), .session = *std::move(row), .link = std::move(link)};
}

EnrolmentState state_of(soci::session& sql, const Enrolling& one) {
  EnrolmentState out;
  out.purpose = one.purpose();
  out.account = one.account.id;
  out.address = one.account.shown_address();
  out.name = one.account.name;
  out.language = one.account.language;
  out.expires = one.session.expires;
  out.has_password = !one.account.new_password.empty() || one.keeps_password();
  out.has_totp = totp_row(sql, one.account.id, kConfirmed).has_value();
  out.keys = passkey_rows(sql, one.account.id, kConfirmed).size();
  if (out.address.empty()) out.missing.emplace_back("address");
  if (!out.has_password) out.missing.emplace_back("password");
  if (!out.has_totp && out.keys == 0) out.missing.emplace_back("factor");
  return out;
}

bool an_owner_exists(soci::session& sql) {
  return number(
             sql,
             "SELECT COUNT(*) FROM accounts_account WHERE role = 'owner' AND state IN ('active', 'disabled',"
             " 'must-re-enrol')") != 0;
}

// Accounts of first starts that nobody has finished.
void drop_first_starts(soci::session& sql, const std::string& but) {
  std::vector<std::string> ids;
  std::string id;
  each(
      sql,
      "SELECT id FROM accounts_account WHERE role = 'owner' AND state = 'invited' AND address LIKE '!%' AND "
      "id <> :but",
      std::tie(id), [&] { ids.push_back(id); }, but);
  for (const auto& one : ids) {
    drop_access(sql, one);
    drop_factors(sql, one);
    change(sql, "DELETE FROM accounts_account WHERE id = :id", one);
  }
}

// What was enrolled takes the place of what was there.
void make_it_count(soci::session& sql, const Enrolling& one, base::Time now) {
  const auto& id = one.account.id;
  change(sql, "DELETE FROM accounts_totp WHERE account = :account AND stage <> 1", id);
  change(sql, "DELETE FROM accounts_passkey WHERE account = :account AND stage <> 1", id);
  change(sql, "UPDATE accounts_totp SET stage = 2 WHERE account = :account", id);
  change(sql, "UPDATE accounts_passkey SET stage = 2 WHERE account = :account", id);
  change(sql,
         "UPDATE accounts_account SET password = CASE WHEN new_password = '' THEN password ELSE new_password "
         "END,"
         " new_password = '', state = 'active', changed = :changed WHERE id = :id",
         seconds(now), id);
  change(sql, "DELETE FROM accounts_link WHERE account = :account", id);
  end_sessions(sql, id, one.session.id);
}

std::string proof_of(soci::session& sql, const std::string& account) {
  const auto keys = passkey_rows(sql, account, kCounts);
  const auto app = totp_row(sql, account, kCounts);
  if (app && keys.empty()) return app->id;
  return !app && keys.size() == 1 ? keys.front().id : "enrolment";
}

}  // namespace

Result<std::optional<Link>> Enrolment::first_start(base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<std::optional<Link>> {
    if (an_owner_exists(sql)) return std::nullopt;
    drop_first_starts(sql, {});
    AccountRow row;
    row.id = TRY(fresh_id());
    row.address = "!" + row.id;
    row.role = Role::owner;
    row.scope.everything = true;
    row.language = "en";
    row.handle = base::encode_base64(TRY(factor::new_user_handle()));
    row.made = row.changed = now;
    insert_account(sql, row);
    auto link = TRY(make_link(sql, row.id, Purpose::owner, now + kLinkTime, now));
    log::Entry entry{.by = "system", .act = "account.first-start", .object = row.id};
    TRY(log::append(sql, database_->backend(), std::move(entry), now));
    return std::optional(std::move(link));
  });
}

Result<Outcome<Opened>> Enrolment::open(std::string_view token, std::string_view cookie, const Client& client,
                                        base::Time now) {
  const std::string shown(token);
  const std::string held(cookie);
  return database_->transact([&](soci::session& sql) -> Result<Outcome<Opened>> {
    const auto link = link_of(sql, shown);
    if (!link || now >= link->expires) return over();
    const auto account = account_row(sql, link->account);
    if (!account ||
        (account->state != AccountState::invited && account->state != AccountState::must_re_enrol))
      return over();
    if (!link->bound.empty()) {
      const auto mine = session_of(sql, held);
      if (mine && mine->session.id == link->bound && stands(sql, mine->session, common_->policy, now))
        return Outcome<Opened>(Opened{.token = held, .session = mine->session});
      return refuse(Why::elsewhere, "the link was opened in another browser", {},
                    "go on there, or ask for another link if that was not you");
    }
    auto opened = TRY(open_session(sql, *account, Stage::enrolling, link->id, link->expires, client, now));
    // Whoever is first binds it; PostgreSQL's second transaction finds it bound when it gets to write.
    const auto bound = change(sql, "UPDATE accounts_link SET bound = :session WHERE id = :id AND bound = ''",
                              opened.session.id, link->id);
    if (bound != 1) {
      change(sql, "DELETE FROM accounts_session WHERE id = :id", opened.session.id);
      return refuse(Why::elsewhere, "the link was opened in another browser", {},
                    "go on there, or ask for another link if that was not you");
    }
    TRY(log::append(sql, database_->backend(), entry_about(*account, client, "account.open-link"), now));
    return Outcome<Opened>(std::move(opened));
  });
}

Result<Outcome<EnrolmentState>> Enrolment::state(const Session& session, base::Time now) {
  return database_->run([&](soci::session& sql) -> Result<Outcome<EnrolmentState>> {
    const auto one = find(sql, *common_, session, now);
    if (!one) return over();
    return Outcome<EnrolmentState>(state_of(sql, *one));
  });
}

Result<Outcome<>> Enrolment::password(const Session& session, const NewPassword& chosen, base::Time now) {
  const auto one = TRY(database_->run([&](soci::session& sql) { return find(sql, *common_, session, now); }));
  if (!one) return over();
  const bool names = one->purpose() == Purpose::owner;
  std::string address = one->account.address;
  if (names && (one->account.shown_address().empty() || !chosen.address.empty())) {
    const auto name = login_name(chosen.address);
    if (!name)
      return refuse(Why::invalid, "it is no e-mail address", "address", "such as ayesha@ministry.example");
    address = *name;
  }
  const auto name =
      chosen.name.empty() ? one->account.name : base::excerpt(base::trim(chosen.name), kMaxName);
  if (auto good = TRY(may_be_password(*common_, chosen.password, {address, name, common_->policy.issuer}));
      !good)
    return refuse(good.error());
  const auto hash = TRY(hash_in_room(*common_, chosen.password));
  if (!hash) return refuse(hash.error());
  return database_->transact([&](soci::session& sql) -> Result<Outcome<>> {
    if (!find(sql, *common_, session, now)) return over();
    const auto set = change(
        sql,
        "UPDATE accounts_account SET new_password = :password, address = :address, name = :name WHERE"
        " id = :id AND NOT EXISTS (SELECT 1 FROM accounts_account WHERE address = :same AND id <> :me)",
        *hash, address, name, one->account.id, address, one->account.id);
    if (set != 1) return refuse(Why::conflict, "this address is another account's", "address");
    return Outcome<>();
  });
}

Result<Outcome<NewTotp>> Enrolment::totp(const Session& session, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<NewTotp>> {
    const auto one = find(sql, *common_, session, now);
    if (!one) return over();
    return Outcome<NewTotp>(TRY(offer_totp(sql, *common_, one->account, now)));
  });
}

Result<Outcome<>> Enrolment::confirm_totp(const Session& session, std::string_view code, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<>> {
    const auto one = find(sql, *common_, session, now);
    if (!one) return over();
    const auto done = TRY(confirm_offered(sql, *common_, one->account, code, kConfirmed, now));
    if (!done) return refuse(done.error());
    return Outcome<>();
  });
}

Result<Outcome<std::string>> Enrolment::webauthn_options(const Session& session, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<std::string>> {
    const auto one = find(sql, *common_, session, now);
    if (!one) return over();
    return Outcome<std::string>(TRY(ask_for_key(sql, *common_, one->account, one->session.id, now)));
  });
}

Result<Outcome<>> Enrolment::webauthn(const Session& session, std::string_view response,
                                      std::string_view label, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<>> {
    const auto one = find(sql, *common_, session, now);
    if (!one) return over();
    const auto made =
        TRY(enrol_key(sql, *common_, one->account, one->session.id, response, label, kConfirmed, now));
    if (!made) return refuse(made.error());
    return Outcome<>();
  });
}

Result<Outcome<Enrolled>> Enrolment::finish(const Session& session, const Client& client, base::Time now) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<Enrolled>> {
    // First of all: whoever finishes at the same moment must find it finished, and not take away what was enrolled here.
    lock_owners(sql);
    lock_account(sql, session.account);
    auto one = find(sql, *common_, session, now);
    if (!one) return over();
    const auto state = state_of(sql, *one);
    if (!state.missing.empty())
      return refuse(Why::conflict,
                    fmt::format("not all is enrolled yet: {}", base::join(state.missing, ", ")),
                    state.missing.front());
    // It dies with the first enrolment of an owner that is finished, whichever link that had.
    if (one->purpose() == Purpose::owner && an_owner_exists(sql)) return over();
    const bool anew = one->purpose() == Purpose::recovery;
    make_it_count(sql, *one, now);
    if (one->purpose() == Purpose::owner) drop_first_starts(sql, one->account.id);
    auto codes = TRY(make_codes(sql, one->account.id, now));
    auto risen = TRY(rise(sql, one->account, one->session, common_->policy,
                          {.by = proof_of(sql, one->account.id), .time = now}, client, now));
    if (!risen) return over();
    if (anew) {
      tell_all(sql, "factors.replaced", one->account, {}, client.address, now);
    } else {
      tell(sql, Notice::For::owners, "account.enrolled", one->account, {}, client.address, now);
    }
    auto entry = entry_about(one->account, client, "account.enrol");
    entry.by = "session";
    entry.by_id = one->session.id;
    entry.details = details({{"purpose", std::string(to_string(one->purpose()))},
                             {"totp", state.has_totp ? "yes" : "no"},
                             {"keys", std::to_string(state.keys)}});
    TRY(log::append(sql, database_->backend(), std::move(entry), now));
    return Outcome<Enrolled>(Enrolled{.opened = *std::move(risen), .codes = std::move(codes)});
  });
}

}  // namespace rampart::accounts
