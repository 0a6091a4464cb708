#include "reports/archive/archive.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "reports/archive/days.h"
#include "reports/archive/tables.h"
#include "store/bulk.h"

namespace rampart::reports {
namespace {

using Number = long long;  // as SOCI has it

constexpr std::string_view kTrusts[] = {"unverified", "key-gone", "imported", "verified"};
constexpr std::string_view kFates[] = {"added",      "duplicate", "replaced",
                                       "told-apart", "refused",   "too-large"};
// Of a row and a day: sums of them stay far from 64 bits, whatever a stranger counts.
constexpr std::int64_t kMaxDayCount = std::int64_t{1} << 40U;
constexpr std::size_t kHashed = 16;  // bytes of a digest that stand for what it is of

const store::CountTable kDayTable{.table = "report_day",
                                  .key = {"domain", "day", "address", "outcome", "reporter"},
                                  .sums = {"messages", "estimated"}};

const store::CountTable kTotalTable{
    .table = "report_total", .key = {"domain", "day", "reporter", "kind"}, .sums = {"messages", "estimated"}};

// Since when an address is known, of reports that count. It outlives the days it was seen on.
const store::CountTable kSinceTable{.table = "report_since",
                                    .key = {"domain", "address"},
                                    .sums = {"day"},
                                    .merge = store::CountTable::Merge::least};

std::int64_t kind_of(std::string_view text) {
  return static_cast<std::int64_t>(end_of(parse_outcome(text).value_or(Outcome())));
}

std::string digest(std::string_view text) {
  return base::hex(std::string_view(crypto::sha256(text)).substr(0, kHashed));
}

std::string head_of(const Report& report) {
  std::string out;
  base::JsonWriter json(out);
  const auto& policy = report.policy;
  json.begin_object();
  json.member("version", report.version).member("namespace", report.name_space).member("email", report.email);
  json.member("contact", report.contact)
      .member("generator", report.generator)
      .member_array("errors", report.errors);
  json.key("policy").begin_object();
  json.member("p", policy.p).member("sp", policy.sp).member("np", policy.np);
  json.member("adkim", policy.adkim)
      .member("aspf", policy.aspf)
      .member("pct", policy.pct)
      .member("fo", policy.fo);
  json.member("testing", policy.testing).member("discovery_method", policy.discovery_method).end_object();
  json.key("defects").begin_array();
  for (const auto& defect : report.defects) {
    json.begin_object().member("kind", to_string(defect.kind)).member("count", defect.count);
    json.member("example", defect.example).end_object();
  }
  json.end_array().end_object();
  return out;
}

}  // namespace

std::string_view to_string(Trust trust) { return kTrusts[static_cast<std::size_t>(trust)]; }
std::optional<Trust> parse_trust(std::string_view text) {
  const auto found = std::ranges::find(kTrusts, text);
  if (found == std::end(kTrusts)) return std::nullopt;
  return static_cast<Trust>(found - std::begin(kTrusts));
}

std::string_view to_string(Fate fate) { return kFates[static_cast<std::size_t>(fate)]; }

struct Archive::DayRow {
  std::int64_t domain = 0;
  std::int64_t day = 0;
  std::int64_t address = 0;
  std::int64_t outcome = 0;
  std::int64_t reporter = 0;
  std::int64_t messages = 0;
  std::int64_t estimated = 0;

  [[nodiscard]] auto key() const { return std::tie(domain, day, address, outcome, reporter); }
};

// A report that is there already.
struct Archive::Stored {
  Number id = 0;
  std::string content;
  Trust trust = Trust::unverified;
  std::int64_t reporter = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::vector<PackedRow> rows;
};

// One transaction's work.
class Archive::Adding {
 public:
  Adding(Archive& archive, soci::session& sql, store::Backend backend, const Texts& texts)
      : archive_(archive), sql_(sql), backend_(backend), texts_(texts) {}

  std::vector<Fate> run(std::span<const Incoming> batch) {
    number_texts(batch);
    std::vector<Fate> out;
    out.reserve(batch.size());
    for (const auto& incoming : batch) out.push_back(add(incoming));
    write_days();
    return out;
  }

 private:
  void number_texts(std::span<const Incoming> batch) {
    auto& archive = archive_;
    archive.addresses_.resize(texts_.size());
    archive.outcomes_.resize(texts_.size());
    std::vector<TextId> addresses;
    std::vector<TextId> outcomes;
    std::vector<std::string> domains;
    std::vector<std::string> reporters;
    const auto note = [](std::vector<std::int64_t>& known, TextId text, std::vector<TextId>& missing) {
      if (known[text] != 0) return;
      known[text] = -1;  // once
      missing.push_back(text);
    };
    for (const auto& incoming : batch) {
      for (const auto& row : incoming.report.rows) {
        note(archive.addresses_, row.address, addresses);
        note(archive.outcomes_, row.outcome, outcomes);
      }
      domains.push_back(incoming.report.policy.domain);
      reporters.push_back(reporter_text(incoming));
    }
    number("report_address", addresses, archive.addresses_);
    number("report_outcome", outcomes, archive.outcomes_);
    for (const auto text : outcomes) archive.kinds_[archive.outcomes_[text]] = kind_of(texts_[text]);
    number("report_domain", std::move(domains), archive.domains_);
    number("report_reporter", std::move(reporters), archive.reporters_);
  }

  void number(const std::string& table, const std::vector<TextId>& missing,
              std::vector<std::int64_t>& known) {
    std::vector<std::string_view> texts;
    texts.reserve(missing.size());
    for (const auto text : missing) texts.push_back(texts_[text]);
    const auto ids = store::ids_of(sql_, backend_, table, texts);
    for (std::size_t i = 0; i < missing.size(); ++i) known[missing[i]] = ids[i];
  }

  void number(const std::string& table, std::vector<std::string> texts,
              std::unordered_map<std::string, std::int64_t>& known) {
    std::erase_if(texts, [&](const std::string& text) { return known.contains(text); });
    std::ranges::sort(texts);
    const auto same = std::ranges::unique(texts);
    texts.erase(same.begin(), same.end());
    const std::vector<std::string_view> missing(texts.begin(), texts.end());
    const auto ids = store::ids_of(sql_, backend_, table, missing);
    for (std::size_t i = 0; i < texts.size(); ++i) known.emplace(texts[i], ids[i]);
  }

  static std::string reporter_text(const Incoming& incoming) {
    return fmt::format("{} {}", to_string(incoming.trust), incoming.reporter);
  }

  std::vector<PackedRow> numbered(const Report& report) const {
    std::vector<PackedRow> out;
    out.reserve(report.rows.size());
    for (const auto& row : report.rows)
      out.push_back({archive_.addresses_[row.address], archive_.outcomes_[row.outcome],
                     static_cast<std::int64_t>(row.count)});
    std::ranges::sort(out);
    return out;
  }

  Fate add(const Incoming& incoming) {
    const auto& report = incoming.report;
    if (report.rows.size() * Days(report.begin, report.end).size() > kMaxDayRows) return Fate::too_large;
    const auto rows = numbered(report);
    const auto facts = pack(rows);
    const auto head = head_of(report);
    const auto content = digest(facts + head);
    const auto domain = archive_.domains_.at(report.policy.domain);
    // Who writes is part of it by the domain of the address, or else by the name: both are as the report says them.
    const auto who = base::lower(report.email.empty() ? report.organisation
                                                      : report.email.substr(report.email.rfind('@') + 1));
    const auto base_identity =
        fmt::format("{}\n{}\n{}\n{}\n{}", who, report.report_id, domain, report.begin, report.end);
    auto fate = Fate::added;
    for (int number = 1;; ++number) {
      const auto identity = digest(fmt::format("{}\n{}", base_identity, number));
      auto stored = find(identity);
      if (!stored) {
        insert(incoming, identity, content, domain, rows, facts, head);
        return fate;
      }
      if (stored->content == content) {
        believe_more(*stored, incoming, domain);
        return Fate::duplicate;
      }
      if (share_rows(stored->rows, rows)) {
        if (stored->trust > incoming.trust) return Fate::refused;
        remove(*stored, domain);
        insert(incoming, identity, content, domain, rows, facts, head);
        return Fate::replaced;
      }
      fate = Fate::told_apart;
    }
  }

  std::optional<Stored> find(const std::string& identity) {
    Stored out;
    std::string trust;
    std::string facts;
    Number reporter = 0;
    Number first = 0;
    Number last = 0;
    sql_ << "SELECT id, content, trust, reporter, first, last, facts FROM report WHERE identity = :identity",
        soci::use(identity), soci::into(out.id), soci::into(out.content), soci::into(trust),
        soci::into(reporter), soci::into(first), soci::into(last), soci::into(facts);
    if (!sql_.got_data()) return std::nullopt;
    out.trust = parse_trust(trust).value_or(Trust::unverified);
    out.reporter = reporter;
    out.first = first;
    out.last = last;
    out.rows = unpack_rows(facts).value_or(std::vector<PackedRow>());
    return out;
  }

  // Whether any address has the same outcome in both.
  static bool share_rows(const std::vector<PackedRow>& a, const std::vector<PackedRow>& b) {
    const auto less = [](const PackedRow& x, const PackedRow& y) {
      return std::tie(x.address, x.outcome) < std::tie(y.address, y.outcome);
    };
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
      if (less(a[i], b[j])) {
        ++i;
      } else if (less(b[j], a[i])) {
        ++j;
      } else {
        return true;
      }
    }
    return a.empty() || b.empty();
  }

  void insert(const Incoming& incoming, const std::string& identity, const std::string& content,
              std::int64_t domain, const std::vector<PackedRow>& rows, const std::string& facts,
              const std::string& head) {
    const auto& report = incoming.report;
    const Number domain_number = domain;
    const Number reporter = archive_.reporters_.at(reporter_text(incoming));
    const std::string trust(to_string(incoming.trust));
    const Number first = report.begin;
    const Number last = report.end;
    const Number received =
        std::chrono::floor<std::chrono::seconds>(incoming.received).time_since_epoch().count();
    const auto records = static_cast<Number>(report.records);
    const auto messages = static_cast<Number>(report.messages());
    sql_ << "INSERT INTO report (identity, content, domain, reporter, trust, organisation, report_id, first, "
            "last, received,"
            " origin, records, messages, head, facts) VALUES (:identity, :content, :domain, :reporter, "
            ":trust,"
            " :organisation, :report_id, :first, :last, :received, :origin, :records, :messages, :head, "
            ":facts)",
        soci::use(identity), soci::use(content), soci::use(domain_number), soci::use(reporter),
        soci::use(trust), soci::use(report.organisation), soci::use(report.report_id), soci::use(first),
        soci::use(last), soci::use(received), soci::use(incoming.origin), soci::use(records),
        soci::use(messages), soci::use(head), soci::use(facts);
    const Days days(report.begin, report.end);
    spread(domain, reporter, days, rows, 1);
    if (counts(incoming.trust)) note_since(domain, days, rows);
  }

  void note_since(std::int64_t domain, const Days& days, const std::vector<PackedRow>& rows) {
    for (const auto& row : rows) {
      const auto [place, added] = since_.try_emplace({domain, row.address}, days.first());
      if (!added) place->second = std::min(place->second, days.first());
    }
  }

  void remove(const Stored& stored, std::int64_t domain) {
    sql_ << "DELETE FROM report WHERE id = :id", soci::use(stored.id);
    take_off(stored, domain);
  }

  // The same report by a better way.
  void believe_more(const Stored& stored, const Incoming& incoming, std::int64_t domain) {
    if (incoming.trust <= stored.trust) return;
    const std::string trust(to_string(incoming.trust));
    const Number reporter = archive_.reporters_.at(reporter_text(incoming));
    sql_ << "UPDATE report SET trust = :trust, reporter = :reporter WHERE id = :id", soci::use(trust),
        soci::use(reporter), soci::use(stored.id);
    take_off(stored, domain);
    const Days days(stored.first, stored.last);
    spread(domain, reporter, days, stored.rows, 1);
    if (counts(incoming.trust)) note_since(domain, days, stored.rows);
  }

  void take_off(const Stored& stored, std::int64_t domain) {
    for (const auto& row : stored.rows) learn_kind(row.outcome);
    const Days days(stored.first, stored.last);
    spread(domain, stored.reporter, days, stored.rows, -1);
    cleared_.push_back({.domain = domain, .first = days.first(), .last = days.last()});
  }

  // Of an outcome that no text of this run has.
  void learn_kind(std::int64_t outcome) {
    if (archive_.kinds_.contains(outcome)) return;
    const Number id = outcome;
    std::string text;
    sql_ << "SELECT text FROM report_outcome WHERE id = :id", soci::use(id), soci::into(text);
    archive_.kinds_.emplace(outcome, kind_of(text));
  }

  void spread(std::int64_t domain, std::int64_t reporter, const Days& days,
              const std::vector<PackedRow>& rows, std::int64_t sign) {
    for (const auto& row : rows) {
      const auto kind = archive_.kinds_.at(row.outcome);
      days.spread(std::min(row.count, kMaxDayCount), [&](std::int64_t day, std::int64_t part) {
        auto& total = totals_[{domain, day, reporter, kind}];
        total.first += sign * part;
        total.second += days.estimated() ? sign * part : 0;
        days_.push_back({.domain = domain,
                         .day = day,
                         .address = row.address,
                         .outcome = row.outcome,
                         .reporter = reporter,
                         .messages = sign * part,
                         .estimated = days.estimated() ? sign * part : 0});
      });
    }
  }

  void write_days() {
    std::ranges::sort(days_, [](const DayRow& a, const DayRow& b) { return a.key() < b.key(); });
    std::vector<std::int64_t> values;
    values.reserve(days_.size() * 7);
    for (std::size_t at = 0; at < days_.size();) {
      auto sum = days_[at];
      for (++at; at < days_.size() && days_[at].key() == sum.key(); ++at) {
        sum.messages += days_[at].messages;
        sum.estimated += days_[at].estimated;
      }
      if (sum.messages == 0) continue;
      values.insert(values.end(), {sum.domain, sum.day, sum.address, sum.outcome, sum.reporter, sum.messages,
                                   sum.estimated});
    }
    store::add_counts(sql_, backend_, kDayTable, values);
    values.clear();
    for (const auto& [key, sums] : totals_) {
      if (sums.first == 0) continue;
      values.insert(values.end(), key.begin(), key.end());
      values.insert(values.end(), {sums.first, sums.second});
    }
    store::add_counts(sql_, backend_, kTotalTable, values);
    write_since();
    for (const auto& range : cleared_) {
      for (const auto* table : {"report_day", "report_total"})
        sql_ << fmt::format(
            "DELETE FROM {} WHERE domain = :domain AND day BETWEEN :first AND :last AND messages = 0", table),
            soci::use(range.domain), soci::use(range.first), soci::use(range.last);
    }
  }

  void write_since() {
    std::vector<std::array<std::int64_t, 3>> rows;
    rows.reserve(since_.size());
    for (const auto& [key, day] : since_) rows.push_back({key.first, key.second, day});
    std::ranges::sort(rows);
    std::vector<std::int64_t> values;
    values.reserve(rows.size() * 3);
    for (const auto& row : rows) values.insert(values.end(), row.begin(), row.end());
    store::add_counts(sql_, backend_, kSinceTable, values);
  }

  Archive& archive_;
  soci::session& sql_;
  store::Backend backend_;
  const Texts& texts_;
  std::vector<DayRow> days_;
  std::map<std::array<std::int64_t, 4>, std::pair<std::int64_t, std::int64_t>> totals_;  // as in report_total
  boost::unordered_flat_map<std::pair<std::int64_t, std::int64_t>, std::int64_t>
      since_;  // as in report_since
  struct Range {
    Number domain = 0;
    Number first = 0;
    Number last = 0;
  };
  std::vector<Range> cleared_;  // where days may have become empty
};

base::Result<Archive> Archive::open(store::Database& database) {
  TRY(database.migrate("reports", kMigrations));
  TRY(database.migrate("report-since", kSinceMigrations));
  return Archive(database);
}

base::Result<std::vector<Fate>> Archive::add(std::span<const Incoming> batch, const Texts& texts) {
  auto out = database_->transact(
      [&](soci::session& sql) { return Adding(*this, sql, database_->backend(), texts).run(batch); });
  if (!out) forget();  // numbers that were taken back
  return out;
}

void Archive::forget() {
  addresses_.clear();
  outcomes_.clear();
  kinds_.clear();
  domains_.clear();
  reporters_.clear();
}

base::Result<Fate> Archive::add_failure(const FailureReport& report, Trust trust, std::string_view origin,
                                        base::Time received) {
  std::string head;
  base::JsonWriter json(head);
  json.begin_object().member("feedback_type", report.feedback_type).member("user_agent", report.user_agent);
  json.member("auth_failure", report.auth_failure).member("delivery_result", report.delivery_result);
  json.member("identity_alignment", report.identity_alignment).member("source_ip", report.source_ip);
  json.member("original_mail_from", report.original_mail_from).member("arrival_date", report.arrival_date);
  json.member("dkim_domain", report.dkim_domain).member("dkim_selector", report.dkim_selector);
  json.member("spf_dns", report.spf_dns)
      .member("results", report.results)
      .member("incidents", report.incidents);
  json.member("from_domain", report.from_domain).member("subject", report.subject);
  json.member("message_id", report.message_id).member("plain", report.plain).end_object();
  return database_->run([&](soci::session& sql) {
    const auto content = digest(fmt::format("{}\n{}", report.reported_domain, head));
    const std::string believed(to_string(trust));
    const std::string where(origin);
    const Number at = std::chrono::floor<std::chrono::seconds>(received).time_since_epoch().count();
    soci::statement insert =
        (sql.prepare << "INSERT INTO report_failure (content, domain, trust, origin, received, head) VALUES "
                        "(:content,"
                        " :domain, :trust, :origin, :received, :head) ON CONFLICT (content) DO NOTHING",
         soci::use(content), soci::use(report.reported_domain), soci::use(believed), soci::use(where),
         soci::use(at), soci::use(head));
    insert.execute(true);
    return insert.get_affected_rows() > 0 ? Fate::added : Fate::duplicate;
  });
}

base::Result<> Archive::keep_aside(std::string_view origin, std::string_view reason, base::Time now) {
  return database_->run([&](soci::session& sql) {
    const std::string where(origin);
    const std::string why(reason);
    const Number at = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    sql << "INSERT INTO report_aside (origin, reason, at) VALUES (:origin, :reason, :at)"
           " ON CONFLICT (origin, reason) DO UPDATE SET at = excluded.at",
        soci::use(where), soci::use(why), soci::use(at);
  });
}

base::Result<std::optional<std::string>> Archive::killer(std::string_view content) {
  return database_->run([&](soci::session& sql) -> std::optional<std::string> {
    const std::string key(content);
    std::string reason;
    sql << "SELECT reason FROM report_killer WHERE content = :content", soci::use(key), soci::into(reason);
    return sql.got_data() ? std::optional(reason) : std::nullopt;
  });
}

base::Result<> Archive::note_killer(std::string_view content, std::string_view reason, base::Time now) {
  return database_->run([&](soci::session& sql) {
    const std::string key(content);
    const std::string why(reason);
    const Number at = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    sql << "INSERT INTO report_killer (content, reason, at) VALUES (:content, :reason, :at) ON CONFLICT "
           "(content) DO NOTHING",
        soci::use(key), soci::use(why), soci::use(at);
  });
}

base::Result<std::uint64_t> Archive::prune(base::Time before) {
  return database_->transact([&](soci::session& sql) {
    const Number second = std::chrono::floor<std::chrono::seconds>(before).time_since_epoch().count();
    const Number day = second / kDay;
    soci::statement reports = (sql.prepare << "DELETE FROM report WHERE last < :before", soci::use(second));
    reports.execute(true);
    for (const auto* table : {"report_day", "report_total"})
      sql << fmt::format("DELETE FROM {} WHERE day < :day", table), soci::use(day);
    return static_cast<std::uint64_t>(reports.get_affected_rows());
  });
}

}  // namespace rampart::reports
