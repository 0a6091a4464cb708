// Sessions as rows: made, found, given a new token.
#include "accounts/rows.h"
#include "accounts/secrets.h"
#include "base/text.h"

namespace rampart::accounts {
namespace {

using base::Result;

constexpr std::chrono::hours kDeviceTime{24 *
                                         180};  // how long a browser is known after it signed in; our own

const std::string kColumns =
    "SELECT id, account, stage, link, made, seen, proven, proven_by, expires, address, agent, device FROM"
    " accounts_session ";

Stage parse_stage(std::string_view text) {
  if (text == "full") return Stage::full;
  return text == "enrolling" ? Stage::enrolling : Stage::pending;
}

template <class... Use>
std::vector<HashedSession> read(soci::session& sql, const std::string& tail, const Use&... use) {
  std::vector<HashedSession> out;
  HashedSession one;
  auto& s = one.session;
  std::string stage;
  long long made = 0;
  long long seen = 0;
  long long proven = 0;
  long long expires = 0;
  each(
      sql, kColumns + tail,
      std::tie(s.id, s.account, stage, s.link, made, seen, proven, s.proven_by, expires, s.address, s.agent,
               one.device),
      [&] {
        s.stage = parse_stage(stage);
        s.made = time_of(made);
        s.seen = time_of(seen);
        s.proven = time_of(proven);
        s.expires = time_of(expires);
        s.known_browser = !one.device.empty();
        out.push_back(one);
      },
      use...);
  return out;
}

std::string agent_of(const Client& client) { return base::excerpt(client.agent, kMaxAgent); }

// The browser is known to the account from now on; a cookie for it where it has none yet.
Result<std::pair<std::string, std::string>> know(soci::session& sql, const std::string& account,
                                                 const Client& client, base::Time now) {
  const auto shown = hash_of_device(client);
  // A cookie of our form is not enough: only one that we gave is taken on, so that nobody plants one that he knows himself.
  const bool ours = !shown.empty() &&
                    number(sql, "SELECT COUNT(*) FROM accounts_device WHERE hash = :hash AND expires > :now",
                           shown, seconds(now)) != 0;
  const auto fresh = ours ? std::string() : TRY(new_secret());
  const auto hash = ours ? shown : hash_of_secret(fresh);
  change(
      sql,
      "INSERT INTO accounts_device (hash, account, made, expires) VALUES (:hash, :account, :made, :expires)"
      " ON CONFLICT (hash, account) DO UPDATE SET expires = excluded.expires",
      hash, account, seconds(now), seconds(now + kDeviceTime));
  return std::pair(fresh, hash);
}

void end_oldest(soci::session& sql, const std::string& account) {
  const auto all =
      read(sql, "WHERE account = :account AND stage = 'full' ORDER BY seen DESC, made DESC", account);
  for (std::size_t i = kMostSessions; i < all.size(); ++i)
    change(sql, "DELETE FROM accounts_session WHERE id = :id", all[i].session.id);
}

}  // namespace

std::optional<Session> session_row(soci::session& sql, const std::string& id) {
  auto rows = read(sql, "WHERE id = :id", id);
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front().session);
}

std::vector<Session> session_rows(soci::session& sql, const std::string& account, Stage stage) {
  std::vector<Session> out;
  for (auto& one : read(sql, "WHERE account = :account AND stage = :stage ORDER BY seen DESC, made DESC",
                        account, std::string(to_string(stage))))
    out.push_back(std::move(one.session));
  return out;
}

std::optional<HashedSession> session_of(soci::session& sql, const std::string& token) {
  if (!is_secret(token)) return std::nullopt;
  auto rows = read(sql, "WHERE hash = :hash", hash_of_secret(token));
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

bool stands(soci::session& sql, const Session& session, const Policy& policy, base::Time now) {
  // A clock that was set back makes nothing live longer than it would have.
  if (now >= session.expires || now + std::chrono::hours(1) < session.made) return false;
  if (session.stage == Stage::full && now - session.seen >= policy.idle) return false;
  std::string word;
  if (!first(sql, "SELECT state FROM accounts_account WHERE id = :id", std::tie(word), session.account))
    return false;
  const auto state = parse_account_state(word).value_or(AccountState::disabled);
  if (session.stage != Stage::enrolling) return state == AccountState::active;
  if (session.link.empty()) return state == AccountState::active;  // after a recovery code
  if (state != AccountState::invited && state != AccountState::must_re_enrol) return false;
  return number(sql, "SELECT COUNT(*) FROM accounts_link WHERE id = :id AND expires > :now", session.link,
                seconds(now)) != 0;
}

Result<Opened> open_session(soci::session& sql, const AccountRow& account, Stage stage,
                            const std::string& link, base::Time expires, const Client& client,
                            base::Time now) {
  Opened out{.token = TRY(new_secret()), .session = {}};
  auto& s = out.session;
  s.id = TRY(fresh_id());
  s.account = account.id;
  s.stage = stage;
  s.link = link;
  s.made = s.seen = now;
  s.expires = expires;
  s.address = base::excerpt(client.address, log::kMaxText);
  s.agent = agent_of(client);
  change(sql,
         "INSERT INTO accounts_session (id, hash, account, stage, link, made, seen, proven, proven_by, "
         "expires, address,"
         " agent, device, wrong) VALUES (:id, :hash, :account, :stage, :link, :made, :seen, 0, '', :expires, "
         ":address,"
         " :agent, '', 0)",
         s.id, hash_of_secret(out.token), s.account, std::string(to_string(stage)), link, seconds(now),
         seconds(now), seconds(expires), s.address, s.agent);
  return out;
}

Result<std::optional<Opened>> rise(soci::session& sql, const AccountRow& account, const Session& session,
                                   const Policy& policy, const Proof& proof, const Client& client,
                                   base::Time now) {
  // The row and not what the caller holds, whose `expires` is the nearer of two.
  auto row = session_row(sql, session.id);
  if (!row || row->stage != session.stage) return std::nullopt;
  Opened out{.token = TRY(new_secret()), .session = *std::move(row)};
  auto& s = out.session;
  auto [device, hash] = TRY(know(sql, account.id, client, now));
  out.device = std::move(device);
  const bool first_time = session.stage != Stage::full;
  if (first_time) {
    s.made = now;
    s.expires = now + policy.absolute;
  }
  s.stage = Stage::full;
  s.link.clear();
  s.seen = now;
  s.proven = std::min(proof.time, now);
  s.proven_by = proof.by;
  s.address = base::excerpt(client.address, log::kMaxText);
  s.agent = agent_of(client);
  s.known_browser = true;
  const auto risen = change(
      sql,
      "UPDATE accounts_session SET hash = :hash, stage = 'full', link = '', made = :made, seen = :seen,"
      " proven = :proven, proven_by = :by, expires = :expires, address = :address, agent = :agent, device = "
      ":device,"
      " wrong = 0 WHERE id = :id AND stage = :stage",
      hash_of_secret(out.token), seconds(s.made), seconds(now), seconds(s.proven), proof.by,
      seconds(s.expires), s.address, s.agent, hash, s.id, std::string(to_string(session.stage)));
  if (risen != 1) return std::nullopt;
  if (first_time) {
    change(sql, "UPDATE accounts_account SET signed_in = :now WHERE id = :id", seconds(now), account.id);
    end_oldest(sql, account.id);
  }
  return out;
}

}  // namespace rampart::accounts
