#include "audit/watch/ledger_store.h"

#include <set>

#include <fmt/format.h>
#include <soci/soci.h>

#include "audit/watch/memory_json.h"
#include "audit/watch/migrations.h"
#include "audit/watch/schedule.h"

namespace rampart::audit::watch {
namespace {

using base::Result;
using base::Time;
using Number = long long;  // as SOCI has it

Number number(Time time) { return time.time_since_epoch().count(); }
Time time_of(Number number) { return Time(std::chrono::seconds(number)); }

// A value that may be NULL, to be bound or read.
struct Maybe {
  Number value = 0;
  soci::indicator indicator = soci::i_null;

  Maybe() = default;
  explicit Maybe(std::optional<Time> time)
      : value(time ? number(*time) : 0), indicator(time ? soci::i_ok : soci::i_null) {}
  [[nodiscard]] std::optional<Time> time() const {
    return indicator == soci::i_ok ? std::optional(time_of(value)) : std::nullopt;
  }
};

class StoreLedger final : public Ledger {
 public:
  StoreLedger(store::Database& database, std::string account)
      : database_(database), account_(std::move(account)) {}

  // A dry run's account begins anew with what the real one knows.
  Result<> begin() {
    TRY(database_.migrate("watch", kMigrations));
    if (account_.empty()) return {};
    return database_.transact([&](soci::session& db) -> Result<> {
      db << "DELETE FROM watch_domain WHERE account = :account AND domain IN"
            " (SELECT domain FROM watch_domain WHERE account = '')",
          soci::use(account_);
      return {};
    });
  }

  Result<std::vector<DomainRow>> rows() override {
    return database_.run([&](soci::session& db) -> Result<std::vector<DomainRow>> {
      std::vector<DomainRow> out;
      std::set<dns::Name> seen;
      for (const auto& account : accounts()) {
        std::string domain;
        Maybe last;
        Maybe again;
        soci::statement all =
            (db.prepare << "SELECT domain, last_look, look_again FROM watch_domain WHERE account = :account",
             soci::use(account), soci::into(domain), soci::into(last.value, last.indicator),
             soci::into(again.value, again.indicator));
        all.execute();
        while (all.fetch()) {
          const auto name = TRY(dns::Name::parse(domain));
          if (seen.insert(name).second) out.push_back({name, last.time(), again.time()});
        }
      }
      return out;
    });
  }

  Result<Memory> memory(const dns::Name& domain) override {
    return database_.run([&](soci::session& db) -> Result<Memory> {
      const auto name = domain.text();
      for (const auto& account : accounts()) {
        std::string text;
        db << "SELECT memory FROM watch_domain WHERE account = :account AND domain = :domain",
            soci::use(account), soci::use(name), soci::into(text);
        if (db.got_data()) return memory_from_json(text, name);
      }
      return Memory();
    });
  }

  Result<> keep(std::span<const Kept> kept) override {
    return database_.transact([&](soci::session& db) -> Result<> {
      for (const auto& one : kept) {
        put(db, one);
        for (const auto& parcel : one.parcels) put(db, parcel);
        if (one.look && one.contact) put(db, *one.look, *one.contact);
      }
      return {};
    });
  }

  Result<std::vector<WaitingContact>> contacts_waiting() override {
    return database_.run([&](soci::session& db) -> Result<std::vector<WaitingContact>> {
      std::vector<WaitingContact> out;
      WaitingContact row;
      std::string language;
      Maybe last;
      soci::statement all =
          (db.prepare
               << "SELECT w.organisation, w.address, w.language, MAX(d.last_digest) FROM watch_waiting w"
                  " LEFT JOIN watch_digest d ON d.account = w.account AND d.organisation = w.organisation"
                  " AND d.address = w.address AND d.language = w.language WHERE w.account = :account"
                  " GROUP BY w.organisation, w.address, w.language"
                  " ORDER BY w.organisation, w.address, w.language",
           soci::use(account_), soci::into(row.contact.organisation), soci::into(row.contact.address),
           soci::into(language), soci::into(last.value, last.indicator));
      all.execute();
      while (all.fetch()) {
        row.contact.language = parse_language(language).value_or(Language::en);
        row.last_digest = last.time();
        out.push_back(row);
      }
      return out;
    });
  }

  Result<std::vector<WaitingLook>> looks_waiting(const Contact& contact, std::size_t limit) override {
    return database_.run([&](soci::session& db) -> Result<std::vector<WaitingLook>> {
      std::vector<WaitingLook> out;
      const std::string language(to_string(contact.language));
      Number at = 0;
      std::string text;
      soci::statement all =
          (db.prepare << "SELECT number, look FROM watch_waiting WHERE account = :account AND"
                         " organisation = :organisation AND address = :address AND language = :language"
                         " ORDER BY number",
           soci::use(account_), soci::use(contact.organisation), soci::use(contact.address),
           soci::use(language), soci::into(at), soci::into(text));
      all.execute();
      std::size_t alerts = 0;
      while (all.fetch()) {
        auto look = TRY(look_from_json(text, fmt::format("watch_waiting {}", at)));
        alerts += look.alerts.size();
        if (!out.empty() && alerts > limit) break;
        out.push_back({at, std::move(look)});
      }
      return out;
    });
  }

  Result<> queue_digest(const Contact& contact, std::span<const WaitingLook> looks,
                        std::span<const Parcel> parcels, Time now) override {
    return database_.transact([&](soci::session& db) -> Result<> {
      const std::string language(to_string(contact.language));
      const Number at = number(now);
      for (const auto& look : looks) {
        const Number gone = look.number;
        db << "DELETE FROM watch_waiting WHERE number = :number", soci::use(gone);
      }
      for (const auto& parcel : parcels) put(db, parcel);
      db << "DELETE FROM watch_digest WHERE account = :account AND organisation = :organisation AND address "
            "= :address"
            " AND language = :language",
          soci::use(account_), soci::use(contact.organisation), soci::use(contact.address),
          soci::use(language);
      db << "INSERT INTO watch_digest (account, organisation, address, language, last_digest)"
            " VALUES (:account, :organisation, :address, :language, :at)",
          soci::use(account_), soci::use(contact.organisation), soci::use(contact.address),
          soci::use(language), soci::use(at);
      return {};
    });
  }

  Result<std::vector<Parcel>> queued(SinkKind sink, Time now, std::size_t limit) override {
    return database_.run([&](soci::session& db) -> Result<std::vector<Parcel>> {
      std::vector<Parcel> out;
      const std::string name(to_string(sink));
      const Number may = number(now);
      const Number beyond = number(now + kLongestBackoff);
      const auto most = static_cast<Number>(limit);
      Parcel parcel;
      parcel.sink = sink;
      Number at = 0;
      Number queued = 0;
      int attempts = 0;
      soci::statement all =
          (db.prepare
               << "SELECT number, id, recipient, payload, queued, attempts FROM watch_outbox WHERE account = "
                  ":account"
                  " AND sink = :sink AND state = 'queued' AND (next_try <= :may OR next_try > :beyond)"
                  " ORDER BY number LIMIT :most",
           soci::use(account_), soci::use(name), soci::use(may), soci::use(beyond), soci::use(most),
           soci::into(at), soci::into(parcel.id), soci::into(parcel.recipient), soci::into(parcel.payload),
           soci::into(queued), soci::into(attempts));
      all.execute();
      while (all.fetch()) {
        parcel.number = at;
        parcel.queued = time_of(queued);
        parcel.attempts = static_cast<unsigned>(std::max(attempts, 0));
        out.push_back(parcel);
      }
      return out;
    });
  }

  Result<std::size_t> count_queued(SinkKind sink) override {
    return database_.run([&](soci::session& db) -> Result<std::size_t> {
      const std::string name(to_string(sink));
      Number count = 0;
      db << "SELECT COUNT(*) FROM watch_outbox WHERE account = :account AND sink = :sink AND state = "
            "'queued'",
          soci::use(account_), soci::use(name), soci::into(count);
      return static_cast<std::size_t>(count);
    });
  }

  Result<std::size_t> count_sent(SinkKind sink, Time from, Time to) override {
    return database_.run([&](soci::session& db) -> Result<std::size_t> {
      const std::string name(to_string(sink));
      const Number after = number(from);
      const Number until = number(to);
      Number count = 0;
      db << "SELECT COUNT(*) FROM watch_outbox WHERE account = :account AND sink = :sink AND state = 'sent'"
            " AND sent > :after AND sent <= :until",
          soci::use(account_), soci::use(name), soci::use(after), soci::use(until), soci::into(count);
      return static_cast<std::size_t>(count);
    });
  }

  // What was sent needs its payload no more; its id may be asked for.
  Result<> mark_sent(const Parcel& parcel, Time now) override {
    return database_.run([&](soci::session& db) -> Result<> {
      const Number of = parcel.number;
      const Number at = number(now);
      db << "UPDATE watch_outbox SET state = 'sent', sent = :at, payload = '', why = '' WHERE number = "
            ":number",
          soci::use(at), soci::use(of);
      return {};
    });
  }
  Result<> mark_later(const Parcel& parcel, Time next_try, const std::string& why) override {
    return database_.run([&](soci::session& db) -> Result<> {
      const Number of = parcel.number;
      const Number at = number(next_try);
      db << "UPDATE watch_outbox SET attempts = attempts + 1, next_try = :at, why = :why WHERE number = "
            ":number",
          soci::use(at), soci::use(why), soci::use(of);
      return {};
    });
  }
  Result<> mark_refused(const Parcel& parcel, const std::string& why) override {
    return database_.run([&](soci::session& db) -> Result<> {
      const Number of = parcel.number;
      db << "UPDATE watch_outbox SET state = 'refused', why = :why WHERE number = :number", soci::use(why),
          soci::use(of);
      return {};
    });
  }

  Result<SinkState> sink_state(SinkKind sink) override {
    return database_.run([&](soci::session& db) -> Result<SinkState> {
      const std::string name(to_string(sink));
      int failures = 0;
      Maybe until;
      db << "SELECT failures, blocked_until FROM watch_sink WHERE account = :account AND sink = :sink",
          soci::use(account_), soci::use(name), soci::into(failures),
          soci::into(until.value, until.indicator);
      if (!db.got_data()) return SinkState();
      return SinkState{static_cast<unsigned>(std::max(failures, 0)), until.time()};
    });
  }
  Result<> set_sink_state(SinkKind sink, const SinkState& state) override {
    return database_.transact([&](soci::session& db) -> Result<> {
      const std::string name(to_string(sink));
      const int failures = static_cast<int>(std::min(state.failures, 1'000'000U));
      Maybe until(state.blocked_until);
      db << "DELETE FROM watch_sink WHERE account = :account AND sink = :sink", soci::use(account_),
          soci::use(name);
      db << "INSERT INTO watch_sink (account, sink, failures, blocked_until) VALUES (:account, :sink, "
            ":failures, :until)",
          soci::use(account_), soci::use(name), soci::use(failures), soci::use(until.value, until.indicator);
      return {};
    });
  }

  Result<std::optional<Time>> next_try(SinkKind sink) override {
    return database_.run([&](soci::session& db) -> Result<std::optional<Time>> {
      const std::string name(to_string(sink));
      Maybe next;
      db << "SELECT MIN(next_try) FROM watch_outbox WHERE account = :account AND sink = :sink AND state = "
            "'queued'",
          soci::use(account_), soci::use(name), soci::into(next.value, next.indicator);
      return next.time();
    });
  }

  Result<> forget_sent(Time before) override {
    return database_.run([&](soci::session& db) -> Result<> {
      const Number at = number(before);
      db << "DELETE FROM watch_outbox WHERE account = :account AND state = 'sent' AND sent < :at",
          soci::use(account_), soci::use(at);
      return {};
    });
  }

  Result<bool> begin_trouble(const Trouble& trouble, std::span<const Parcel> parcels) override {
    return database_.transact([&](soci::session& db) -> Result<bool> {
      if (has_trouble(db, trouble.code)) return false;
      const Number since = number(trouble.at);
      db << "INSERT INTO watch_trouble (account, code, since, what) VALUES (:account, :code, :since, :what)",
          soci::use(account_), soci::use(trouble.code), soci::use(since), soci::use(trouble.what);
      for (const auto& parcel : parcels) put(db, parcel);
      return true;
    });
  }
  Result<bool> end_trouble(const Trouble& trouble, std::span<const Parcel> parcels) override {
    return database_.transact([&](soci::session& db) -> Result<bool> {
      if (!has_trouble(db, trouble.code)) return false;
      db << "DELETE FROM watch_trouble WHERE account = :account AND code = :code", soci::use(account_),
          soci::use(trouble.code);
      for (const auto& parcel : parcels) put(db, parcel);
      return true;
    });
  }

 private:
  // Where a domain is looked for, best first.
  [[nodiscard]] std::vector<std::string> accounts() const {
    if (account_.empty()) return {account_};
    return {account_, std::string()};
  }

  bool has_trouble(soci::session& db, const std::string& code) {
    Number count = 0;
    db << "SELECT COUNT(*) FROM watch_trouble WHERE account = :account AND code = :code", soci::use(account_),
        soci::use(code), soci::into(count);
    return count != 0;
  }

  static Number next_number(soci::session& db, const char* table) {
    Number most = 0;
    db << fmt::format("SELECT COALESCE(MAX(number), 0) FROM {}", table), soci::into(most);
    return most + 1;
  }

  void put(soci::session& db, const Kept& kept) {
    const auto domain = kept.row.domain.text();
    const auto memory = to_json(kept.memory);
    Maybe last(kept.row.last);
    Maybe again(kept.row.again);
    db << "DELETE FROM watch_domain WHERE account = :account AND domain = :domain", soci::use(account_),
        soci::use(domain);
    db << "INSERT INTO watch_domain (account, domain, last_look, look_again, memory)"
          " VALUES (:account, :domain, :last, :again, :memory)",
        soci::use(account_), soci::use(domain), soci::use(last.value, last.indicator),
        soci::use(again.value, again.indicator), soci::use(memory);
  }

  void put(soci::session& db, const Look& look, const Contact& contact) {
    const auto at = next_number(db, "watch_waiting");
    const std::string language(to_string(contact.language));
    const auto text = to_json(look);
    db << "INSERT INTO watch_waiting (number, account, organisation, address, language, look)"
          " VALUES (:number, :account, :organisation, :address, :language, :look)",
        soci::use(at), soci::use(account_), soci::use(contact.organisation), soci::use(contact.address),
        soci::use(language), soci::use(text);
  }

  void put(soci::session& db, const Parcel& parcel) {
    const auto at = next_number(db, "watch_outbox");
    const std::string sink(to_string(parcel.sink));
    const Number queued = number(parcel.queued);
    db << "INSERT INTO watch_outbox (number, account, sink, id, recipient, payload, queued, attempts, "
          "next_try, state, why)"
          " VALUES (:number, :account, :sink, :id, :recipient, :payload, :queued, 0, :next, 'queued', '')",
        soci::use(at), soci::use(account_), soci::use(sink), soci::use(parcel.id),
        soci::use(parcel.recipient), soci::use(parcel.payload), soci::use(queued), soci::use(queued);
  }

  store::Database& database_;
  std::string account_;
};

}  // namespace

Result<std::unique_ptr<Ledger>> store_ledger(store::Database& database, std::string account) {
  auto ledger = std::make_unique<StoreLedger>(database, std::move(account));
  TRY(ledger->begin());
  return std::unique_ptr<Ledger>(std::move(ledger));
}

}  // namespace rampart::audit::watch
