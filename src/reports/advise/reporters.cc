#include "reports/advise/reporters.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/saturate.h"
#include "base/text.h"

namespace rampart::reports::advice {
namespace {

constexpr std::uint32_t kNowhere = UINT32_MAX;

bool passes(const Outcome& outcome) { return outcome.dkim == Aligned::pass || outcome.spf == Aligned::pass; }

// What is known of one reporter is known of the other: they are one, believed for two reasons.
void merge(ReporterSeen& to, const ReporterSeen& more) {
  to.first_day = std::min(to.first_day, more.first_day);
  to.last_day = std::max(to.last_day, more.last_day);
  base::saturating_add(to.messages, more.messages);
  base::saturating_add(to.recent, more.recent);
  to.rfc9990 = to.rfc9990 || more.rfc9990;
  to.says_pct = to.says_pct || more.says_pct;
  to.tested = to.tested || more.tested;
  to.sampled = to.sampled || more.sampled;
  to.acts = to.acts || more.acts;
}

class Weighing {
 public:
  Weighing(Daily daily, const WeighInput& input)
      : input_(input),
        registry_(input.registry != nullptr ? *input.registry : mail::built_in_registry()),
        all_(std::move(daily)) {}

  Heard run() {
    out_.listed.assign(input_.listed.begin(), input_.listed.end());
    part_reporters();
    part_rows();
    find_histories();
    agree_on_policies();
    for (auto& span : all_.spans) {
      if (place_of(span.reporter) == kNowhere) {
        out_.daily.reports -= std::min<std::uint64_t>(out_.daily.reports, 1);
        continue;
      }
      span.reporter = place_of(span.reporter);
      out_.daily.spans.push_back(span);
    }
    out_.daily.addresses = std::move(all_.addresses);
    out_.daily.outcomes = std::move(all_.outcomes);
    return std::move(out_);
  }

 private:
  // Where mailboxes are given to everybody, the domain of a mail does not say who wrote it.
  [[nodiscard]] bool open_to_all(const std::string& name) const {
    return std::ranges::any_of(
        std::initializer_list<mail::MarkKind>{mail::MarkKind::dkim, mail::MarkKind::mx, mail::MarkKind::ptr},
        [&](mail::MarkKind kind) {
          const auto match = registry_.find(kind, name);
          return match && (match.provider->kind == mail::ProviderKind::mailbox ||
                           match.provider->kind == mail::ProviderKind::isp);
        });
  }

  void part_reporters() {
    auto& daily = out_.daily;
    daily.from = all_.from;
    daily.to = all_.to;
    daily.reports = all_.reports;
    daily.uncounted_reports = all_.uncounted_reports;
    daily.uncounted_messages = all_.uncounted_messages;
    daily.uncounted_days = all_.uncounted_days;
    std::map<std::string_view, std::uint32_t> names;
    for (const auto& seen : all_.reporters) {
      const auto ground = ground_of({.trust = seen.trust, .name = seen.name}, input_.listed, registry_);
      if (!counts(ground)) {
        counted_.push_back(kNowhere);
        aside_.push_back(static_cast<std::uint32_t>(out_.others.size()));
        out_.others.push_back({.seen = seen, .open_to_all = open_to_all(seen.name)});
        continue;
      }
      const auto [name, added] = names.emplace(seen.name, static_cast<std::uint32_t>(daily.reporters.size()));
      counted_.push_back(name->second);
      aside_.push_back(kNowhere);
      if (added) {
        daily.reporters.push_back(seen);
        out_.grounds.push_back(ground);
      } else {
        merge(daily.reporters[name->second], seen);
        out_.grounds[name->second] = std::max(out_.grounds[name->second], ground);
      }
    }
  }

  [[nodiscard]] std::uint32_t place_of(std::uint32_t reporter) const {
    return reporter < counted_.size() ? counted_[reporter] : kNowhere;
  }

  void part_rows() {
    // In their place, as there may be millions.
    std::size_t kept = 0;
    for (auto row : all_.rows) {
      if (const auto place = place_of(row.reporter); place != kNowhere) {
        row.reporter = place;
        all_.rows[kept++] = row;
      } else if (row.reporter < aside_.size()) {
        row.reporter = aside_[row.reporter];
        out_.aside.push_back(row);
      }
    }
    all_.rows.resize(kept);
    out_.daily.rows = std::move(all_.rows);
  }

  // By rows and not by messages, whose number a reporter chooses freely.
  void find_histories() {
    std::vector<bool> known(all_.addresses.size());
    for (const auto& row : out_.daily.rows) known[row.address] = true;
    struct Told {
      std::set<std::int32_t> all_days;
      std::set<std::int32_t> days;
      std::size_t rows = 0;
      std::size_t shared = 0;
    };
    std::vector<Told> told(out_.others.size());
    for (const auto& row : out_.aside) {
      auto& one = told[row.reporter];
      one.all_days.insert(row.day);
      if (row.day >= input_.today || !passes(all_.outcomes[row.outcome])) continue;
      ++one.rows;
      if (!known[row.address]) continue;
      ++one.shared;
      one.days.insert(row.day);
    }
    for (std::size_t i = 0; i < told.size(); ++i) {
      auto& other = out_.others[i];
      other.days = told[i].all_days.size();
      const bool long_enough = !told[i].days.empty() &&
                               *told[i].days.begin() <= input_.today - kHistoryDays &&
                               told[i].days.size() >= kHistorySpoken;
      if (long_enough && !other.open_to_all && told[i].shared * 10 >= told[i].rows * kHistoryKnownPerTen)
        other.ground = Ground::history;
    }
  }

  // Most of those who tell of a day; of as many the weaker policy, so that nothing looks further than it is.
  void agree_on_policies() {
    using Key = std::tuple<std::string, bool>;  // p, and whether it counts in full
    for (auto at = all_.policies.begin(); at != all_.policies.end();) {
      const auto day = at->day;
      std::map<std::uint32_t, const PolicySeen*> by_reporter;
      for (; at != all_.policies.end() && at->day == day; ++at) {
        if (const auto place = place_of(at->reporter); place != kNowhere) by_reporter[place] = &*at;
      }
      std::map<Key, std::vector<const PolicySeen*>> votes;
      for (const auto& [reporter, seen] : by_reporter) votes[{seen->p, !seen->softened()}].push_back(seen);
      if (votes.empty()) continue;
      // "none", "quarantine" and "reject" stand in the order of their letters.
      const auto most =
          std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second.size(); });
      out_.daily.policies.push_back(*most->second.front());
      out_.daily.policies.back().reporter = place_of(most->second.front()->reporter);
    }
  }

  const WeighInput& input_;
  const mail::Registry& registry_;
  Daily all_;
  Heard out_;
  std::vector<std::uint32_t> counted_;  // places in out_.daily.reporters of all_.reporters
  std::vector<std::uint32_t> aside_;    // and in out_.others
};

}  // namespace

Ground ground_of(const StoredReporter& reporter, std::span<const std::string> listed,
                 const mail::Registry& registry) {
  if (reporter.trust == Trust::imported) return Ground::given;
  if (reporter.trust != Trust::verified) return Ground::none;
  const auto name = base::lower(reporter.name);
  if (std::ranges::find(listed, name) != listed.end()) return Ground::listed;
  return registry.find(mail::MarkKind::reports, name) ? Ground::known : Ground::none;
}

std::string_view to_string(Ground ground) {
  constexpr std::string_view kNames[] = {"none", "history", "known", "listed", "given"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(Ground::given) + 1);
  return kNames[static_cast<std::size_t>(ground)];
}

Heard weigh(Daily daily, const WeighInput& input) { return Weighing(std::move(daily), input).run(); }

std::vector<std::string> candidates(const Heard& heard, std::int32_t since) {
  std::vector<const OtherReporter*> found;
  for (const auto& other : heard.others) {
    if (!other.open_to_all && other.days >= kCandidateDays && other.seen.last_day >= since)
      found.push_back(&other);
  }
  // Not by messages, of which everybody says as many as he likes.
  std::ranges::sort(found, [](const OtherReporter* a, const OtherReporter* b) {
    return std::tuple(b->ground, a->seen.first_day, std::string_view(a->seen.name)) <
           std::tuple(a->ground, b->seen.first_day, std::string_view(b->seen.name));
  });
  if (found.size() > kMaxCandidates) found.resize(kMaxCandidates);
  std::vector<std::string> out;
  out.reserve(found.size());
  for (const auto* other : found) out.push_back(other->seen.name);
  return out;
}

std::string line_to_add(const Heard& heard, std::span<const std::string> more) {
  std::vector<std::string> all = heard.listed;
  all.insert(all.end(), more.begin(), more.end());
  std::vector<std::string> quoted;
  quoted.reserve(all.size());
  for (const auto& name : all) quoted.push_back(fmt::format("\"{}\"", base::printable(name)));
  return fmt::format("reporters = [{}]", fmt::join(quoted, ", "));
}

}  // namespace rampart::reports::advice
