// For tests only: accounts on both databases, with people who have enrolled already, so that not every test hashes passwords.
//
//   class InMyTest : public accounts::WithDesk {};
//   TEST_P(InMyTest, …) { const auto owner = principal(add("ayesha@cert.example", Role::owner)); … }
//   INSTANTIATE_TEST_SUITE_P(Both, InMyTest, …, store::backend_name);
#pragma once

#include <map>
#include <memory>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "accounts/desk.h"
#include "accounts/factor/password.h"
#include "accounts/factor/recovery.h"
#include "accounts/factor/stub_authenticator.h"
#include "accounts/factor/totp.h"
#include "accounts/rows.h"
#include "accounts/secrets.h"
#include "base/text.h"
#include "store/store_test.h"

namespace rampart::accounts {

inline constexpr base::Time kNow{std::chrono::seconds(1'795'000'000)};
inline constexpr std::string_view kPassword = "violet harbour anthem 91";

inline const std::string& hash_of_password() {
  static const auto hash = factor::hash_password(kPassword).value_or("");
  return hash;
}

class WithDesk : public store::OnBothDatabases {
 protected:
  void SetUp() override {
    OnBothDatabases::SetUp();
    if (IsSkipped()) return;
    database_.emplace(open());
    auto keys = Keys::open((folder() / "keys").string());
    ASSERT_TRUE(keys) << keys.error().message();
    common_.reset(
        new Common{.policy = {.public_url = "https://rampart.cert.example"}, .keys = *std::move(keys)});
    auto desk = Desk::open(*database_, *common_);
    ASSERT_TRUE(desk) << desk.error().message();
    desk_.emplace(*std::move(desk));
  }
  Desk& desk() { return *desk_; }
  store::Database& database() { return *database_; }
  template <class F>
  auto transact(F&& function) {
    auto out = database_->transact(std::forward<F>(function));
    EXPECT_TRUE(out) << (out ? std::string() : out.error().message());
    return out;
  }

  // Somebody who has enrolled: kPassword and an app. His id.
  std::string add(const std::string& address, Role role, Scope scope = {.everything = true},
                  AccountState state = AccountState::active) {
    AccountRow row;
    row.id = *fresh_id();
    row.address = address;
    row.role = role;
    row.scope = std::move(scope);
    row.language = "en";
    row.state = state;
    row.password = hash_of_password();
    row.handle = base::encode_base64(*factor::new_user_handle());
    row.made = row.changed = kNow;
    auto secret = *factor::new_totp_secret();
    const auto sealed = *common_->keys.box.seal(secret, row.id, "totp");
    secrets_[row.id] = std::string(secret.view());
    transact([&](soci::session& sql) {
      insert_account(sql, row);
      change(sql,
             "INSERT INTO accounts_totp (id, account, stage, secret, last_step, added, used) VALUES (:id, "
             ":account, 2,"
             " :secret, -1, :added, 0)",
             *fresh_id(), row.id, sealed, seconds(kNow));
    });
    return row.id;
  }
  // An organisation's id.
  std::string organisation(const std::string& name) {
    const Principal host{.account = "local:root",
                         .name = "root",
                         .role = Role::owner,
                         .scope = {.everything = true},
                         .by = Principal::By::local,
                         .by_id = {}};
    auto made = desk().organisations.add(host, {.id = {}, .name = name}, kNow);
    EXPECT_TRUE(made && *made);
    return (*made)->id;
  }
  // The code that the account's app shows.
  std::string code(const std::string& account, base::Time now = kNow) {
    return std::string(
        factor::totp_code(secrets_[account], now.time_since_epoch().count() / factor::kTotpPeriod)->view());
  }
  // A full session, whose factor was proven now.
  Opened session(const std::string& account, base::Time now = kNow, const Client& client = kHere) {
    std::optional<Opened> out;
    transact([&](soci::session& sql) -> base::Result<> {
      const auto row = account_row(sql, account);
      auto pending = TRY(open_session(sql, *row, Stage::pending, {}, now + kPendingTime, client, now));
      const auto app = totp_row(sql, account, kCounts);
      out = TRY(rise(sql, *row, pending.session, common_->policy, {.by = app ? app->id : "x", .time = now},
                     client, now));
      return {};
    });
    return *out;
  }
  Principal principal(const std::string& account, base::Time now = kNow) {
    return principal(session(account, now));
  }
  Principal principal(const Opened& opened) {
    auto out = desk().sessions.principal(opened.session);
    EXPECT_TRUE(out && *out);
    return **out;
  }
  Principal host() {
    return {.account = "local:root",
            .name = "root",
            .role = Role::owner,
            .scope = {.everything = true},
            .by = Principal::By::local,
            .by_id = {}};
  }
  // The acts in the log, the oldest first.
  std::vector<std::string> acts() {
    std::vector<std::string> out;
    const auto rows = desk().audit_log.list({.most = 1000});
    for (const auto& row : *rows) out.insert(out.begin(), row.entry.act);
    return out;
  }
  std::vector<std::string> told(const Principal& who) {
    std::vector<std::string> out;
    const auto notices = desk().notices.open_for(who);
    for (const auto& one : *notices) out.push_back(one.kind);
    return out;
  }
  // A desk of its own for another thread.
  struct Other {
    store::Database database;
    Desk desk;
  };
  std::unique_ptr<Other> other() {
    auto database = std::make_unique<store::Database>(open());
    auto out = std::unique_ptr<Other>(new Other{std::move(*database), desk()});
    out->desk = *Desk::open(out->database, *common_);
    return out;
  }

  static inline const Client kHere{.address = "192.0.2.10", .agent = "Firefox"};
  std::optional<store::Database> database_;
  std::unique_ptr<Common> common_;
  std::optional<Desk> desk_;
  std::map<std::string, std::string> secrets_;
};

template <class T>
std::string why(const base::Result<Outcome<T>>& result) {
  if (!result) return "error: " + result.error().message();
  return *result ? "done" : std::string(to_string(result->error().why));
}

}  // namespace rampart::accounts
