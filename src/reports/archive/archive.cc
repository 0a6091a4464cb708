#include "reports/archive/archive.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json.h"
#include "base/text.h"
#include "mail/domain_part.h"
#include "reports/archive/claim.h"
#include "reports/archive/days.h"
#include "reports/archive/digests.h"
#include "reports/archive/tables.h"
#include "store/bulk.h"

namespace rampart::reports {
namespace {

using Number = long long;  // as SOCI has it

constexpr std::string_view kTrusts[] = {"unverified", "key-gone", "imported", "verified"};
constexpr std::string_view kFates[] = {"added",   "duplicate", "replaced", "told-apart",
                                       "refused", "too-large", "too-often"};

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

// What head_of() has of the reporter's address, in lower case.
std::string contact_of(std::string_view head) {
  const auto value = base::parse_json(head, "report");
  return value && value->is_object() ? base::lower(base::text_member(value->get_object(), "email"))
                                     : std::string();
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
  Number messages = 0;
  Fidelity fidelity = Fidelity::original;
  std::string identity;
  std::string sender;
  std::size_t bytes = 0;        // of its rows, as they are kept
  std::vector<PackedRow> rows;  // once load_rows() has read them

  [[nodiscard]] Claimant claimant(std::string contact) const {
    return {.trust = trust,
            .sender = sender,
            .contact = std::move(contact),
            .counted = static_cast<std::uint64_t>(messages)};
  }
};

// A report on its way in, as the tables have it.
struct Archive::Numbered {
  std::int64_t domain = 0;
  std::vector<PackedRow> rows;
  std::string facts;
  std::string head;
  std::string content;
  std::string identity;
  std::string alias;
};

// One transaction's work.
class Archive::Adding {
 public:
  Adding(Archive& archive, soci::session& sql, store::Backend backend, const Texts& texts)
      : archive_(archive), sql_(sql), backend_(backend), texts_(texts) {}

  std::vector<Fate> run(std::span<const Incoming> batch) {
    number_texts(batch);
    Number one = 0;
    sql_ << "SELECT id FROM report WHERE fidelity < 2 LIMIT 1", soci::into(one);
    exports_ = sql_.got_data();
    std::vector<Fate> out;
    out.reserve(batch.size());
    for (const auto& incoming : batch) out.push_back(add(incoming));
    write_days();
    return out;
  }

  // Takes away a domain's reports that ended and were read before `second`. How many.
  std::uint64_t prune(Number domain, Number second) {
    Number recent = 0;  // an old one that was read since
    sql_ << "SELECT id FROM report WHERE domain = :domain AND last < :second AND received >= :since LIMIT 1",
        soci::use(domain), soci::use(second), soci::use(second), soci::into(recent);
    if (sql_.got_data()) {
      take_off_pruned(domain, second);
    } else {
      const Number day = second / kDay;
      for (const auto* table : {"report_day", "report_total"})
        sql_ << fmt::format("DELETE FROM {} WHERE domain = :domain AND day < :day", table), soci::use(domain),
            soci::use(day);
    }
    soci::statement all = (sql_.prepare << "DELETE FROM report WHERE domain = :domain AND last < :second AND "
                                           "received < :since",
                           soci::use(domain), soci::use(second), soci::use(second));
    all.execute(true);
    const auto gone = static_cast<std::uint64_t>(all.get_affected_rows());
    // An address of which nothing is left is new when it comes again.
    sql_ << "DELETE FROM report_since WHERE domain = :domain AND address NOT IN"
            " (SELECT address FROM report_day WHERE domain = :same)",
        soci::use(domain), soci::use(domain);
    return gone;
  }

 private:
  // Of a domain with old reports that stay: the days of those that go, one by one.
  void take_off_pruned(Number domain, Number second) {
    constexpr std::size_t kAtOnce = 500;
    std::vector<std::string> identities;
    std::string identity;
    soci::statement all = (sql_.prepare << "SELECT identity FROM report WHERE domain = :domain AND last < "
                                           ":second AND received < :since",
                           soci::use(domain), soci::use(second), soci::use(second), soci::into(identity));
    all.execute();
    while (all.fetch()) identities.push_back(identity);
    for (std::size_t i = 0; i < identities.size(); ++i) {
      for (auto& stored : find({identities[i]})) {
        load_rows(stored);
        take_off(stored, domain);
      }
      if ((i + 1) % kAtOnce == 0) write_days();
    }
    write_days();
  }

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

  std::vector<PackedRow> rows_of(const Report& report) const {
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
    Numbered numbered{.domain = archive_.domains_.at(report.policy.domain),
                      .rows = rows_of(report),
                      .head = head_of(report)};
    numbered.facts = pack(numbered.rows);
    numbered.content = short_digest(numbered.facts + numbered.head);
    // Who writes is part of it by the domain of the address, or else by the name: both are as the report says them.
    const auto who =
        base::lower(report.email.empty() ? report.organisation : std::string(mail::behind_at(report.email)));
    numbered.alias =
        short_digest(fmt::format("{}\n{}\n{}", who, exported_id(report.report_id), numbered.domain));
    bool instead = false;  // in the place of another
    if (exports_ || incoming.fidelity != Fidelity::original) {
      const auto fate = meet(incoming, numbered);
      if (fate && *fate != Fate::replaced) return *fate;
      instead = fate.has_value();
    }
    const auto fate = settle_among(
        incoming, numbered,
        fmt::format("{}\n{}\n{}\n{}\n{}", who, report.report_id, numbered.domain, report.begin, report.end));
    return instead && fate != Fate::duplicate ? Fate::replaced : fate;
  }

  // Among those that have its id already, which are numbered from 1.
  Fate settle_among(const Incoming& incoming, Numbered& numbered, const std::string& base_identity) {
    std::vector<std::string> identities;
    for (std::size_t number = 1; number <= kMaxSameId; ++number)
      identities.push_back(short_digest(fmt::format("{}\n{}", base_identity, number)));
    auto same_id = find(identities);
    for (auto& stored : same_id) {
      if (stored.content != numbered.content) continue;
      load_rows(stored);
      believe_more(stored, incoming, numbered.domain);
      return Fate::duplicate;
    }
    const Claimant claimant{.trust = incoming.trust,
                            .sender = incoming.sender,
                            .contact = base::lower(incoming.report.email),
                            .counted = incoming.report.messages()};
    those_that_count_first(same_id);
    auto left = kMaxCompared + kComparedShare * numbered.facts.size();
    for (auto& stored : same_id) {
      if (stored.bytes > left && keeps_nobody_out(stored, incoming)) continue;
      if (stored.bytes > left) return Fate::too_often;
      left -= stored.bytes;
      const auto head = load_rows(stored);
      if (!share_rows(stored.rows, numbered.rows)) continue;
      const auto claim = settle(stored.claimant(contact_of(head)), claimant);
      if (claim == Claim::beside) continue;
      if (claim == Claim::refused) return Fate::refused;
      remove(stored, numbered.domain);
      numbered.identity = stored.identity;
      insert(incoming, numbered);
      return Fate::replaced;
    }
    const auto unused = std::ranges::find_if(identities, [&](const std::string& identity) {
      return std::ranges::find(same_id, identity, &Stored::identity) == same_id.end();
    });
    if (unused != identities.end()) {
      numbered.identity = *unused;
    } else {
      const auto gives_way = std::ranges::find_if(
          same_id, [&](const Stored& stored) { return keeps_nobody_out(stored, incoming); });
      if (gives_way == same_id.end()) return Fate::too_often;
      numbered.identity = gives_way->identity;
      if (gives_way->rows.empty()) load_rows(*gives_way);
      remove(*gives_way, numbered.domain);
    }
    insert(incoming, numbered);
    return same_id.empty() ? Fate::added : Fate::told_apart;
  }

  // Ids can be guessed, and what anybody may have sent takes no room from what counts.
  static bool keeps_nobody_out(const Stored& stored, const Incoming& incoming) {
    return !counts(stored.trust) && counts(incoming.trust);
  }
  static void those_that_count_first(std::vector<Stored>& all) {
    std::ranges::sort(all, {}, [](const Stored& one) { return std::pair(!counts(one.trust), one.id); });
  }

  // The same report as an export has it, or the other way round; `replaced` when it was taken out to make room.
  std::optional<Fate> meet(const Incoming& incoming, const Numbered& numbered) {
    const auto& report = incoming.report;
    const auto messages = static_cast<Number>(report.messages());
    auto left = kMaxCompared + kComparedShare * numbered.facts.size();
    for (auto& stored : met(numbered.alias, incoming.fidelity)) {
      if (!may_be_same({stored.first, stored.last}, {report.begin, report.end})) continue;
      if (stored.bytes > left && keeps_nobody_out(stored, incoming)) continue;
      if (stored.bytes > left) return Fate::too_often;
      left -= stored.bytes;
      const auto head = load_rows(stored);
      if (!share_addresses(stored.rows, numbered.rows)) continue;
      const bool same = stored.messages == messages;
      if (incoming.fidelity > stored.fidelity) {
        if (stored.trust > incoming.trust) return same ? Fate::duplicate : Fate::refused;
        const Claimant claimant{.trust = incoming.trust,
                                .sender = incoming.sender,
                                .contact = base::lower(report.email),
                                .counted = report.messages()};
        if (!same && settle(stored.claimant(contact_of(head)), claimant) != Claim::replaces)
          return Fate::refused;
      } else if (same || stored.trust >= incoming.trust) {
        believe_more(stored, incoming, numbered.domain);
        return Fate::duplicate;
      }
      remove(stored, numbered.domain);
      return Fate::replaced;
    }
    return std::nullopt;
  }

  // Reports with this alias of another fidelity, those that count first.
  std::vector<Stored> met(const std::string& alias, Fidelity fidelity) {
    std::vector<std::string> identities;
    std::string identity;
    const auto own = static_cast<Number>(fidelity);
    soci::statement all =
        (sql_.prepare << fmt::format("SELECT identity FROM report WHERE alias = :alias AND "
                                     "fidelity <> :own ORDER BY CASE WHEN trust IN "
                                     "('imported', 'verified') THEN 0 ELSE 1 END, id LIMIT {}",
                                     kMaxSameId),
         soci::use(alias), soci::use(own), soci::into(identity));
    all.execute();
    while (all.fetch()) identities.push_back(identity);
    auto out = find(identities);
    those_that_count_first(out);
    return out;
  }

  // The reports with these identities, which are digests of ours, in the order in which they came; without their rows.
  std::vector<Stored> find(const std::vector<std::string>& identities) {
    std::vector<Stored> out;
    if (identities.empty()) return out;
    Stored one;
    std::string trust;
    Number reporter = 0;
    Number first = 0;
    Number last = 0;
    Number fidelity = 0;
    Number bytes = 0;
    soci::statement all =
        (sql_.prepare << fmt::format("SELECT id, identity, content, trust, reporter, sender, first, last, "
                                     "messages, fidelity, LENGTH(facts) FROM report WHERE identity IN "
                                     "('{}') ORDER BY id",
                                     fmt::join(identities, "', '")),
         soci::into(one.id), soci::into(one.identity), soci::into(one.content), soci::into(trust),
         soci::into(reporter), soci::into(one.sender), soci::into(first), soci::into(last),
         soci::into(one.messages), soci::into(fidelity), soci::into(bytes));
    all.execute();
    while (all.fetch()) {
      one.trust = parse_trust(trust).value_or(Trust::unverified);
      one.reporter = reporter;
      one.first = first;
      one.last = last;
      one.fidelity = static_cast<Fidelity>(fidelity);
      one.bytes = static_cast<std::size_t>(bytes);
      out.push_back(one);
    }
    archive_.work_.met += out.size();
    return out;
  }

  // Its head.
  std::string load_rows(Stored& stored) {
    std::string facts;
    std::string head;
    sql_ << "SELECT facts, head FROM report WHERE id = :id", soci::use(stored.id), soci::into(facts),
        soci::into(head);
    archive_.work_.compared += facts.size();
    stored.rows = unpack_rows(facts).value_or(std::vector<PackedRow>());
    return head;
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

  // Whether any address is in both.
  static bool share_addresses(const std::vector<PackedRow>& a, const std::vector<PackedRow>& b) {
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
      if (a[i].address == b[j].address) return true;
      ++(a[i].address < b[j].address ? i : j);
    }
    return a.empty() || b.empty();
  }

  void insert(const Incoming& incoming, const Numbered& numbered) {
    const auto& report = incoming.report;
    const Number domain_number = numbered.domain;
    const Number reporter = archive_.reporters_.at(reporter_text(incoming));
    const std::string trust(to_string(incoming.trust));
    const Number first = report.begin;
    const Number last = report.end;
    const Number received = seconds_of(incoming.received);
    const auto fidelity = static_cast<Number>(incoming.fidelity);
    const auto records = static_cast<Number>(report.records);
    const auto messages = static_cast<Number>(report.messages());
    sql_ << "INSERT INTO report (identity, content, domain, reporter, trust, organisation, report_id, first, "
            "last, received,"
            " origin, records, messages, head, facts, fidelity, alias, sender) VALUES (:identity, :content, "
            ":domain, "
            ":reporter, :trust,"
            " :organisation, :report_id, :first, :last, :received, :origin, :records, :messages, :head, "
            ":facts, :fidelity, :alias, :sender)",
        soci::use(numbered.identity), soci::use(numbered.content), soci::use(domain_number),
        soci::use(reporter), soci::use(trust), soci::use(report.organisation), soci::use(report.report_id),
        soci::use(first), soci::use(last), soci::use(received), soci::use(incoming.origin),
        soci::use(records), soci::use(messages), soci::use(numbered.head), soci::use(numbered.facts),
        soci::use(fidelity), soci::use(numbered.alias), soci::use(incoming.sender);
    exports_ = exports_ || incoming.fidelity != Fidelity::original;
    const Days days(report.begin, report.end);
    spread(numbered.domain, reporter, days, numbered.rows, 1);
    if (counts(incoming.trust)) note_since(numbered.domain, days, numbered.rows);
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

  // The same report by a better way. Whoever has a copy of it may send it, too: its sender is who it names, or nobody.
  void believe_more(const Stored& stored, const Incoming& incoming, std::int64_t domain) {
    if (incoming.trust < stored.trust) return;
    if (!incoming.sender.empty() && incoming.sender == base::lower(incoming.report.email))
      sql_ << "UPDATE report SET sender = :sender WHERE id = :id", soci::use(incoming.sender),
          soci::use(stored.id);
    if (incoming.trust == stored.trust) return;
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
      days.spread(std::min(row.count, static_cast<std::int64_t>(kMaxCount)),
                  [&](std::int64_t day, std::int64_t part) {
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
      // A report may have millions of them.
      if (days_.size() >= kBatchDayRows) write_days();
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
            "DELETE FROM {} WHERE domain = :domain AND day BETWEEN :first AND :last AND messages <= 0",
            table),
            soci::use(range.domain), soci::use(range.first), soci::use(range.last);
    }
    days_.clear();
    totals_.clear();
    since_.clear();
    cleared_.clear();
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
  bool exports_ = false;        // whether any report is there as an export has it
};

base::Result<Archive> Archive::open(store::Database& database) {
  TRY(database.migrate("reports", kMigrations));
  TRY(database.migrate("report-since", kSinceMigrations));
  return Archive(database);
}

base::Result<std::vector<Fate>> Archive::add(std::span<const Incoming> batch, const Texts& texts) {
  ++work_.commits;
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

base::Result<Pruned> Archive::prune(base::Time before) {
  return database_->transact([&](soci::session& sql) {
    const Number second = seconds_of(before);
    std::vector<Number> domains;
    Number domain = 0;
    soci::statement all = (sql.prepare << "SELECT DISTINCT domain FROM report WHERE last < :second AND "
                                          "received < :since",
                           soci::use(second), soci::use(second), soci::into(domain));
    all.execute();
    while (all.fetch()) domains.push_back(domain);
    Pruned out;
    const Texts none;
    Adding pruning(*this, sql, database_->backend(), none);
    for (const auto one : domains) out.reports += pruning.prune(one, second);
    const auto taken = [&](std::string_view rest) {
      soci::statement away =
          (sql.prepare << fmt::format("DELETE FROM {} < :second", rest), soci::use(second));
      away.execute(true);
      return static_cast<std::uint64_t>(away.get_affected_rows());
    };
    out.tls_reports = taken(fmt::format("report_tls WHERE last < {} AND received", second));
    out.failures = taken("report_failure WHERE received");
    out.aside = taken("report_aside WHERE at");
    taken("report_killer WHERE at");
    return out;
  });
}

}  // namespace rampart::reports
