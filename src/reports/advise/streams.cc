#include "reports/advise/streams.h"

#include <algorithm>

#include "base/saturate.h"
#include "reports/advise/bounds.h"
#include "reports/sources/facts.h"
#include "reports/sources/inventory.h"

namespace rampart::reports::advice {
namespace {

// A row of an address: its outcome on the days of one part (kSourceBorders), so that a trend is that of `reports sources`.
struct RowPlace {
  std::uint32_t address = 0;
  std::uint32_t outcome = 0;
  std::uint32_t part = 0;  // the last days are 0
  friend auto operator<=>(const RowPlace&, const RowPlace&) = default;
};

RowPlace place_of(const DailyRow& row, std::int32_t today) {
  std::uint32_t part = 0;
  for (const auto border : kSourceBorders) part += today - row.day >= border ? 1U : 0U;
  return {row.address, row.outcome, part};
}

// Gives each address its rows. By place in the sorted list that comes back: an address, an outcome and a part; `index` has where in
// the address's rows it is.
struct Rows {
  std::int32_t today = 0;
  std::vector<RowPlace> places;  // sorted
  std::vector<std::uint32_t> index;

  [[nodiscard]] std::size_t of(const DailyRow& row) const {
    const auto found = std::ranges::lower_bound(places, place_of(row, today));
    return static_cast<std::size_t>(found - places.begin());
  }
};

Rows add_rows(const Daily& daily, std::vector<SeenAddress>& addresses, std::int32_t today) {
  Rows out{.today = today};
  out.places.reserve(daily.rows.size());
  for (const auto& row : daily.rows) out.places.push_back(place_of(row, today));
  std::ranges::sort(out.places);
  const auto same = std::ranges::unique(out.places);
  out.places.erase(same.begin(), same.end());
  out.index.reserve(out.places.size());
  addresses.resize(daily.addresses.size());
  for (const auto& place : out.places) {
    auto& rows = addresses[place.address].rows;
    out.index.push_back(static_cast<std::uint32_t>(rows.size()));
    rows.push_back({.outcome = place.outcome});
  }
  for (const auto& row : daily.rows) {
    auto& seen = addresses[row.address].rows[out.index[out.of(row)]];
    if (seen.count == 0) seen.first_day = row.day;
    base::saturating_add(seen.count, row.messages);
    seen.last_day = row.day;
  }
  return out;
}

Standing standing_of(const MailSource& source) {
  switch (source.kind) {
    case SourceKind::own:
    case SourceKind::service:
      return Standing::legitimate;
    case SourceKind::forwarder:
      return Standing::handed_on;
    case SourceKind::spoofing:
      // Where nothing says that SPF refuses the address, it may be a server of the owner's that nobody thought of.
      return source.confidence == Confidence::unknown ? Standing::unclear : Standing::forged;
    case SourceKind::unknown:
      break;
  }
  return Standing::unclear;
}

void add(SourceTally& tally, const OutcomeFacts& facts, std::uint64_t messages) {
  base::saturating_add(facts.dkim_ok ? tally.dkim : facts.spf_ok ? tally.spf : tally.fail, messages);
}

void add(SourceTally& to, const SourceTally& more) {
  base::saturating_add(to.dkim, more.dkim);
  base::saturating_add(to.spf, more.spf);
  base::saturating_add(to.fail, more.fail);
}

StreamDay& day_of(std::vector<StreamDay>& days, std::int32_t day) {
  if (days.empty() || days.back().day != day) days.push_back({.day = day});
  return days.back();
}

// Sorts the rows into the streams of the sources that they are in.
class Sorting {
 public:
  Sorting(const StreamsInput& input, const std::vector<Outcome>& outcomes)
      : input_(input), owned_(input.domain, input.own_domains) {
    const auto& registry = input.registry != nullptr ? *input.registry : mail::built_in_registry();
    facts_.reserve(outcomes.size());
    for (const auto& outcome : outcomes) {
      facts_.push_back(read_outcome(outcome, owned_, registry, keys_));
      below_.push_back(is_below(outcome.header_from));
    }
  }

  [[nodiscard]] std::vector<Stream> run(std::vector<MailSource> sources, const Rows& rows,
                                        const RowSources& places) const {
    std::vector<Stream> out;
    out.reserve(sources.size());
    for (auto& source : sources) {
      const auto standing = standing_of(source);
      out.push_back({.source = std::move(source), .standing = standing});
    }
    // A day's rows of one reporter or address need not stand together, and those of a day do.
    std::vector<Shares> reporters(out.size());
    std::vector<Shares> servers(out.size());
    for (const auto& row : input_.daily->rows) {
      const auto place = places[row.address][rows.index[rows.of(row)]];
      auto& stream = out[place];
      add_row(stream, row);
      if (stream.standing != Standing::legitimate) continue;
      add_to_share(reporters[place][row.reporter], row);
      if (stream.source.kind == SourceKind::own) add_to_share(servers[place][row.address], row);
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i].reporters = shares_of(std::move(reporters[i]), [&](std::uint32_t place) {
        const auto& all = input_.daily->reporters;
        return place < all.size() ? all[place].name : std::string();
      });
      out[i].servers = shares_of(std::move(servers[i]),
                                 [&](std::uint32_t place) { return input_.daily->addresses[place]; });
    }
    return out;
  }

 private:
  [[nodiscard]] bool is_below(const std::string& name) const {
    const auto parsed = dns::Name::try_parse(name);
    return parsed && *parsed != input_.domain && parsed->is_within(input_.domain);
  }

  using Shares = std::map<std::uint32_t, std::vector<StreamDay>>;

  void add_to_share(std::vector<StreamDay>& days, const DailyRow& row) const {
    auto& day = day_of(days, row.day);
    add(below_[row.outcome] ? day.below : day.domain, facts_[row.outcome], row.messages);
  }

  template <class F>
  static std::vector<Share> shares_of(Shares shares, F name) {
    std::vector<Share> out;
    out.reserve(shares.size());
    for (auto& [place, days] : shares)
      out.push_back({.place = place, .name = name(place), .days = std::move(days)});
    return out;
  }

  // A receiver says so, or lists are what is done where it came from.
  static bool is_list(const Stream& stream, const OutcomeFacts& facts) {
    if (stream.standing != Standing::handed_on) return false;
    const auto* provider = stream.source.provider;
    return facts.said == Override::mailing_list ||
           (provider != nullptr && provider->kind == mail::ProviderKind::lists);
  }

  void add_row(Stream& stream, const DailyRow& row) const {
    auto& day = day_of(stream.days, row.day);
    const auto& facts = facts_[row.outcome];
    const bool below = below_[row.outcome];
    add(below ? day.below : day.domain, facts, row.messages);
    if (facts.own_failed) base::saturating_add(day.refused, row.messages);
    if (below) add(stream.names[input_.daily->outcomes[row.outcome].header_from], facts, row.messages);
    if (!is_list(stream, facts)) return;
    base::saturating_add(day.lists, row.messages);
    if (!facts.dkim_ok && !facts.spf_ok)
      base::saturating_add(below ? day.lists_fail_below : day.lists_fail, row.messages);
  }

  const StreamsInput& input_;
  Owned owned_;
  Keys keys_;
  std::vector<OutcomeFacts> facts_;
  std::vector<bool> below_;  // by outcome
};

}  // namespace

std::string_view to_string(Standing standing) {
  constexpr std::string_view kNames[] = {"legitimate", "handed-on", "forged", "unclear"};
  return kNames[static_cast<std::size_t>(standing)];
}

std::uint64_t Stream::lists() const {
  std::uint64_t out = 0;
  for (const auto& day : days) base::saturating_add(out, day.lists);
  return out;
}

std::vector<Stream> find_streams(StreamsInput input) {
  const auto rows = add_rows(*input.daily, input.addresses, input.today);
  for (std::size_t i = 0; i < input.addresses.size(); ++i) {
    input.addresses[i].address =
        base::IpAddress::parse(input.daily->addresses[i]).value_or(base::IpAddress());
    if (!input.asked) input.addresses[i].unanswered = "DNS was not asked";
  }
  const SourcesInput seen{.domain = input.domain,
                          .own_domains = input.own_domains,
                          .outcomes = input.daily->outcomes,
                          .addresses = input.addresses,
                          .registry = input.registry,
                          .marks = input.marks,
                          .today = input.today};
  RowSources places;
  auto sources = find_sources(seen, &places);
  return Sorting(input, input.daily->outcomes).run(std::move(sources), rows, places);
}

std::uint64_t bad_of(const SourceTally& mail, dmarc::Policy policy) {
  switch (policy) {
    case dmarc::Policy::none:
      return 0;
    case dmarc::Policy::quarantine:
      return mail.fail;
    case dmarc::Policy::reject:
      break;
  }
  return base::saturating_sum(mail.fail, mail.spf);
}

namespace {

// When a day's mail is none that fails by chance.
bool fails_much(const SourceTally& mail, dmarc::Policy policy) {
  const auto bad = bad_of(mail, policy);
  return bad >= kLeastBad && static_cast<double>(bad) * 100 > static_cast<double>(mail.messages()) *
                                                                  static_cast<double>(kMaxBadPerHundred);
}

// How mail that fails comes: what is sent once a month beside what is sent daily is not mended because it is quiet.
struct Rhythm {
  std::int32_t last_bad = 0;
  std::int32_t clean = kCleanDays;     // days without any that show it mended
  std::optional<std::int32_t> period;  // days from run to run
};

struct Run {
  std::int32_t begin = 0;
  std::int32_t end = 0;
  std::uint64_t largest = 0;  // messages of a day

  [[nodiscard]] bool is_short() const { return end - begin < kRunGap; }
};

std::vector<Run> failing_runs(std::span<const StreamDay> days, Part part, dmarc::Policy policy,
                              std::int32_t today) {
  std::vector<Run> out;
  for (const auto& day : days) {
    const auto& mail = day.of(part);
    if (day.day >= today || !fails_much(mail, policy)) continue;
    if (out.empty() || day.day - out.back().end > kRunGap) out.push_back({.begin = day.day, .end = day.day});
    out.back().end = day.day;
    out.back().largest = std::max(out.back().largest, mail.messages());
  }
  return out;
}

// From one short run to the next; the last few, where they are alike. Of one run at least.
std::optional<std::int32_t> period_of_runs(std::span<const Run> runs) {
  constexpr std::size_t kPauses = 4;
  std::vector<std::int32_t> pauses;
  for (std::size_t i = runs.size() - 1; i > 0; --i) {
    if (!runs[i - 1].is_short() || pauses.size() == kPauses) break;
    pauses.push_back(runs[i].begin - runs[i - 1].begin);
  }
  if (pauses.empty() || (pauses.size() == 1 && pauses.front() > kMonthly)) return std::nullopt;
  std::ranges::sort(pauses);
  if (pauses.back() > 2 * pauses.front()) return std::nullopt;
  return pauses[pauses.size() / 2];
}

Rhythm rhythm_of(std::span<const StreamDay> days, Part part, dmarc::Policy policy, std::int32_t today) {
  const auto runs = failing_runs(days, part, policy, today);
  if (runs.empty()) return {};
  const auto& last = runs.back();
  Rhythm out{.last_bad = last.end};
  // A day of that size without any since is the next run; or what failed was all that is sent there.
  const bool came_again = std::ranges::any_of(days, [&](const StreamDay& day) {
    return day.day > last.end && day.day < today &&
           day.of(part).messages() >= last.largest - last.largest / 4;
  });
  if (!last.is_short() || came_again) return out;
  out.clean = kLookDays;
  out.period = period_of_runs(runs);
  if (out.period) out.clean = std::max(kCleanDays, *out.period + *out.period / 2);
  return out;
}

// Look::wide: at all days, where the last 30 say too little. Look::whole: of servers that are looked at one by one, each by its
// own rhythm.
enum class Look : std::uint8_t { part, wide, whole };

Last look(std::span<const StreamDay> days, Part part, dmarc::Policy policy, std::int32_t today, Look how) {
  Last out{.from = today - kLookDays, .to = today - 1};
  std::int32_t last = 0;
  bool any = false;
  for (const auto& day : days) {
    if (day.day > out.to || day.of(part).messages() == 0) continue;
    last = day.day;
    any = true;
  }
  if (!any) return out;
  const auto rhythm = how == Look::whole ? Rhythm() : rhythm_of(days, part, policy, today);
  out.clean = rhythm.clean;
  if (rhythm.period && out.to - rhythm.last_bad < rhythm.clean) out.period = rhythm.period;
  out.recent = last >= out.from && (!out.period || rhythm.last_bad >= out.from);
  if (!out.recent) {
    out.to = out.period ? rhythm.last_bad : last;
    out.from = out.to - kLookDays + 1;
  }
  if (how == Look::wide) out.from = std::min(out.from, days.front().day);
  for (const auto& day : days) {
    if (day.day < out.from || day.day > out.to) continue;
    const auto& mail = day.of(part);
    add(out.mail, mail);
    if (const auto bad = bad_of(mail, policy); bad != 0) {
      base::saturating_add(out.bad, bad);
      out.last_bad = day.day;
      out.since = 0;
    } else {
      base::saturating_add(out.since, mail.messages());
    }
  }
  out.mended = out.bad != 0 && out.since != 0 && out.since >= out.bad / kSincePerBad && !out.period &&
               out.to - out.last_bad >= out.clean;
  return out;
}

// More than may be, and no chance: kLeastBad at least, and the lower bound of their rate is above it. A burst of one day weighs as
// one event (bounds.h).
bool is_case(const Last& last, std::span<const StreamDay> days, Part part, dmarc::Policy policy) {
  if (last.bad < kLeastBad) return false;
  std::vector<std::uint64_t> bad(static_cast<std::size_t>(last.to - last.from + 1));
  for (const auto& day : days) {
    if (day.day >= last.from && day.day <= last.to)
      bad[static_cast<std::size_t>(day.day - last.from)] = bad_of(day.of(part), policy);
  }
  const auto least = rate_of(bad).bounds.low * static_cast<double>(bad.size());
  return least * 100 > static_cast<double>(last.messages()) * static_cast<double>(kMaxBadPerHundred);
}

double share_of(const Failing& failing) {
  return static_cast<double>(failing.last.bad) / static_cast<double>(failing.last.messages());
}

bool is_worse(const Failing& a, const Failing& b) {
  return std::tuple(share_of(b), b.last.bad, a.share->place) <
         std::tuple(share_of(a), a.last.bad, b.share->place);
}

// So much that a burst of one day is no chance either.
bool is_much(const Last& last) {
  return last.bad >= kFewMessages &&
         static_cast<double>(last.bad) * 100 >=
             static_cast<double>(last.messages()) * static_cast<double>(kBadPerServer);
}

// Each address by itself: what a large one sends does not make a small one well, nor what is sent daily what is sent monthly.
void look_at_servers(const Stream& stream, Part part, dmarc::Policy policy, std::int32_t today, Health& out) {
  if (stream.servers.size() < 2) return;  // the whole is that one
  for (const auto& share : stream.servers) {
    auto last = look(share.days, part, policy, today, Look::part);
    if (last.bad == 0 || last.mended) continue;
    if (last.messages() < kFewMessages) last = look(share.days, part, policy, today, Look::wide);
    if (last.mended) continue;
    if (is_case(last, share.days, part, policy) || is_much(last)) {
      out.servers.push_back({&share, last});
    } else if (last.bad == last.messages()) {
      out.few.push_back({&share, last});
    }
  }
  std::ranges::sort(out.servers, is_worse);
}

// Who tells of failing mail that the others do not see. By what fails: that DKIM does not verify at one receiver, while SPF passes
// there, is more often that receiver's fault.
Failing worst_reporter(const Stream& stream, Part part, const Last& of, std::int32_t today) {
  constexpr auto kBy = dmarc::Policy::quarantine;
  Failing out;
  if (stream.reporters.size() < 2) return out;
  for (const auto& share : stream.reporters) {
    Failing one{&share, {.from = of.from, .to = of.to, .recent = of.recent}};
    for (const auto& day : share.days) {
      if (day.day < of.from || day.day > of.to || day.day >= today) continue;
      add(one.last.mail, day.of(part));
      if (bad_of(day.of(part), kBy) != 0) one.last.last_bad = day.day;
    }
    one.last.bad = bad_of(one.last.mail, kBy);
    if (!is_case(one.last, share.days, part, kBy)) continue;
    if (out.share == nullptr || is_worse(one, out)) out = one;
  }
  return out;
}

std::vector<Weight> weights(const Stream& stream, Part part, dmarc::Policy policy, const Last& of) {
  std::vector<Weight> out;
  for (const auto& share : stream.reporters) {
    auto& weight = out.emplace_back();
    for (const auto& day : share.days) {
      if (day.day < of.from || day.day > of.to) continue;
      base::saturating_add(weight.bad, bad_of(day.of(part), policy));
      base::saturating_add(weight.messages, day.of(part).messages());
    }
  }
  return out;
}

}  // namespace

bool too_many(std::span<const Weight> reporters, std::uint64_t most, std::uint64_t of) {
  double bad = 0;
  double messages = 0;
  const Weight* largest = nullptr;
  for (const auto& weight : reporters) {
    bad += static_cast<double>(weight.bad);
    messages += static_cast<double>(weight.messages);
    if (largest == nullptr || weight.messages > largest->messages) largest = &weight;
  }
  const auto over = [&] { return bad * static_cast<double>(of) > messages * static_cast<double>(most); };
  if (largest == nullptr || over()) return largest != nullptr;
  const auto own = static_cast<double>(largest->messages);
  const auto allowed = (messages - own) * kMostShare / (1 - kMostShare);
  if (own <= allowed || allowed <= 0) return false;
  bad -= static_cast<double>(largest->bad) * (1 - allowed / own);
  messages -= own - allowed;
  return over();
}

Health health_of(const Stream& stream, Part part, dmarc::Policy policy, std::int32_t today) {
  Health out;
  static_cast<Last&>(out) =
      look(stream.days, part, policy, today, stream.servers.size() < 2 ? Look::part : Look::whole);
  if (policy == dmarc::Policy::none) return out;
  look_at_servers(stream, part, policy, today, out);
  if (!out.mended) out.reporter = worst_reporter(stream, part, out, today);
  const bool well = out.mended || !too_many(weights(stream, part, policy, out), kMaxBadPerHundred, 100);
  out.ok = well && out.servers.empty() && out.reporter.share == nullptr;
  return out;
}

std::optional<std::int32_t> period_of(std::span<const StreamDay> days) {
  std::vector<std::int32_t> begins;
  for (std::size_t i = 0; i < days.size(); ++i) {
    if (i == 0 || days[i].day - days[i - 1].day > kRunGap) begins.push_back(days[i].day);
  }
  if (begins.size() < 2) return std::nullopt;
  std::vector<std::int32_t> gaps;
  for (std::size_t i = 1; i < begins.size(); ++i) gaps.push_back(begins[i] - begins[i - 1]);
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::ranges::nth_element(gaps, middle);
  return *middle;
}

}  // namespace rampart::reports::advice
