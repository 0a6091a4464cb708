#include "reports/advise/streams.h"

#include <algorithm>

#include "reports/sources/facts.h"

namespace rampart::reports::advice {
namespace {

constexpr std::int32_t kRunGap = 7;  // days without mail that end a run; ours: weekly mail is no run

// A row of an address: its outcome on all days.
struct RowPlace {
  std::uint32_t address = 0;
  std::uint32_t outcome = 0;
  friend auto operator<=>(const RowPlace&, const RowPlace&) = default;
};

// Gives each address its rows. By place in the sorted list that comes back: an address and an outcome; `index` has where in the
// address's rows it is.
struct Rows {
  std::vector<RowPlace> places;  // sorted
  std::vector<std::uint32_t> index;

  [[nodiscard]] std::size_t of(const DailyRow& row) const {
    const auto found = std::ranges::lower_bound(places, RowPlace{row.address, row.outcome});
    return static_cast<std::size_t>(found - places.begin());
  }
};

Rows add_rows(const Daily& daily, std::vector<SeenAddress>& addresses) {
  Rows out;
  out.places.reserve(daily.rows.size());
  for (const auto& row : daily.rows) out.places.push_back({row.address, row.outcome});
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
    seen.count += row.messages;
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
  (facts.dkim_ok ? tally.dkim : facts.spf_ok ? tally.spf : tally.fail) += messages;
}

void add(SourceTally& to, const SourceTally& more) {
  to.dkim += more.dkim;
  to.spf += more.spf;
  to.fail += more.fail;
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
    for (const auto& row : input_.daily->rows)
      add_row(out[places[row.address][rows.index[rows.of(row)]]], row);
    return out;
  }

 private:
  [[nodiscard]] bool is_below(const std::string& name) const {
    const auto parsed = dns::Name::try_parse(name);
    return parsed && *parsed != input_.domain && parsed->is_within(input_.domain);
  }

  // A receiver says so, or lists are what is done where it came from.
  static bool is_list(const Stream& stream, const OutcomeFacts& facts) {
    if (stream.standing != Standing::handed_on) return false;
    const auto* provider = stream.source.provider;
    return facts.said == Override::mailing_list ||
           (provider != nullptr && provider->kind == mail::ProviderKind::lists);
  }

  void add_row(Stream& stream, const DailyRow& row) const {
    if (stream.days.empty() || stream.days.back().day != row.day) stream.days.push_back({.day = row.day});
    auto& day = stream.days.back();
    const auto& facts = facts_[row.outcome];
    const bool below = below_[row.outcome];
    add(below ? day.below : day.domain, facts, row.messages);
    if (facts.own_failed) day.refused += row.messages;
    if (below) add(stream.names[input_.daily->outcomes[row.outcome].header_from], facts, row.messages);
    if (!is_list(stream, facts)) return;
    day.lists += row.messages;
    if (!facts.dkim_ok && !facts.spf_ok) day.lists_fail += row.messages;
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
  for (const auto& day : days) out += day.lists;
  return out;
}

std::vector<Stream> find_streams(StreamsInput input) {
  const auto rows = add_rows(*input.daily, input.addresses);
  for (std::size_t i = 0; i < input.addresses.size(); ++i)
    input.addresses[i].address =
        base::IpAddress::parse(input.daily->addresses[i]).value_or(base::IpAddress());
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
  return mail.fail + mail.spf;
}

Health health_of(const Stream& stream, Part part, dmarc::Policy policy, std::int32_t today) {
  Health out{.from = today - kLookDays, .to = today - 1};
  std::int32_t last = 0;
  bool any = false;
  for (const auto& day : stream.days) {
    if (day.day > out.to || day.of(part).messages() == 0) continue;
    last = day.day;
    any = true;
  }
  if (!any) return out;
  out.recent = last >= out.from;
  if (!out.recent) {
    out.from = last - kLookDays + 1;
    out.to = last;
  }
  for (const auto& day : stream.days) {
    if (day.day < out.from || day.day > out.to) continue;
    const auto& mail = day.of(part);
    add(out.mail, mail);
    if (const auto bad = bad_of(mail, policy); bad != 0) {
      out.bad += bad;
      out.last_bad = day.day;
      out.since = 0;
    } else {
      out.since += mail.messages();
    }
  }
  out.mended = out.bad != 0 && out.since != 0 && out.to - out.last_bad >= kCleanDays;
  out.ok = out.mended || out.bad * 100 <= out.messages() * kMaxBadPerHundred;
  return out;
}

std::optional<std::int32_t> period_of(const Stream& stream) {
  std::vector<std::int32_t> begins;
  for (std::size_t i = 0; i < stream.days.size(); ++i) {
    if (i == 0 || stream.days[i].day - stream.days[i - 1].day > kRunGap) begins.push_back(stream.days[i].day);
  }
  if (begins.size() < 2) return std::nullopt;
  std::vector<std::int32_t> gaps;
  for (std::size_t i = 1; i < begins.size(); ++i) gaps.push_back(begins[i] - begins[i - 1]);
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::ranges::nth_element(gaps, middle);
  return *middle;
}

}  // namespace rampart::reports::advice
