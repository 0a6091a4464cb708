#include "reports/archive/daily.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "base/json.h"
#include "base/saturate.h"
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
  Reading(soci::session& sql, store::Backend backend, Number domain, std::int32_t from, std::int32_t to,
          const Hearing& hearing)
      : sql_(sql), backend_(backend), domain_(domain), hearing_(hearing), out_{.from = from, .to = to} {}

  Daily run() {
    read_reporters();
    read_rows();
    const auto told = count_reports(sql_, domain_, out_.from, out_.to);
    out_.reports = told.counted;
    out_.uncounted_reports = told.uncounted;
    read_heads();
    place_reporters();
    read_policies();
    read_spans();
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
    for (const auto& [id, text] : names_of(sql_, "report_reporter", places.ids())) {
      const auto reporter = parse_reporter(text);
      if (counts(reporter.trust) && !hearing_.heed(reporter)) left_.emplace(id, hearing_.most_of_others);
      reporters_.emplace(id, reporter);
    }
  }

  // The rows come by their key, so those of one day, address and outcome stand together, reporter after reporter.
  void read_rows() {
    Places addresses;
    Places outcomes;
    Places who;
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
          if (const auto left = left_.find(row[3]); left != left_.end()) {
            if (left->second == 0) return add_reporter(row[3], reporter->second, day, messages);
            --left->second;
          }
          out_.rows.push_back({.day = day,
                               .address = addresses.of(row[1]),
                               .outcome = outcomes.of(row[2]),
                               .reporter = who.of(row[3]),
                               .messages = messages,
                               .estimated = static_cast<std::uint64_t>(row[5])});
          pairs.emplace(row[3], out_.rows.back().outcome);
          add_reporter(row[3], reporter->second, day, messages);
        });
    ids_ = who.ids();
    out_.uncounted_days = uncounted.size();
    const auto texts = names_of(sql_, "report_address", addresses.ids());
    for (const auto id : addresses.ids()) out_.addresses.push_back(texts.at(id));
    const auto words = names_of(sql_, "report_outcome", outcomes.ids());
    for (const auto id : outcomes.ids()) out_.outcomes.push_back(parse_stored_outcome(words.at(id)));
    for (const auto& [reporter, outcome] : pairs) note(seen_[reporter], out_.outcomes[outcome]);
  }

  void add_reporter(std::int64_t id, const StoredReporter& reporter, std::int32_t day,
                    std::uint64_t messages) {
    const auto [place, added] = seen_.try_emplace(id);
    auto& seen = place->second;
    if (added) {
      seen.name = reporter.name;
      seen.trust = reporter.trust;
      seen.first_day = day;
    }
    // A report may say 2^53 of each row.
    seen.messages = base::saturating_sum(seen.messages, messages);
    if (day >= out_.to - kRecentMonth) seen.recent = base::saturating_sum(seen.recent, messages);
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

  // Those with most messages first, whatever the order in which their rows came.
  void place_reporters() {
    std::vector<std::uint32_t> order(ids_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
      const auto& first = seen_.at(ids_[a]);
      const auto& second = seen_.at(ids_[b]);
      return std::tie(second.messages, first.name, first.trust) <
             std::tie(first.messages, second.name, second.trust);
    });
    std::vector<std::uint32_t> place(order.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      place[order[i]] = i;
      places_.emplace(ids_[order[i]], i);
      out_.reporters.push_back(std::move(seen_.at(ids_[order[i]])));
    }
    for (auto& row : out_.rows) row.reporter = place[row.reporter];
  }

  // Each reporter's last report of a day says which policy it found then.
  void read_policies() {
    const Number first = out_.from * kDay;
    const Number last = (out_.to + 1) * kDay;
    std::string head;
    Number day = 0;
    Number reporter = 0;
    soci::statement all =
        (sql_.prepare << "SELECT r.last / 86400, r.reporter, r.head FROM report r JOIN (SELECT MAX(id) AS id"
                         " FROM report WHERE domain = :domain AND last >= :first AND last < :last AND trust"
                         " IN ('imported', 'verified') GROUP BY last / 86400, reporter) newest ON newest.id ="
                         " r.id ORDER BY r.last / 86400, r.id",
         soci::use(domain_), soci::use(first), soci::use(last), soci::into(day), soci::into(reporter),
         soci::into(head));
    all.execute();
    while (all.fetch()) {
      const auto place = places_.find(reporter);
      if (place == places_.end()) continue;  // it told of no message
      auto policy = head_of(head).policy;
      policy.day = static_cast<std::int32_t>(day);
      policy.reporter = place->second;
      if (!policy.p.empty()) out_.policies.push_back(std::move(policy));
    }
  }

  // A report of a month is one statement, and not thirty.
  void read_spans() {
    const Number from = out_.from * kDay;
    const Number to = (out_.to + 1) * kDay;
    Number reporter = 0;
    Number first = 0;
    Number last = 0;
    soci::statement all =
        (sql_.prepare << "SELECT reporter, first, last FROM report WHERE domain = :domain AND last >= :from"
                         " AND first < :to AND messages > 0",
         soci::use(domain_), soci::use(from), soci::use(to), soci::into(reporter), soci::into(first),
         soci::into(last));
    all.execute();
    while (all.fetch()) {
      const auto place = places_.find(reporter);
      if (place == places_.end()) continue;
      const Days days(first, last);
      out_.spans.push_back({.reporter = place->second,
                            .first_day = static_cast<std::int32_t>(days.first()),
                            .last_day = static_cast<std::int32_t>(days.last())});
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
  const Hearing& hearing_;
  Daily out_;
  std::unordered_map<std::int64_t, StoredReporter> reporters_;
  std::unordered_map<std::int64_t, std::size_t> left_;      // rows of those that are not heeded
  std::map<std::int64_t, ReporterSeen> seen_;               // those that count
  std::vector<std::int64_t> ids_;                           // of them, in the order in which their rows came
  std::unordered_map<std::int64_t, std::uint32_t> places_;  // and where each is in Daily::reporters
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
                               std::int32_t to, const Hearing& hearing) {
  return database.transact([&](soci::session& sql) {
    const auto id = number_of(sql, "report_domain", std::string(domain));
    if (!id) return Daily{.from = from, .to = to};
    return Reading(sql, database.backend(), *id, from, to, hearing).run();
  });
}

}  // namespace rampart::reports
