#include "accounts/notice.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "accounts/rows.h"
#include "accounts/secrets.h"
#include "base/text.h"

namespace rampart::accounts {
namespace {

using base::Result;

constexpr std::array<std::string_view, 3> kWhom{"account", "owners", "administrators"};

Notice::For parse_whom(std::string_view text) {
  const auto found = std::ranges::find(kWhom, text);
  return found == kWhom.end() ? Notice::For::owners : static_cast<Notice::For>(found - kWhom.begin());
}

struct Sentence {
  std::string_view kind;
  std::string_view text;  // {0} the account, {1} who did it, {2} the detail
};
constexpr std::array kSentences{
    Sentence{"account.recovered",
             "The account {0} was recovered on the host by {1}: its factors ended, and whoever has the link "
             "enrols new ones."},
    Sentence{"account.reset", "The factors of {0} were reset by {1}."},
    Sentence{"account.enrolled", "{0} has enrolled from {2}."},
    Sentence{"factor.added", "A second factor was added to {0}: {2}."},
    Sentence{"factor.removed", "A second factor was removed from {0}: {2}."},
    Sentence{"factors.replaced", "{0} has enrolled new factors from {2}; the old ones ended."},
    Sentence{"recovery-code.used", "A recovery code of {0} was used from {2}."},
    Sentence{"recovery-codes.new", "{0} has made new recovery codes; the old ones are worth nothing."},
    Sentence{"password.changed", "The password of {0} was changed from {2}."},
    Sentence{
        "key.suspect",
        "The counter of a key of {0} went back ({2}): it may have been copied, and does not count any more."},
    Sentence{"codes.guessed", "Somebody who has the password of {0} has tried wrong codes from {2}."},
    Sentence{"identity.bound", "{0} can sign in through the identity provider {2} from now on."},
    Sentence{"token.made", "{0} has made a token for the API: {2}."},
};

template <class... Use>
std::vector<Notice> read(soci::session& sql, const std::string& tail, const Use&... use) {
  std::vector<Notice> out;
  Notice one;
  long long time = 0;
  std::string whom;
  each(
      sql, "SELECT id, time, whom, kind, account, address, by_whom, detail FROM accounts_notice " + tail,
      std::tie(one.id, time, whom, one.kind, one.account, one.address, one.by, one.detail),
      [&] {
        one.time = time_of(time);
        one.whom = parse_whom(whom);
        out.push_back(one);
      },
      use...);
  return out;
}

// An owner who is told as owner is not told the same again as administrator.
bool is_for(const Notice& notice, const std::string& account, Role role) {
  switch (notice.whom) {
    case Notice::For::account:
      return notice.account == account;
    case Notice::For::owners:
      return role == Role::owner && notice.account != account;
    case Notice::For::administrators:
      return role == Role::owner || role == Role::administrator;
  }
  return false;
}

}  // namespace

std::string_view to_string(Notice::For whom) { return kWhom.at(static_cast<std::size_t>(whom)); }

std::string text_of(const Notice& notice) {
  const auto found = std::ranges::find(kSentences, notice.kind, &Sentence::kind);
  const auto by = notice.by.empty() ? std::string("somebody") : notice.by;
  if (found == kSentences.end()) return fmt::format("{}: {}", notice.address, notice.kind);
  return fmt::format(fmt::runtime(found->text), notice.address, by,
                     notice.detail.empty() ? "unknown" : notice.detail);
}

void tell(soci::session& sql, Notice::For whom, std::string kind, const AccountRow& about, std::string by,
          std::string detail, base::Time now) {
  const auto id = fresh_id();
  if (!id) throw soci::soci_error("no chance for an id");
  change(sql,
         "INSERT INTO accounts_notice (id, time, whom, kind, account, address, by_whom, detail, mailed) "
         "VALUES (:id, :time,"
         " :whom, :kind, :account, :address, :by, :detail, 0)",
         *id, seconds(now), std::string(to_string(whom)), kind, about.id, about.shown_address(),
         base::excerpt(by, log::kMaxText), base::excerpt(detail, log::kMaxText));
}

void tell_all(soci::session& sql, const std::string& kind, const AccountRow& about, const std::string& by,
              const std::string& detail, base::Time now) {
  tell(sql, Notice::For::account, kind, about, by, detail, now);
  tell(sql, Notice::For::owners, kind, about, by, detail, now);
}

Result<std::vector<Notice>> Notices::open_for(const Principal& asker, std::size_t most) {
  return database_->run([&](soci::session& sql) {
    auto all =
        read(sql,
             "WHERE NOT EXISTS (SELECT 1 FROM accounts_notice_away WHERE notice = accounts_notice.id AND"
             " accounts_notice_away.account = :account) ORDER BY time DESC, id",
             asker.account);
    std::erase_if(all, [&](const Notice& one) { return !is_for(one, asker.account, asker.role); });
    if (all.size() > most) all.resize(most);
    return all;
  });
}

Result<Outcome<>> Notices::put_away(const Principal& asker, const std::string& id, base::Time) {
  return database_->transact([&](soci::session& sql) -> Result<Outcome<>> {
    const auto found = read(sql, "WHERE id = :id", id);
    if (found.empty() || !is_for(found.front(), asker.account, asker.role))
      return refuse(Why::missing, "there is no such notice");
    change(sql,
           "INSERT INTO accounts_notice_away (notice, account) VALUES (:notice, :account)"
           " ON CONFLICT (notice, account) DO NOTHING",
           id, asker.account);
    return Outcome<>();
  });
}

Result<std::vector<Notices::Unmailed>> Notices::unmailed(std::size_t most) {
  return database_->run([&](soci::session& sql) {
    const auto limit = static_cast<long long>(most);
    const auto accounts = account_rows(sql);
    std::vector<Unmailed> out;
    for (auto& notice : read(sql, "WHERE mailed = 0 ORDER BY time, id LIMIT :most", limit)) {
      Unmailed one{.notice = std::move(notice), .to = {}};
      for (const auto& account : accounts)
        if (account.state == AccountState::active && is_for(one.notice, account.id, account.role))
          one.to.push_back(account.address);
      out.push_back(std::move(one));
    }
    return out;
  });
}

Result<> Notices::note_mailed(const std::string& id) {
  return database_->transact(
      [&](soci::session& sql) { change(sql, "UPDATE accounts_notice SET mailed = 1 WHERE id = :id", id); });
}

}  // namespace rampart::accounts
