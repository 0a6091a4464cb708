#include "reports/sources/marks.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::reports {
namespace {

using Number = long long;  // as SOCI has it

constexpr std::string_view kMarked = "marked:";
constexpr std::size_t kMaxSubject = 300;  // bytes: a kind, a colon and a name; our own

// Times are seconds since 1970. A mark that was taken back stays, with when and by whom.
constexpr std::array kMigrations{
    store::Migration{
        .sql = "CREATE TABLE report_mark (number INTEGER PRIMARY KEY, domain TEXT NOT NULL, subject TEXT NOT "
               "NULL,"
               " kind TEXT NOT NULL, name TEXT NOT NULL, reason TEXT NOT NULL, who TEXT NOT NULL,"
               " made BIGINT NOT NULL, removed BIGINT, removed_by TEXT NOT NULL DEFAULT '');"
               "CREATE INDEX report_mark_of_domain ON report_mark (domain, subject);",
        .postgresql = "CREATE TABLE report_mark (number BIGSERIAL PRIMARY KEY, domain TEXT NOT NULL, subject "
                      "TEXT NOT NULL,"
                      " kind TEXT NOT NULL, name TEXT NOT NULL, reason TEXT NOT NULL, who TEXT NOT NULL,"
                      " made BIGINT NOT NULL, removed BIGINT, removed_by TEXT NOT NULL DEFAULT '');"
                      "CREATE INDEX report_mark_of_domain ON report_mark (domain, subject);",
    },
};

Number number(base::Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}
base::Time time_of(Number number) { return base::Time(std::chrono::seconds(number)); }

std::unexpected<base::Error> wrong(std::string what, std::string_view text) {
  return base::fail(
      base::ErrorKind::usage, std::move(what), base::printable(text),
      "name an address, a network (198.51.100.0/24), or a source's id as `rampart reports sources` "
      "shows it");
}

base::Result<std::optional<mail::Network>> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = base::IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return mail::Network{*address, address->bits()};
  const auto length = base::parse_number(text.substr(slash + 1));
  if (!length || *length > address->bits()) return wrong("the length of the network is wrong", text);
  const auto bits = static_cast<unsigned>(*length);
  if (bits == 0) return wrong("a mark of every address would name every forger", text);
  if (address->masked(bits) != *address)
    return wrong(fmt::format("the network begins at {}", address->masked(bits).text()), text);
  return mail::Network{*address, bits};
}

}  // namespace

std::string MarkSubject::text() const {
  if (!network) return id;
  return network->length == network->address.bits() ? network->address.text() : network->text();
}

base::Result<MarkSubject> parse_mark_subject(std::string_view text) {
  if (text.size() > kMaxSubject) return wrong("no source has so long an id", base::excerpt(text, 80));
  if (text.starts_with(kMarked)) text.remove_prefix(kMarked.size());  // the id of what is marked already
  if (const auto network = TRY(parse_network(text))) return MarkSubject{.network = network, .id = {}};
  if (text == "own") return MarkSubject{.network = {}, .id = std::string(text)};
  if (text == "spoofing")
    return wrong("what is spoofed comes from many: mark addresses or networks of it", text);
  const auto colon = text.find(':');
  const auto kind = parse_source_kind(text.substr(0, colon));
  if (colon == std::string_view::npos || colon + 1 == text.size() || !kind)
    return wrong("this names no source", text);
  if (*kind == SourceKind::own || *kind == SourceKind::spoofing) return wrong("no source has this id", text);
  if (base::printable(text) != text) return wrong("no source has this id", text);
  return MarkSubject{.network = {}, .id = std::string(text)};
}

base::Result<Marks> Marks::open(store::Database& database) {
  TRY(database.migrate("report-marks", kMigrations));
  return Marks(database);
}

base::Result<long long> Marks::add(const Mark& mark) {
  return database_->transact([&](soci::session& sql) -> base::Result<long long> {
    const auto domain = mark.domain.text();
    const auto subject = mark.subject.text();
    const std::string kind(to_string(mark.kind));
    const auto made = number(mark.made);
    Number standing = 0;
    sql << "SELECT COUNT(*) FROM report_mark WHERE domain = :domain AND removed IS NULL AND subject <> "
           ":subject",
        soci::use(domain), soci::use(subject), soci::into(standing);
    if (standing >= static_cast<Number>(kMaxMarks))
      return base::fail(base::ErrorKind::usage, fmt::format("{} has {} marks already", domain, kMaxMarks), {},
                        "take some back, or name the sender in a file of your own (reports.providers)");
    sql << "UPDATE report_mark SET removed = :now, removed_by = :who WHERE domain = :domain AND subject = "
           ":subject"
           " AND removed IS NULL",
        soci::use(made), soci::use(mark.who), soci::use(domain), soci::use(subject);
    sql << "INSERT INTO report_mark (domain, subject, kind, name, reason, who, made)"
           " VALUES (:domain, :subject, :kind, :name, :reason, :who, :made)",
        soci::use(domain), soci::use(subject), soci::use(kind), soci::use(mark.name), soci::use(mark.reason),
        soci::use(mark.who), soci::use(made);
    Number out = 0;
    sql << "SELECT MAX(number) FROM report_mark WHERE domain = :domain AND subject = :subject",
        soci::use(domain), soci::use(subject), soci::into(out);
    return out;
  });
}

base::Result<std::vector<Mark>> Marks::list(const std::optional<dns::Name>& domain, bool all) {
  return database_->run([&](soci::session& sql) -> base::Result<std::vector<Mark>> {
    std::vector<Mark> out;
    Mark mark;
    const auto of = domain ? domain->text() : std::string();
    const int every = domain ? 0 : 1;
    const int taken_back = all ? 1 : 0;
    std::string name;
    std::string subject;
    std::string kind;
    Number made = 0;
    Number removed = 0;
    soci::indicator removed_there = soci::i_null;
    soci::statement rows =
        (sql.prepare << "SELECT number, domain, subject, kind, name, reason, who, made, removed, removed_by"
                        " FROM report_mark WHERE (domain = :domain OR :every = 1)"
                        " AND (removed IS NULL OR :all = 1) ORDER BY domain, number",
         soci::use(of), soci::use(every), soci::use(taken_back), soci::into(mark.number), soci::into(name),
         soci::into(subject), soci::into(kind), soci::into(mark.name), soci::into(mark.reason),
         soci::into(mark.who), soci::into(made), soci::into(removed, removed_there),
         soci::into(mark.removed_by));
    rows.execute();
    while (rows.fetch()) {
      mark.domain = TRY(dns::Name::parse(name));
      mark.subject = TRY(parse_mark_subject(subject));
      mark.kind = parse_source_kind(kind).value_or(SourceKind::unknown);
      mark.made = time_of(made);
      mark.removed = removed_there == soci::i_ok ? std::optional(time_of(removed)) : std::nullopt;
      out.push_back(mark);
    }
    return out;
  });
}

base::Result<bool> Marks::remove(long long of, std::string_view who, base::Time now) {
  return database_->transact([&](soci::session& sql) {
    const auto at = number(now);
    const std::string by(who);
    soci::statement update =
        (sql.prepare << "UPDATE report_mark SET removed = :now, removed_by = :who WHERE number = :number"
                        " AND removed IS NULL",
         soci::use(at), soci::use(by), soci::use(of));
    update.execute(true);
    return update.get_affected_rows() > 0;
  });
}

}  // namespace rampart::reports
