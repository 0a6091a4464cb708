#include "reports/archive/daily.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "reports/archive/days.h"
#include "reports/archive/numbers.h"
#include "store/bulk.h"

namespace rampart::reports {
namespace {

using Number = long long;  // as SOCI has it

// Numbers of the store as places in a list, in the order in which they came.
class Places {
 public:
  std::uint32_t of(std::int64_t id) {
    const auto [place, added] = places_.emplace(id, static_cast<std::uint32_t>(ids_.size()));
    if (added) ids_.push_back(id);
    return place->second;
  }
  [[nodiscard]] const std::vector<std::int64_t>& ids() const { return ids_; }

 private:
  std::unordered_map<std::int64_t, std::uint32_t> places_;
  std::vector<std::int64_t> ids_;
};

// The head of a report, as far as advice needs it.
struct Head {
  PolicySeen policy;
  bool rfc9990 = false;
};

std::string text_in(const boost::json::value& value, std::string_view key) {
  const auto* object = value.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains(key);
  const auto* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string() : base::lower({text->data(), text->size()});
}

// What is not of the form that the archive writes says nothing.
Head head_of(std::string_view text) {
  const auto json = base::parse_json(text, "head");
  if (!json || !json->is_object()) return {};
  Head out;
  out.rfc9990 = !text_in(*json, "namespace").empty();
  const auto* policy = json->as_object().if_contains("policy");
  if (policy == nullptr) return out;
  out.policy.p = text_in(*policy, "p");
  out.policy.sp = text_in(*policy, "sp");
  out.policy.np = text_in(*policy, "np");
  out.policy.pct = text_in(*policy, "pct");
  out.policy.testing = text_in(*policy, "testing");
  const bool says_more = !out.policy.testing.empty() || !text_in(*policy, "discovery_method").empty();
  out.rfc9990 = out.rfc9990 || says_more;
  return out;
}

class Reading {
 public:
  Reading(soci::session& sql, store::Backend backend, Number domain, std::int32_t from, std::int32_t to)
      : sql_(sql), backend_(backend), domain_(domain), out_{.from = from, .to = to} {}

  Daily run() {
    read_reporters();
    read_rows();
    const auto told = count_reports(sql_, domain_, out_.from, out_.to);
    out_.reports = told.counted;
    out_.uncounted_reports = told.uncounted;
    read_policies();
    read_heads();
    merge_reporters();
    std::ranges::sort(out_.reporters, [](const ReporterSeen& a, const ReporterSeen& b) {
      return std::tie(b.messages, a.name) < std::tie(a.messages, b.name);
    });
    return std::move(out_);
  }

 private:
  void read_reporters() {
    Places places;
    store::each_row(sql_, backend_,
                    fmt::format("SELECT DISTINCT reporter FROM report_total WHERE domain = {} AND day BETWEEN"
                                " {} AND {}",
                                domain_, out_.from, out_.to),
                    1, [&](std::span<const std::int64_t> row) { places.of(row[0]); });
    for (const auto& [id, text] : names_of(sql_, "report_reporter", places.ids()))
      reporters_.emplace(id, parse_reporter(text));
  }

  // The rows come by their key, so those of one day, address and outcome stand together, reporter after reporter.
  void read_rows() {
    Places addresses;
    Places outcomes;
    std::set<std::int64_t> uncounted;
    std::set<std::pair<std::int64_t, std::uint32_t>> pairs;  // who reported which outcome
    store::each_row(
        sql_, backend_,
        fmt::format("SELECT day, address, outcome, reporter, messages, estimated FROM report_day WHERE"
                    " domain = {} AND day BETWEEN {} AND {} ORDER BY day, address, outcome, reporter",
                    domain_, out_.from, out_.to),
        6, [&](std::span<const std::int64_t> row) {
          const auto day = static_cast<std::int32_t>(row[0]);
          const auto messages = static_cast<std::uint64_t>(row[4]);
          const auto reporter = reporters_.find(row[3]);
          if (reporter == reporters_.end() || !counts(reporter->second.trust)) {
            out_.uncounted_messages += messages;
            uncounted.insert(day);
            return;
          }
          const DailyRow next{day, addresses.of(row[1]), outcomes.of(row[2]), messages,
                              static_cast<std::uint64_t>(row[5])};
          pairs.emplace(row[3], next.outcome);
          add_reporter(row[3], reporter->second.name, day, messages);
          add_row(next);
        });
    out_.uncounted_days = uncounted.size();
    const auto texts = names_of(sql_, "report_address", addresses.ids());
    for (const auto id : addresses.ids()) out_.addresses.push_back(texts.at(id));
    const auto words = names_of(sql_, "report_outcome", outcomes.ids());
    for (const auto id : outcomes.ids()) out_.outcomes.push_back(parse_stored_outcome(words.at(id)));
    for (const auto& [reporter, outcome] : pairs) note(seen_[reporter], out_.outcomes[outcome]);
  }

  void add_row(const DailyRow& next) {
    if (!out_.rows.empty()) {
      auto& last = out_.rows.back();
      if (last.day == next.day && last.address == next.address && last.outcome == next.outcome) {
        last.messages += next.messages;
        last.estimated += next.estimated;
        return;
      }
    }
    out_.rows.push_back(next);
  }

  void add_reporter(std::int64_t id, const std::string& name, std::int32_t day, std::uint64_t messages) {
    auto& seen = seen_[id];
    if (seen.name.empty()) {
      seen.name = name;
      seen.first_day = day;
    }
    seen.messages += messages;
    if (day >= out_.to - kRecentMonth) seen.recent += messages;
    seen.last_day = day;
  }

  static void note(ReporterSeen& seen, const Outcome& outcome) {
    for (const auto& reason : outcome.reasons) {
      seen.tested = seen.tested || reason.type == Override::policy_test_mode;
      seen.sampled = seen.sampled || reason.type == Override::sampled_out;
    }
    const auto end = end_of(outcome);
    seen.acts = seen.acts || end == EndKind::quarantined || end == EndKind::rejected;
  }

  // One may be believed for some of its reports and known from files for others.
  void merge_reporters() {
    std::map<std::string, ReporterSeen> merged;
    for (const auto& [id, seen] : seen_) {
      auto& one = merged[seen.name];
      one.first_day = one.name.empty() ? seen.first_day : std::min(one.first_day, seen.first_day);
      one.last_day = std::max(one.last_day, seen.last_day);
      one.name = seen.name;
      one.messages += seen.messages;
      one.recent += seen.recent;
      one.rfc9990 = one.rfc9990 || seen.rfc9990;
      one.says_pct = one.says_pct || seen.says_pct;
      one.tested = one.tested || seen.tested;
      one.sampled = one.sampled || seen.sampled;
      one.acts = one.acts || seen.acts;
    }
    for (auto& [name, seen] : merged) out_.reporters.push_back(std::move(seen));
  }

  // One report of each day says which policy its reporter found then.
  void read_policies() {
    const Number first = out_.from * kDay;
    const Number last = (out_.to + 1) * kDay;
    std::string head;
    Number day = 0;
    soci::statement all =
        (sql_.prepare << "SELECT r.last / 86400, r.head FROM report r JOIN (SELECT MAX(id) AS id FROM report"
                         " WHERE domain = :domain AND last >= :first AND last < :last AND trust IN"
                         " ('imported', 'verified') GROUP BY last / 86400) newest ON newest.id = r.id"
                         " ORDER BY r.last",
         soci::use(domain_), soci::use(first), soci::use(last), soci::into(day), soci::into(head));
    all.execute();
    while (all.fetch()) {
      auto policy = head_of(head).policy;
      policy.day = static_cast<std::int32_t>(day);
      if (!policy.p.empty()) out_.policies.push_back(std::move(policy));
    }
  }

  // Each reporter's latest report says what its software knows.
  void read_heads() {
    const Number first = out_.from * kDay;
    Number reporter = 0;
    std::string head;
    soci::statement all =
        (sql_.prepare
             << "SELECT r.reporter, r.head FROM report r JOIN (SELECT reporter, MAX(last) AS last FROM"
                " report WHERE domain = :domain AND last >= :first GROUP BY reporter) newest ON"
                " newest.reporter = r.reporter AND newest.last = r.last WHERE r.domain = :again"
                " ORDER BY r.id",
         soci::use(domain_, "domain"), soci::use(first, "first"), soci::use(domain_, "again"),
         soci::into(reporter), soci::into(head));
    all.execute();
    while (all.fetch()) {
      const auto seen = seen_.find(reporter);
      if (seen == seen_.end()) continue;
      const auto read = head_of(head);
      seen->second.rfc9990 = read.rfc9990;
      seen->second.says_pct = !read.policy.pct.empty();
    }
  }

  soci::session& sql_;
  store::Backend backend_;
  Number domain_;
  Daily out_;
  std::unordered_map<std::int64_t, StoredReporter> reporters_;
  std::map<std::int64_t, ReporterSeen> seen_;  // those that count
};

}  // namespace

bool PolicySeen::softened() const {
  const auto percent = base::parse_number(pct);
  return testing == "y" || (percent && *percent < 100);
}

base::Result<bool> is_reported(store::Database& database, std::string_view domain) {
  return database.transact(
      [&](soci::session& sql) { return number_of(sql, "report_domain", std::string(domain)).has_value(); });
}

base::Result<Daily> read_daily(store::Database& database, std::string_view domain, std::int32_t from,
                               std::int32_t to) {
  return database.transact([&](soci::session& sql) {
    const auto id = number_of(sql, "report_domain", std::string(domain));
    if (!id) return Daily{.from = from, .to = to};
    return Reading(sql, database.backend(), *id, from, to).run();
  });
}

}  // namespace rampart::reports
