#include "reports/advise/streams.h"

#include <algorithm>
#include <unordered_map>

#include "reports/sources/classify.h"

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

// Sorts the rows into the sources that find_sources() found, by its own rules.
class Sorting {
 public:
  Sorting(const StreamsInput& input, const SourcesInput& seen)
      : input_(input),
        seen_(seen),
        registry_(input.registry != nullptr ? *input.registry : mail::built_in_registry()),
        owned_(input.domain, input.own_domains) {
    facts_.reserve(seen.outcomes.size());
    for (const auto& outcome : seen.outcomes)
      facts_.push_back(read_outcome(outcome, owned_, registry_, keys_));
    identities_.reserve(seen.addresses.size());
    for (const auto& address : seen.addresses)
      identities_.push_back(identify(address, facts_, owned_, registry_));
    for (const auto& outcome : seen.outcomes) below_.push_back(is_below(outcome.header_from));
  }

  std::vector<Stream> run(const Rows& rows) {
    std::vector<Stream> out;
    for (auto& source : find_sources(seen_)) {
      places_.emplace(source.id, out.size());
      out.push_back({.source = std::move(source)});
    }
    const Classifier classifier(seen_, facts_, identities_, keys_.size());
    std::vector<std::size_t> stream_of(rows.places.size());
    std::vector<bool> listed(rows.places.size());
    for (std::size_t i = 0, place = 0; i < seen_.addresses.size(); ++i) {
      for (const auto& verdict : classifier.classify(i)) {
        stream_of[place] = places_.at(id_of(verdict.kind, identities_[i]));
        listed[place] = is_list(verdict, identities_[i]);
        ++place;
      }
    }
    for (const auto& row : input_.daily->rows) {
      const auto place = rows.of(row);
      add_row(out[stream_of[place]], row, listed[place]);
    }
    mark(out);
    return out;
  }

 private:
  // As find_sources() names them.
  static std::string id_of(SourceKind kind, const Identity& identity) {
    auto id = std::string(to_string(kind));
    if (kind != SourceKind::own && kind != SourceKind::spoofing) id += ":" + identity.label;
    return id;
  }

  static bool is_list(const Verdict& verdict, const Identity& identity) {
    if (verdict.kind != SourceKind::forwarder) return false;
    if (verdict.why == Why::said_list) return true;
    const auto* provider = identity.provider;
    return provider != nullptr && provider->kind == mail::ProviderKind::lists;
  }

  [[nodiscard]] bool is_below(const std::string& name) const {
    const auto parsed = dns::Name::try_parse(name);
    return parsed && *parsed != input_.domain && parsed->is_within(input_.domain);
  }

  void add_row(Stream& stream, const DailyRow& row, bool listed) const {
    if (stream.days.empty() || stream.days.back().day != row.day) stream.days.push_back({.day = row.day});
    auto& day = stream.days.back();
    const auto& facts = facts_[row.outcome];
    add(below_[row.outcome] ? day.below : day.domain, facts, row.messages);
    if (listed) day.lists += row.messages;
    if (listed && !facts.dkim_ok && !facts.spf_ok) day.lists_fail += row.messages;
    if (facts.own_failed) day.refused += row.messages;
    if (below_[row.outcome]) add(stream.names[seen_.outcomes[row.outcome].header_from], facts, row.messages);
  }

  void mark(std::vector<Stream>& streams) const {
    for (auto& stream : streams) {
      stream.standing = standing_of(stream.source);
      const auto said = std::ranges::find(input_.marks, stream.source.id, &OwnerMark::source);
      if (said == input_.marks.end()) continue;
      if (said->standing != Standing::unclear) {
        stream.standing = said->standing;
        stream.by_owner = true;
      }
      if (!said->name.empty()) stream.source.name = said->name;
    }
  }

  const StreamsInput& input_;
  const SourcesInput& seen_;
  const mail::Registry& registry_;
  Owned owned_;
  Keys keys_;
  std::vector<OutcomeFacts> facts_;
  std::vector<bool> below_;  // by outcome
  std::vector<Identity> identities_;
  std::unordered_map<std::string, std::size_t> places_;
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
                          .today = input.today};
  return Sorting(input, seen).run(rows);
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
