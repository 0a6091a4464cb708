#include "audit/roster/roster.h"

#include <algorithm>
#include <tuple>

#include <boost/json/array.hpp>

#include "audit/state/state.h"
#include "base/json.h"
#include "base/text.h"

namespace rampart::audit::roster {
namespace {

using base::Result;
using base::Time;

Time time_of(long long number) { return Time(std::chrono::seconds(number)); }

// As lists show them.
std::string written(const std::vector<std::pair<std::string, std::string>>& tags) {
  if (tags.empty()) return {};
  std::string out;
  base::JsonWriter json(out);
  json.begin_array();
  for (const auto& [name, value] : tags)
    json.begin_object().member("name", name).member("value", value).end_object();
  json.end_array();
  return out;
}

std::vector<std::pair<std::string, std::string>> read_tags(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> out;
  if (text.empty()) return out;
  const auto parsed = base::parse_json(text, "tags");
  if (!parsed || !parsed->is_array()) return out;
  for (const auto& tag : parsed->get_array()) {
    if (const auto* object = tag.if_object())
      out.emplace_back(base::text_member(*object, "name"), base::text_member(*object, "value"));
  }
  return out;
}

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> out;
  for (const auto word : base::split(text, ' ')) {
    if (!word.empty()) out.emplace_back(word);
  }
  return out;
}

// A row of audit_roster; a domain that nobody put there has none.
struct Row {
  std::string domain, organisation, sector, contact, selectors, tags, note, by;
  long long sends = 0, added = 0;

  void bind(soci::details::prepare_temp_type& statement) {
    statement, soci::into(organisation), soci::into(sector), soci::into(contact), soci::into(sends),
        soci::into(selectors), soci::into(tags), soci::into(note), soci::into(added), soci::into(by);
  }
  [[nodiscard]] Result<Entry> entry() const {
    return Entry{.domain = TRY(dns::Name::parse(domain)),
                 .organisation = organisation,
                 .sector = sector,
                 .contact = contact,
                 .sends = static_cast<Sends>(std::clamp<long long>(sends, 0, 2)),
                 .selectors = words(selectors),
                 .tags = read_tags(tags),
                 .note = note};
  }
};
constexpr std::string_view kColumns =
    "r.organisation, r.sector, r.contact, r.sends, r.selectors, r.tags, r.note, r.added, r.added_by";

class Putter {
 public:
  explicit Putter(soci::session& sql)
      : find_((sql.prepare << "SELECT organisation, sector, contact, sends, selectors, tags, note FROM"
                              " audit_roster WHERE domain = :domain",
               soci::use(row_.domain), soci::into(old_.organisation), soci::into(old_.sector),
               soci::into(old_.contact), soci::into(old_.sends), soci::into(old_.selectors),
               soci::into(old_.tags), soci::into(old_.note))),
        put_(
            (sql.prepare
                 << "INSERT INTO audit_roster (domain, organisation, sector, contact, sends, selectors, tags,"
                    " note, added, added_by) VALUES (:domain, :organisation, :sector, :contact, :sends,"
                    " :selectors, :tags, :note, :added, :added_by) ON CONFLICT (domain) DO UPDATE SET"
                    " organisation = excluded.organisation, sector = excluded.sector,"
                    " contact = excluded.contact, sends = excluded.sends, selectors = excluded.selectors,"
                    " tags = excluded.tags, note = excluded.note",
             soci::use(row_.domain), soci::use(row_.organisation), soci::use(row_.sector),
             soci::use(row_.contact), soci::use(row_.sends), soci::use(row_.selectors), soci::use(row_.tags),
             soci::use(row_.note), soci::use(row_.added), soci::use(row_.by))),
        own_((sql.prepare << "UPDATE audit_finding SET organisation = :organisation WHERE domain = :domain",
              soci::use(row_.organisation), soci::use(row_.domain))),
        untag_((sql.prepare << "DELETE FROM audit_tag WHERE domain = :domain", soci::use(row_.domain))),
        tag_((sql.prepare << "INSERT INTO audit_tag (domain, name, value) VALUES (:domain, :name, :value)",
              soci::use(row_.domain), soci::use(name_), soci::use(value_))),
        standings_(sql) {}

  void put(const Listed& one, Existing existing, Done& done) {
    const auto& entry = one.entry;
    row_ = {.domain = entry.domain.text(),
            .organisation = entry.organisation,
            .sector = entry.sector,
            .contact = entry.contact,
            .selectors = base::join(entry.selectors, " "),
            .tags = written(entry.tags),
            .note = entry.note,
            .by = one.by,
            .sends = static_cast<long long>(entry.sends),
            .added = one.added.time_since_epoch().count()};
    find_.execute();
    const bool there = find_.fetch();
    standings_.take(row_.domain);
    const auto before = standings_.now();
    if (there && (existing == Existing::keep || same(before, one))) {
      ++done.kept;
      return;
    }
    put_.execute(true);
    if (before.organisation != entry.organisation) own_.execute(true);
    standings_.said({entry.organisation, entry.sends, one.watched, row_.tags});
    if (!there || old_.tags != row_.tags) tags(entry);
    ++(there ? done.changed : done.added);
  }
  void finish() { standings_.finish(); }

 private:
  [[nodiscard]] bool same(const Standing& before, const Listed& one) const {
    return before.watched == one.watched && old_.organisation == row_.organisation &&
           old_.sector == row_.sector && old_.contact == row_.contact && old_.sends == row_.sends &&
           old_.selectors == row_.selectors && old_.tags == row_.tags && old_.note == row_.note;
  }

  // Found without regard to case.
  void tags(const Entry& entry) {
    untag_.execute(true);
    for (const auto& [name, value] : entry.tags) {
      name_ = base::lower(name);
      value_ = base::lower(value);
      tag_.execute(true);
    }
  }

  Row row_, old_;
  std::string name_, value_;
  soci::statement find_, put_, own_, untag_, tag_;
  StandingWriter standings_;
};

}  // namespace

bool Whose::covers(std::string_view organisation) const {
  return everything || std::ranges::find(organisations, organisation) != organisations.end();
}

void Counts::add(Bucket bucket, std::int64_t count) {
  if (count == 0) return;
  domains += count;
  if (bucket.rank == Bucket::kNeverAudited) {
    never_audited += count;
    return;
  }
  by_status[static_cast<std::size_t>(bucket.status)] += count;
  by_grade[std::string(bucket.grade())] += count;
}

Result<Roster> Roster::open(store::Database& database) {
  TRY(state::State::open(database));  // whose tables these stand beside
  return Roster(database);
}

Result<Done> Roster::put(std::span<const Listed> listed, Existing existing) {
  Done done;
  if (listed.empty()) return done;
  TRY(database_->transact([&](soci::session& sql) {
    Putter putter(sql);
    for (const auto& one : listed) putter.put(one, existing, done);
    putter.finish();
  }));
  return done;
}

Result<std::optional<Listed>> Roster::find(const dns::Name& domain) {
  return database_->run([&](soci::session& sql) -> Result<std::optional<Listed>> {
    Row row{.domain = domain.text()};
    long long watched = 0;
    std::string owner;
    sql << "SELECT organisation, watched FROM audit_standing WHERE domain = :domain", soci::use(row.domain),
        soci::into(owner), soci::into(watched);
    if (!sql.got_data()) return std::nullopt;
    auto select =
        (sql.prepare << fmt::format("SELECT {} FROM audit_roster r WHERE r.domain = :domain", kColumns));
    row.bind(select);
    select, soci::use(row.domain);
    soci::statement statement(select);
    statement.execute();
    if (!statement.fetch()) return Listed{.entry = {.domain = domain}, .watched = false};
    return Listed{
        .entry = TRY(row.entry()), .watched = watched != 0, .added = time_of(row.added), .by = row.by};
  });
}

Result<bool> Roster::remove(const dns::Name& domain, Time now) {
  return database_->transact([&](soci::session& sql) {
    const auto name = domain.text();
    StandingWriter standings(sql);
    const bool had = standings.take(name);
    standings.forget();  // also what was only filled in from its audits
    standings.finish();
    if (!had) return false;
    for (const auto* table : {"audit_roster", "audit_tag"})
      sql << fmt::format("DELETE FROM {} WHERE domain = :domain", table), soci::use(name);
    sql << "UPDATE audit_finding SET organisation = '' WHERE domain = :domain", soci::use(name);
    const long long at = now.time_since_epoch().count();
    sql << "UPDATE audit_risk SET withdrawn = :now WHERE domain = :domain AND withdrawn IS NULL",
        soci::use(at), soci::use(name);
    return true;
  });
}

Result<std::vector<Entry>> Roster::watched(const Whose& whose) {
  return database_->run([&](soci::session& sql) -> Result<std::vector<Entry>> {
    std::vector<Entry> out;
    const auto read = [&](const std::string* organisation) -> Result<> {
      Row row;
      auto select =
          (sql.prepare << fmt::format(
               "SELECT r.domain, {} FROM audit_roster r JOIN audit_standing s ON s.domain = r.domain"
               " WHERE s.watched = 1{} ORDER BY s.domain",
               kColumns, organisation == nullptr ? "" : " AND s.organisation = :organisation"));
      select, soci::into(row.domain);
      row.bind(select);
      if (organisation != nullptr) select, soci::use(*organisation);
      soci::statement statement(select);
      statement.execute();
      while (statement.fetch()) out.push_back(TRY(row.entry()));
      return {};
    };
    if (whose.everything) TRY(read(nullptr));
    if (!whose.everything) {
      for (const auto& organisation : whose.organisations) TRY(read(&organisation));
    }
    return out;
  });
}

Result<std::vector<Entry>> Roster::entries(std::span<const dns::Name> domains) {
  std::vector<Entry> out;
  for (const auto& domain : domains) {
    if (auto found = TRY(find(domain))) out.push_back(std::move(found->entry));
  }
  return out;
}

Result<std::optional<Standing>> Roster::standing(const dns::Name& domain) {
  return database_->run([&](soci::session& sql) -> std::optional<Standing> {
    StandingRow row;
    const auto name = domain.text();
    auto select = (sql.prepare << fmt::format("SELECT {} FROM audit_standing s WHERE s.domain = :domain",
                                              kStandingColumns));
    row.bind(select);
    select, soci::use(name);
    soci::statement statement(select);
    statement.execute();
    if (!statement.fetch()) return std::nullopt;
    return row.read();
  });
}

Result<> Roster::judge_again(const DomainReport& report) {
  return database_->transact([&](soci::session& sql) {
    StandingWriter standings(sql);
    if (!standings.take(report.domain.text())) return;
    const auto tried = standings.now().tried.value_or(report.now);
    standings.audited(report, tried);
    standings.finish();
  });
}

Result<Counts> Roster::counts(const Whose& whose) {
  return database_->run([&](soci::session& sql) {
    Counts out;
    std::string organisation(kEverybody);
    long long bucket = 0;
    long long domains = 0;
    soci::statement select =
        (sql.prepare << "SELECT bucket, domains FROM audit_count WHERE organisation = :whose",
         soci::use(organisation), soci::into(bucket), soci::into(domains));
    const auto add = [&] {
      select.execute();
      while (select.fetch()) out.add(Bucket::of(static_cast<int>(bucket)), domains);
    };
    if (whose.everything) {
      add();
      return out;
    }
    for (const auto& one : whose.organisations) {
      organisation = one;
      add();
    }
    return out;
  });
}

Result<std::map<std::string, Counts>> Roster::counts_by_organisation() {
  return database_->run([&](soci::session& sql) {
    std::map<std::string, Counts> out;
    std::string organisation;
    long long bucket = 0;
    long long domains = 0;
    soci::statement select =
        (sql.prepare << "SELECT organisation, bucket, domains FROM audit_count WHERE domains > 0",
         soci::into(organisation), soci::into(bucket), soci::into(domains));
    select.execute();
    while (select.fetch()) {
      if (organisation != kEverybody) out[organisation].add(Bucket::of(static_cast<int>(bucket)), domains);
    }
    return out;
  });
}

namespace {

// So many of the newest are looked at for those that are no first sight; our own.
constexpr int kLookedAt = 1000;

void read_changes(soci::session& sql, const std::string* organisation, bool went, long long since,
                  std::vector<Change>& out) {
  const std::string_view column = went ? "gone" : "since";
  const auto text = fmt::format(
      "SELECT f.domain, f.code, f.title, f.effective, f.{0} FROM (SELECT domain, code, title, effective, "
      "since,"
      " gone FROM audit_finding WHERE {0} >= :since{1} ORDER BY {0} DESC LIMIT {2}) f"
      " JOIN audit_domain d ON d.domain = f.domain{3} ORDER BY f.{0} DESC, f.domain, f.code",
      column, organisation == nullptr ? "" : " AND organisation = :organisation", kLookedAt,
      went ? "" : " WHERE f.since > d.first");
  Change change;
  std::string effective;
  long long at = 0;
  auto select = (sql.prepare << text);
  select, soci::into(change.domain), soci::into(change.code), soci::into(change.title), soci::into(effective),
      soci::into(at), soci::use(since, "since");
  if (organisation != nullptr) select, soci::use(*organisation, "organisation");
  soci::statement statement(select);
  statement.execute();
  change.went = went;
  while (statement.fetch()) {
    change.effective = parse_severity(effective).value_or(Severity::info);
    change.at = time_of(at);
    out.push_back(change);
  }
}

}  // namespace

Result<std::vector<Change>> Roster::changes(const Whose& whose, Time since, std::size_t limit) {
  return database_->run([&](soci::session& sql) {
    std::vector<Change> out;
    const long long from = since.time_since_epoch().count();
    for (const bool went : {false, true}) {
      if (whose.everything) {
        read_changes(sql, nullptr, went, from, out);
        continue;
      }
      for (const auto& organisation : whose.organisations) read_changes(sql, &organisation, went, from, out);
    }
    std::ranges::sort(out, [](const Change& a, const Change& b) {
      return std::tie(b.at, a.domain, a.code) < std::tie(a.at, b.domain, b.code);
    });
    if (out.size() > limit) out.resize(limit);
    return out;
  });
}

Result<std::int64_t> Roster::version() {
  return database_->run([](soci::session& sql) {
    long long version = 0;
    sql << "SELECT version FROM audit_version", soci::into(version);
    return static_cast<std::int64_t>(version);
  });
}

}  // namespace rampart::audit::roster
