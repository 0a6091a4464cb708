#include "audit/state/state.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "audit/recording.h"
#include "audit/roster/standing.h"
#include "audit/roster/tables.h"
#include "audit/state/tables.h"
#include "audit/watch/observe.h"
#include "base/compress.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "facts/book_file.h"

namespace rampart::audit::state {
namespace {

using base::Result;
using base::Time;
using Number = long long;  // as SOCI has it

Number number(Time time) { return time.time_since_epoch().count(); }
Time time_of(Number number) { return Time(std::chrono::seconds(number)); }

Status status_of(std::string_view text) {
  for (const auto status : {Status::spoofable, Status::partly_protected, Status::protected_}) {
    if (text == to_string(status)) return status;
  }
  return Status::unknown;
}

// A value that may be NULL, read from a row.
struct Maybe {
  Number value = 0;
  soci::indicator indicator = soci::i_null;
  [[nodiscard]] std::optional<Time> time() const {
    return indicator == soci::i_ok ? std::optional(time_of(value)) : std::nullopt;
  }
};

// Fields that follow one another are told apart by their lengths.
class Canonical {
 public:
  Canonical& add(std::string_view field) {
    text_ += fmt::format("{}:", field.size());
    text_ += field;
    return *this;
  }
  Canonical& add(std::uint64_t field) { return add(std::to_string(field)); }
  [[nodiscard]] std::string digest() const { return base::encode_base64(crypto::sha256(text_)); }

 private:
  std::string text_;
};

void add(Canonical& out, const facts::Answer& answer) {
  out.add(answer.name_wire()).add(static_cast<std::uint64_t>(answer.type()));
  out.add(facts::to_string(answer.presence()));
  if (answer.unknown()) return;  // whatever stood in the way
  out.add(answer.ad() ? "ad" : "");
  for (const auto& alias : answer.aliases()) out.add(alias.wire());
  out.add(answer.records().size());
  for (const auto& record : answer.records()) out.add(answer.data(record)).add(record.preference);
}

void add(Canonical& out, const facts::HttpAnswer& answer) {
  out.add(answer.question.host.wire()).add(answer.question.path).add(facts::to_string(answer.presence));
  if (answer.presence != facts::Presence::present) {
    out.add(answer.tls_failed ? "tls" : "");
    return;
  }
  out.add(static_cast<std::uint64_t>(answer.status)).add(answer.content_type).add(answer.body);
}

// The banner may hold the time.
void add(Canonical& out, const facts::SmtpAnswer& answer) {
  out.add(answer.question.host.wire()).add(facts::to_string(answer.presence));
  if (answer.presence != facts::Presence::present) return;
  out.add(answer.starttls ? "starttls" : "").add(answer.auth_in_clear ? "auth" : "").add(answer.tls_version);
  out.add(answer.tls_error);
  for (const auto& certificate : answer.certificate) out.add(certificate.sha256).add(certificate.chain_error);
}

Result<std::string> packed_book(const Recorded& one) {
  facts::Book book = *one.book;
  if (const auto fact = record_input(*one.input, 0)) book.add(*fact);
  const auto text = facts::format_book({.now = one.input->now, .meta = {}}, book);
  return base::encode_base64(TRY(base::compress(text)));
}

// Writes finished audits. Its statements are prepared once for all of them.
class Writer {
 public:
  Writer(soci::session& sql, store::Backend backend, std::size_t keep)
      : keep_(static_cast<Number>(keep)),
        find_((sql.prepare << "SELECT status, grade, facts FROM audit_domain WHERE domain = :domain",
               soci::use(domain_), soci::into(known_status_), soci::into(known_grade_),
               soci::into(known_facts_))),
        put_((sql.prepare
                  << "INSERT INTO audit_domain (domain, first, last, status, grade, facts)"
                     " VALUES (:domain, :first, :last, :status, :grade, :facts)"
                     " ON CONFLICT (domain) DO UPDATE SET last = excluded.last, status = excluded.status,"
                     " grade = excluded.grade, facts = excluded.facts",
              soci::use(domain_), soci::use(at_), soci::use(at_), soci::use(status_), soci::use(grade_),
              soci::use(facts_))),
        again_((sql.prepare << "UPDATE audit_snapshot SET last = :last WHERE number ="
                               " (SELECT MAX(number) FROM audit_snapshot WHERE domain = :domain)",
                soci::use(at_), soci::use(domain_))),
        snapshot_((sql.prepare << "INSERT INTO audit_snapshot (domain, first, last, status, grade, book)"
                                  " VALUES (:domain, :first, :last, :status, :grade, :book)",
                   soci::use(domain_), soci::use(at_), soci::use(at_), soci::use(status_),
                   soci::use(report_grade_), soci::use(book_))),
        forget_((
            sql.prepare << fmt::format("DELETE FROM audit_snapshot WHERE domain = :domain AND number <="
                                       " (SELECT number FROM audit_snapshot WHERE domain = :again"
                                       " ORDER BY number DESC LIMIT 1 OFFSET {})",
                                       backend == store::Backend::sqlite ? ":keep" : "CAST(:keep AS BIGINT)"),
            soci::use(domain_, "domain"), soci::use(domain_, "again"), soci::use(keep_, "keep"))),
        open_((sql.prepare << "SELECT code FROM audit_finding WHERE domain = :domain AND gone IS NULL",
               soci::use(domain_), soci::into(code_))),
        came_((sql.prepare << "INSERT INTO audit_finding (domain, code, since, effective, title,"
                              " organisation) VALUES (:domain, :code, :since, :effective, :title, :owner)"
                              " ON CONFLICT (domain, code, since) DO UPDATE SET gone = NULL",
               soci::use(domain_), soci::use(code_), soci::use(at_), soci::use(effective_), soci::use(title_),
               soci::use(organisation_))),
        stays_((sql.prepare << "UPDATE audit_finding SET effective = :effective, title = :title"
                               " WHERE domain = :domain AND code = :code AND gone IS NULL",
                soci::use(effective_), soci::use(title_), soci::use(domain_), soci::use(code_))),
        went_((sql.prepare << "UPDATE audit_finding SET gone = :gone WHERE domain = :domain AND code = :code"
                              " AND gone IS NULL",
               soci::use(at_), soci::use(domain_), soci::use(code_))),
        key_(
            (sql.prepare << "INSERT INTO audit_key (domain, selector, fingerprint, first, last)"
                            " VALUES (:domain, :selector, :fingerprint, :first, :last)"
                            " ON CONFLICT (domain, selector, fingerprint) DO UPDATE SET last = excluded.last",
             soci::use(domain_), soci::use(selector_), soci::use(fingerprint_), soci::use(at_),
             soci::use(at_))),
        standings_(sql) {}

  Result<> write(const Recorded& one) {
    domain_ = one.report.domain.text();
    standings_.take(domain_);
    organisation_ = standings_.now().organisation;
    at_ = number(one.input->now);
    status_ = to_string(one.report.status);
    report_grade_ = one.report.grade;
    facts_ = fingerprint(*one.book);
    find_.execute();
    const bool known = find_.fetch();
    const bool same = known && known_facts_ == facts_;
    grade_ = report_grade_;
    // What is not known now was something then, and may well be still.
    if (known && one.report.status == Status::unknown) {
      status_ = known_status_;
      grade_ = known_grade_;
    }
    put_.execute(true);
    status_ = to_string(one.report.status);
    if (same) {
      again_.execute(true);
    } else {
      book_ = TRY(packed_book(one));
      snapshot_.execute(true);
      forget_.execute(true);
    }
    findings(one);
    for (const auto& key : one.report.dkim_keys) {
      if (key.revoked || key.fingerprint.empty()) continue;
      selector_ = key.selector;
      fingerprint_ = key.fingerprint;
      key_.execute(true);
    }
    standings_.audited(one.report, one.input->now);
    return {};
  }
  void finish() { standings_.finish(); }

 private:
  void findings(const Recorded& one) {
    std::vector<std::string> open;
    open_.execute();
    while (open_.fetch()) open.push_back(code_);
    std::ranges::sort(open);
    const auto seen = watch::observe(*one.input, one.report, *one.book, Severity::low);
    for (const auto& item : seen.items) {
      if (item.subject != watch::Subject::finding) continue;
      code_ = item.key;
      effective_ = to_string(item.severity);
      title_ = item.title;
      if (std::ranges::binary_search(open, code_)) {
        stays_.execute(true);
      } else {
        came_.execute(true);
      }
    }
    for (const auto& code : open) {
      const auto* item = seen.find(watch::Subject::finding, code);
      if (item != nullptr || !seen.can_say(code)) continue;
      code_ = code;
      went_.execute(true);
    }
  }

  std::string domain_, status_, grade_, report_grade_, facts_, book_, code_, effective_, title_, selector_,
      fingerprint_, organisation_;
  std::string known_status_, known_grade_, known_facts_;
  Number at_ = 0;
  Number keep_;
  soci::statement find_, put_, again_, snapshot_, forget_, open_, came_, stays_, went_, key_;
  roster::StandingWriter standings_;
};

struct SnapshotRow {
  Number number = 0;
  std::string domain;
  Number first = 0;
  Number last = 0;
  std::string status;
  std::string grade;

  Result<Snapshot> read() const {
    return Snapshot{number, TRY(dns::Name::parse(domain)), time_of(first), time_of(last), status_of(status),
                    grade};
  }
};
constexpr std::string_view kSnapshotColumns = "number, domain, first, last, status, grade";

struct HistoryRow {
  std::string domain;
  Number first = 0;
  Number last = 0;
  std::string status;
  std::string grade;
  Number open = 0;

  Result<DomainHistory> read() const {
    return DomainHistory{
        TRY(dns::Name::parse(domain)), time_of(first), time_of(last), status_of(status), grade,
        static_cast<std::size_t>(open)};
  }
};
constexpr std::string_view kHistory =
    "SELECT d.domain, d.first, d.last, d.status, d.grade, (SELECT COUNT(*) FROM audit_finding f"
    " WHERE f.domain = d.domain AND f.gone IS NULL) FROM audit_domain d";

}  // namespace

std::string fingerprint(const facts::Book& book) {
  Canonical out;
  for (const auto& fact : book.sorted()) std::visit([&](const auto& answer) { add(out, *answer); }, fact);
  return out.digest();
}

Result<State> State::open(store::Database& database) {
  TRY(database.migrate("audit", kMigrations));
  TRY(database.migrate("roster", roster::kMigrations));
  return State(database);
}

Result<> State::record(std::span<const Recorded> finished, std::size_t keep) {
  if (finished.empty()) return {};
  return database_->transact([&](soci::session& sql) -> Result<> {
    Writer writer(sql, database_->backend(), keep);
    for (const auto& one : finished) TRY(writer.write(one));
    writer.finish();
    return {};
  });
}

Result<std::vector<KnownKey>> State::keys(const dns::Name& domain) {
  return database_->run([&](soci::session& sql) {
    std::vector<KnownKey> out;
    const auto name = domain.text();
    std::string selector;
    std::string fingerprint;
    Number first = 0;
    soci::statement all =
        (sql.prepare << "SELECT selector, fingerprint, first FROM audit_key WHERE domain = :domain"
                        " ORDER BY selector, fingerprint",
         soci::use(name), soci::into(selector), soci::into(fingerprint), soci::into(first));
    all.execute();
    while (all.fetch()) out.push_back({selector, fingerprint, time_of(first)});
    return out;
  });
}

Result<std::vector<Snapshot>> State::snapshots(const dns::Name& domain, std::size_t limit) {
  return database_->run([&](soci::session& sql) -> Result<std::vector<Snapshot>> {
    std::vector<Snapshot> out;
    const auto name = domain.text();
    const auto most = static_cast<Number>(limit);
    SnapshotRow row;
    soci::statement all =
        (sql.prepare << fmt::format("SELECT {} FROM audit_snapshot WHERE domain = :domain"
                                    " ORDER BY number DESC LIMIT :most",
                                    kSnapshotColumns),
         soci::use(name), soci::use(most), soci::into(row.number), soci::into(row.domain),
         soci::into(row.first), soci::into(row.last), soci::into(row.status), soci::into(row.grade));
    all.execute();
    while (all.fetch()) out.push_back(TRY(row.read()));
    return out;
  });
}

Result<std::optional<Snapshot>> State::snapshot_at(const dns::Name& domain, Time when) {
  return database_->run([&](soci::session& sql) -> Result<std::optional<Snapshot>> {
    const auto name = domain.text();
    const auto at = number(when);
    SnapshotRow row;
    sql << fmt::format(
        "SELECT {} FROM audit_snapshot WHERE domain = :domain AND first <= :at"
        " ORDER BY number DESC LIMIT 1",
        kSnapshotColumns),
        soci::use(name), soci::use(at), soci::into(row.number), soci::into(row.domain), soci::into(row.first),
        soci::into(row.last), soci::into(row.status), soci::into(row.grade);
    if (!sql.got_data()) return std::nullopt;
    return TRY(row.read());
  });
}

Result<LoadedSnapshot> State::load(const Snapshot& snapshot) {
  const auto packed = TRY(database_->run([&](soci::session& sql) {
    std::string book;
    sql << "SELECT book FROM audit_snapshot WHERE number = :number", soci::use(snapshot.number),
        soci::into(book);
    return book;
  }));
  const auto name = fmt::format("snapshot {} of {}", snapshot.number, snapshot.domain.text());
  const auto bytes = base::decode_base64(packed);
  if (!bytes || bytes->empty()) {
    return base::fail(base::ErrorKind::input, fmt::format("{} is damaged", name), database_->where(),
                      "audit the domain again: a new one is kept");
  }
  auto loaded = TRY(facts::parse_book(TRY(base::decompress(*bytes)), name));
  auto input = recorded_input(*loaded.book, snapshot.domain, loaded.header.now);
  if (!input) input = Input{.domain = snapshot.domain, .now = loaded.header.now};
  auto book = std::make_shared<facts::Book>();
  for (auto& fact : loaded.book->sorted()) {
    if (!is_note(fact)) book->add(std::move(fact));
  }
  facts::Facts facts(*book);
  // What a newer program would ask besides was not asked then.
  facts.close(facts::Why::outside, "it was not asked for at the time");
  auto report = assess(*input, facts);
  return LoadedSnapshot{snapshot, std::move(*input), std::move(book), std::move(report)};
}

Result<std::optional<DomainHistory>> State::history(const dns::Name& domain) {
  return database_->run([&](soci::session& sql) -> Result<std::optional<DomainHistory>> {
    const auto name = domain.text();
    HistoryRow row;
    sql << std::string(kHistory) + " WHERE d.domain = :domain", soci::use(name), soci::into(row.domain),
        soci::into(row.first), soci::into(row.last), soci::into(row.status), soci::into(row.grade),
        soci::into(row.open);
    if (!sql.got_data()) return std::nullopt;
    return TRY(row.read());
  });
}

Result<std::vector<DomainHistory>> State::histories() {
  return database_->run([&](soci::session& sql) -> Result<std::vector<DomainHistory>> {
    std::vector<DomainHistory> out;
    HistoryRow row;
    soci::statement all = (sql.prepare << std::string(kHistory) + " ORDER BY d.domain",
                           soci::into(row.domain), soci::into(row.first), soci::into(row.last),
                           soci::into(row.status), soci::into(row.grade), soci::into(row.open));
    all.execute();
    while (all.fetch()) out.push_back(TRY(row.read()));
    return out;
  });
}

Result<std::vector<FindingSpan>> State::findings(const dns::Name& domain) {
  return database_->run([&](soci::session& sql) {
    std::vector<FindingSpan> out;
    const auto name = domain.text();
    FindingSpan span;
    std::string effective;
    Number since = 0;
    Maybe gone;
    soci::statement all = (sql.prepare << "SELECT code, effective, title, since, gone FROM audit_finding"
                                          " WHERE domain = :domain ORDER BY since DESC, code",
                           soci::use(name), soci::into(span.code), soci::into(effective),
                           soci::into(span.title), soci::into(since), soci::into(gone.value, gone.indicator));
    all.execute();
    while (all.fetch()) {
      out.push_back({span.code, parse_severity(effective).value_or(Severity::info), span.title,
                     time_of(since), gone.time()});
    }
    std::ranges::sort(out, [](const FindingSpan& a, const FindingSpan& b) {
      if (a.gone.has_value() != b.gone.has_value()) return !a.gone;
      if (a.gone && *a.gone != *b.gone) return *a.gone > *b.gone;
      return std::tuple(b.effective, b.since, a.code) < std::tuple(a.effective, a.since, b.code);
    });
    return out;
  });
}

}  // namespace rampart::audit::state
