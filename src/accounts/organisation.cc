#include "accounts/organisation.h"

#include "accounts/rows.h"
#include "accounts/secrets.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::accounts {
namespace {

using base::Result;

constexpr std::size_t kEtagLetters = 16;

std::string etag_of(const Organisation& one) {
  return base::hex(crypto::sha256(fmt::format("{}\n{}\n{}\n{}\n{}\n{}", one.id, one.name, one.sector,
                                              one.contact, one.language, seconds(one.changed))))
      .substr(0, kEtagLetters);
}

template <class... Use>
std::vector<Organisation> read(soci::session& sql, const std::string& tail, const Use&... use) {
  std::vector<Organisation> out;
  Organisation one;
  long long changed = 0;
  each(
      sql, "SELECT id, name, sector, contact, language, changed FROM accounts_organisation " + tail,
      std::tie(one.id, one.name, one.sector, one.contact, one.language, changed),
      [&] {
        one.changed = time_of(changed);
        one.etag = etag_of(one);
        out.push_back(one);
      },
      use...);
  return out;
}

std::vector<Organisation> within_scope(soci::session& sql, const Scope& scope) {
  auto all = read(sql, "ORDER BY folded, id");
  std::erase_if(all, [&](const Organisation& one) { return !scope.covers(one.id); });
  return all;
}

Refusing no_such() { return refuse(Why::missing, "there is no such organisation"); }

// Tidied, or what is wrong with it.
Outcome<Organisation> tidy(Organisation one) {
  one.name = base::trim(one.name);
  one.sector = base::trim(one.sector);
  one.contact = base::trim(one.contact);
  const auto plain = [](const std::string& text) { return base::printable(text) == text; };
  if (one.name.empty() || one.name.size() > kMaxOrganisationName || !plain(one.name))
    return refuse(Why::invalid,
                  fmt::format("an organisation has a name of at most {} bytes", kMaxOrganisationName),
                  "name");
  if (one.sector.size() > kMaxSector || !plain(one.sector))
    return refuse(Why::invalid, fmt::format("a sector has at most {} bytes", kMaxSector), "sector");
  if (!one.contact.empty()) {
    const auto contact = login_name(one.contact);
    if (!contact) return refuse(Why::invalid, "it is no e-mail address", "contact");
    one.contact = *contact;
  }
  if (!is_language(one.language)) return refuse(Why::invalid, "the console speaks en and ur", "language");
  return one;
}

Outcome<> may_write(const Principal& asker, base::Time now) {
  if (!asker.may(Permission::organisations_write))
    return refuse(Why::not_allowed, "your role changes no organisations");
  if (needs_step_up(Permission::organisations_write) && !asker.is_fresh(now))
    return refuse(Why::step_up, "prove a second factor again to do this");
  return {};
}

}  // namespace

Result<std::vector<Organisation>> Organisations::list(const Scope& scope, const std::string& after,
                                                      std::size_t most) {
  return database_->run([&](soci::session& sql) {
    auto all = within_scope(sql, scope);
    if (!after.empty()) {
      const auto found = std::ranges::find(all, after, &Organisation::id);
      // One that is gone meanwhile ends the list; whoever pages begins anew.
      all.erase(all.begin(), found == all.end() ? found : found + 1);
    }
    if (all.size() > most) all.resize(most);
    return all;
  });
}

Result<std::size_t> Organisations::count(const Scope& scope) {
  return database_->run([&](soci::session& sql) { return within_scope(sql, scope).size(); });
}

Result<std::optional<Organisation>> Organisations::find(const Scope& scope, const std::string& id) {
  return database_->run([&](soci::session& sql) -> std::optional<Organisation> {
    auto rows = read(sql, "WHERE id = :id", id);
    if (rows.empty() || !scope.covers(id)) return std::nullopt;
    return std::move(rows.front());
  });
}

Result<std::optional<Organisation>> Organisations::find_by_name(const Scope& scope, const std::string& name) {
  return database_->run([&](soci::session& sql) -> std::optional<Organisation> {
    auto rows = read(sql, "WHERE folded = :folded", base::lower(base::trim(name)));
    if (rows.empty() || !scope.covers(rows.front().id)) return std::nullopt;
    return std::move(rows.front());
  });
}

Result<Outcome<Organisation>> Organisations::add(const Principal& asker, Organisation wanted,
                                                 base::Time now) {
  if (auto may = may_write(asker, now); !may) return refuse(may.error());
  auto good = tidy(std::move(wanted));
  if (!good) return refuse(good.error());
  auto one = *std::move(good);
  one.id = TRY(fresh_id());
  one.changed = now;
  one.etag = etag_of(one);
  return database_->transact([&](soci::session& sql) -> Result<Outcome<Organisation>> {
    const auto made = accounts::change(
        sql,
        "INSERT INTO accounts_organisation (id, name, folded, sector, contact, language, changed) "
        "VALUES (:id, :name,"
        " :folded, :sector, :contact, :language, :changed) ON CONFLICT (folded) DO NOTHING",
        one.id, one.name, base::lower(one.name), one.sector, one.contact, one.language, seconds(now));
    if (made != 1) return refuse(Why::conflict, "there is an organisation of this name", "name");
    auto entry = log::entry_of(asker, "organisation.add", one.id, one.id);
    entry.details = details({{"name", one.name}});
    TRY(log::append(sql, database_->backend(), std::move(entry), now));
    return Outcome<Organisation>(one);
  });
}

Result<Outcome<Organisation>> Organisations::change(const Principal& asker, const Organisation& wanted,
                                                    base::Time now) {
  if (auto may = may_write(asker, now); !may) return refuse(may.error());
  auto good = tidy(wanted);
  if (!good) return refuse(good.error());
  auto one = *std::move(good);
  return database_->transact([&](soci::session& sql) -> Result<Outcome<Organisation>> {
    accounts::change(sql, "UPDATE accounts_organisation SET changed = changed WHERE id = :id",
                     one.id);  // holds it
    const auto before = read(sql, "WHERE id = :id", one.id);
    if (before.empty() || !asker.scope.covers(one.id)) return no_such();
    if (!wanted.etag.empty() && wanted.etag != before.front().etag)
      return refuse(Why::changed, "somebody changed it since you read it", {}, "read it again");
    one.changed = now;
    one.etag = etag_of(one);
    const auto folded = base::lower(one.name);
    const auto set = accounts::change(sql,
                                      "UPDATE accounts_organisation SET name = :name, folded = :folded, "
                                      "sector = :sector, contact = :contact,"
                                      " language = :language, changed = :changed WHERE id = :id AND NOT "
                                      "EXISTS (SELECT 1 FROM accounts_organisation"
                                      " WHERE folded = :same AND id <> :me)",
                                      one.name, folded, one.sector, one.contact, one.language, seconds(now),
                                      one.id, folded, one.id);
    if (set != 1) return refuse(Why::conflict, "there is an organisation of this name", "name");
    auto entry = log::entry_of(asker, "organisation.change", one.id, one.id);
    entry.details = details({{"name", one.name}, {"name_before", before.front().name}});
    TRY(log::append(sql, database_->backend(), std::move(entry), now));
    return Outcome<Organisation>(one);
  });
}

Result<Outcome<>> Organisations::remove(const Principal& asker, const std::string& id,
                                        const std::string& etag, base::Time now) {
  if (auto may = may_write(asker, now); !may) return refuse(may.error());
  return database_->transact([&](soci::session& sql) -> Result<Outcome<>> {
    accounts::change(sql, "UPDATE accounts_organisation SET changed = changed WHERE id = :id", id);
    const auto before = read(sql, "WHERE id = :id", id);
    if (before.empty() || !asker.scope.covers(id)) return no_such();
    if (!etag.empty() && etag != before.front().etag)
      return refuse(Why::changed, "somebody changed it since you read it", {}, "read it again");
    // An account that sees nothing else would see nothing afterwards; who has left counts no more.
    const auto left =
        number(sql,
               "SELECT COUNT(*) FROM accounts_scope s JOIN accounts_account a ON a.id = s.account WHERE"
               " s.organisation = :id AND a.everything = 0 AND a.state <> 'left' AND NOT EXISTS (SELECT 1"
               " FROM accounts_scope o WHERE o.account = s.account AND o.organisation <> :same)",
               id, id);
    if (left != 0)
      return refuse(Why::conflict, fmt::format("{} accounts see this organisation and no other", left), {},
                    "give them another one, or remove them first");
    accounts::change(sql, "DELETE FROM accounts_scope WHERE organisation = :id", id);
    accounts::change(sql, "DELETE FROM accounts_organisation WHERE id = :id", id);
    auto entry = log::entry_of(asker, "organisation.remove", id, id);
    entry.details = details({{"name", before.front().name}});
    TRY(log::append(sql, database_->backend(), std::move(entry), now));
    return Outcome<>();
  });
}

}  // namespace rampart::accounts
