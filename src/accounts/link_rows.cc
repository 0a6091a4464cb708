// Links of enrolment as rows.
#include "accounts/rows.h"
#include "accounts/secrets.h"

namespace rampart::accounts {
namespace {

Purpose parse_purpose(std::string_view text) {
  if (text == "owner") return Purpose::owner;
  return text == "recovery" ? Purpose::recovery : Purpose::invitation;
}

std::optional<LinkRow> read(soci::session& sql, const std::string& where, const std::string& use) {
  LinkRow row;
  std::string purpose;
  long long expires = 0;
  if (!first(sql, "SELECT id, account, purpose, expires, bound FROM accounts_link " + where,
             std::tie(row.id, row.account, purpose, expires, row.bound), use))
    return std::nullopt;
  row.purpose = parse_purpose(purpose);
  row.expires = time_of(expires);
  return row;
}

}  // namespace

std::string_view to_string(Purpose purpose) {
  switch (purpose) {
    case Purpose::owner:
      return "owner";
    case Purpose::invitation:
      return "invitation";
    case Purpose::recovery:
      break;
  }
  return "recovery";
}

std::optional<LinkRow> link_row(soci::session& sql, const std::string& id) {
  return read(sql, "WHERE id = :id", id);
}

std::optional<LinkRow> link_of(soci::session& sql, const std::string& token) {
  if (!is_secret(token)) return std::nullopt;
  return read(sql, "WHERE hash = :hash", hash_of_secret(token));
}

base::Result<Link> make_link(soci::session& sql, const std::string& account, Purpose purpose,
                             base::Time expires, base::Time now) {
  end_links(sql, account);
  Link out{.token = TRY(new_secret()), .account = account, .purpose = purpose, .expires = expires};
  change(sql,
         "INSERT INTO accounts_link (id, hash, account, purpose, made, expires, bound) VALUES (:id, :hash, "
         ":account,"
         " :purpose, :made, :expires, '')",
         TRY(fresh_id()), hash_of_secret(out.token), account, std::string(to_string(purpose)), seconds(now),
         seconds(expires));
  return out;
}

}  // namespace rampart::accounts
