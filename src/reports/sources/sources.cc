#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "reports/sources/classify.h"
#include "reports/sources/facts.h"
#include "reports/sources/identity.h"
#include "reports/sources/source.h"

namespace rampart::reports {
namespace {

using Who = Identity::Who;

constexpr double kChange = 2;                                // times the weekly mean
constexpr std::size_t kMaxEvidence = 30;                     // lines of one source; our own
constexpr std::size_t kShown = 200;                          // bytes of a name in a line; our own
constexpr std::string_view kOpenSpoofing = "spoofing-open";  // the id of what nothing says that SPF refuses
constexpr std::size_t kSentence = 600;                       // bytes of a reason; our own

std::uint64_t sum(std::uint64_t a, std::uint64_t b) {
  return a > std::numeric_limits<std::uint64_t>::max() - b ? std::numeric_limits<std::uint64_t>::max()
                                                           : a + b;
}
void add(std::uint64_t& to, std::uint64_t more) { to = sum(to, more); }

// How many of a row's messages fall on these days, both inside, when they are spread evenly.
double within(const SeenRow& row, std::int64_t from, std::int64_t to) {
  const std::int64_t first = row.first_day;
  const std::int64_t last = std::max<std::int64_t>(row.last_day, first);
  const auto days = std::min(last, to) - std::max(first, from) + 1;
  return days <= 0 ? 0
                   : static_cast<double>(row.count) * static_cast<double>(days) /
                         static_cast<double>(last - first + 1);
}

struct Draft {
  MailSource source;
  std::uint32_t number = 0;  // in the order in which they were begun
  std::string label;
  std::map<std::size_t, std::uint64_t> addresses;  // messages, by place
  std::map<std::pair<Why, std::string_view>, std::uint64_t> reasons;
  std::map<KeyId, std::uint64_t> keys;
  std::array<std::uint64_t, 3> confidence{};  // messages
  double recent = 0;
  double before = 0;
  bool begun = false;
};

class Sources {
 public:
  explicit Sources(const SourcesInput& input)
      : input_(input),
        registry_(input.registry != nullptr ? *input.registry : mail::built_in_registry()),
        owned_(input.domain, input.own_domains) {
    facts_.reserve(input.outcomes.size());
    for (const auto& outcome : input.outcomes)
      facts_.push_back(read_outcome(outcome, owned_, registry_, keys_));
    identities_.reserve(input.addresses.size());
    for (const auto& seen : input.addresses) {
      identities_.push_back(identify(seen, facts_, owned_, registry_));
      marks_.push_back(mark_of(seen.address));
      if (marks_.back() != nullptr && marks_.back()->kind == SourceKind::own) own(identities_.back());
    }
  }

  std::vector<MailSource> run(RowSources* rows) {
    const Classifier classifier(input_, facts_, identities_, keys_.size());
    for (std::size_t i = 0; i < input_.addresses.size(); ++i) {
      auto verdicts = classifier.classify(i);
      if (marks_[i] != nullptr) {
        for (auto& verdict : verdicts) verdict = by_mark(*marks_[i]);
      }
      std::array<Draft*, kSourceKinds + 1> of_kind{};
      for (std::size_t row = 0; row < verdicts.size(); ++row) {
        if (input_.addresses[i].rows[row].outcome >= facts_.size()) continue;
        // What SPF refuses and what it says nothing of stay apart: much of the one makes none of the other forged.
        const bool open = verdicts[row].why == Why::nobody_open;
        auto*& draft = of_kind[open ? kSourceKinds : static_cast<std::size_t>(verdicts[row].kind)];
        if (draft == nullptr) draft = &draft_of(i, verdicts[row].kind, open);
        if (rows != nullptr) note_row(*rows, i, row, draft->number);
        add_row(*draft, i, input_.addresses[i].rows[row],
                draft->source.mark == nullptr ? verdicts[row] : by_mark(*draft->source.mark));
      }
    }
    std::vector<Draft*> drafts;
    drafts.reserve(drafts_.size());
    for (auto& [id, draft] : drafts_) {
      finish(draft);
      drafts.push_back(&draft);
    }
    std::ranges::sort(drafts, [](const Draft* a, const Draft* b) {
      return std::tuple(b->source.tally.messages(), std::string_view(a->source.id)) <
             std::tuple(a->source.tally.messages(), std::string_view(b->source.id));
    });
    if (rows != nullptr) number_rows(*rows, drafts);
    std::vector<MailSource> out;
    out.reserve(drafts.size());
    for (auto* draft : drafts) out.push_back(std::move(draft->source));
    return out;
  }

 private:
  void note_row(RowSources& rows, std::size_t address, std::size_t row, std::uint32_t number) const {
    rows.resize(input_.addresses.size());
    auto& own_rows = rows[address];
    own_rows.resize(input_.addresses[address].rows.size(), kNoSource);
    own_rows[row] = number;
  }
  // From the order in which the drafts were begun to the one in which they are given.
  void number_rows(RowSources& rows, const std::vector<Draft*>& drafts) const {
    rows.resize(input_.addresses.size());
    std::vector<std::uint32_t> places(drafts.size());
    for (std::uint32_t place = 0; place < drafts.size(); ++place) places[drafts[place]->number] = place;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i].resize(input_.addresses[i].rows.size(), kNoSource);
      for (auto& number : rows[i]) {
        if (number != kNoSource) number = places[number];
      }
    }
  }

  static Verdict by_mark(const Mark& mark) { return {mark.kind, Confidence::certain, Why::marked, {}}; }

  // Of the smallest network that holds the address.
  [[nodiscard]] const Mark* mark_of(const base::IpAddress& address) const {
    const Mark* out = nullptr;
    for (const auto& mark : input_.marks) {
      const auto& network = mark.subject.network;
      if (!network || !address.in_prefix(network->address, network->length)) continue;
      if (out == nullptr || network->length > out->subject.network->length) out = &mark;
    }
    return out;
  }
  [[nodiscard]] const Mark* mark_of(std::string_view id) const {
    const auto found = std::ranges::find_if(
        input_.marks, [&](const Mark& mark) { return !mark.subject.network && mark.subject.id == id; });
    return found == input_.marks.end() ? nullptr : &*found;
  }
  // What is signed there is signed at home.
  static void own(Identity& identity) {
    identity.who = Who::own;
    identity.confidence = Confidence::certain;
    identity.provider = nullptr;
    identity.label = "own";
  }

  Draft& draft_of(std::size_t address, SourceKind kind, bool open) {
    const auto& identity = identities_[address];
    const auto* mark = marks_[address];
    std::string id;
    if (mark != nullptr) {
      id = "marked:" + mark->subject.text();
    } else {
      id = open ? std::string_view(kOpenSpoofing) : to_string(kind);
      if (kind != SourceKind::own && kind != SourceKind::spoofing) id += ":" + identity.label;
      mark = mark_of(id);
    }
    auto& draft = drafts_[id];
    if (draft.source.id.empty()) {
      draft.source.id = id;
      draft.number = static_cast<std::uint32_t>(drafts_.size() - 1);
      draft.source.mark = mark;
      draft.source.kind = mark == nullptr ? kind : mark->kind;
      draft.source.provider = draft.source.kind == SourceKind::spoofing ? nullptr : identity.provider;
      draft.label = identity.label;
    }
    return draft;
  }

  void add_row(Draft& draft, std::size_t address, const SeenRow& row, const Verdict& verdict) {
    auto& source = draft.source;
    const auto& facts = facts_[row.outcome];
    const auto of = facts.dkim_ok  ? &SourceTally::dkim
                    : facts.spf_ok ? &SourceTally::spf
                                   : &SourceTally::fail;
    add(source.tally.*of, row.count);
    if (verdict.why == Why::unanswered) add(source.unanswered, row.count);
    if (const auto ago = std::int64_t{input_.today} - std::max(row.first_day, row.last_day);
        ago < kRecentDays) {
      add(source.recent.*of, row.count);
    } else if (ago < kRecentDays + kBeforeDays) {
      add(source.before.*of, row.count);
    }
    add(draft.addresses[address], row.count);
    add(draft.reasons[{verdict.why, verdict.detail}], row.count);
    add(draft.confidence[static_cast<std::size_t>(verdict.confidence)], row.count);
    for (const auto key : facts.keys) add(draft.keys[key], row.count);
    const auto last = std::max(row.first_day, row.last_day);
    source.first_day = draft.begun ? std::min(source.first_day, row.first_day) : row.first_day;
    source.last_day = draft.begun ? std::max(source.last_day, last) : last;
    const auto since = std::min(input_.addresses[address].since.value_or(row.first_day), row.first_day);
    source.since = draft.begun ? std::min(source.since, since) : since;
    draft.begun = true;
    history_ = std::min({history_, row.first_day, since});
    rows_begin_ = std::min(rows_begin_, row.first_day);
    const std::int64_t today = input_.today;
    draft.recent += within(row, today - kRecentDays + 1, today);
    draft.before += within(row, today - kRecentDays - kBeforeDays + 1, today - kRecentDays);
  }

  void finish(Draft& draft) {
    auto& source = draft.source;
    for (const auto& [place, messages] : draft.addresses) {
      const auto& seen = input_.addresses[place];
      source.addresses.push_back(
          {seen.address, seen.confirmed ? seen.reverse_name : std::string(), messages});
    }
    std::ranges::sort(source.addresses, [](const SourceAddress& a, const SourceAddress& b) {
      return std::tuple(b.messages, a.address) < std::tuple(a.messages, b.address);
    });
    for (const auto& [key, messages] : draft.keys)
      source.keys.push_back({keys_[key].domain, keys_[key].selector, messages});
    std::ranges::sort(source.keys, [](const SourceKey& a, const SourceKey& b) {
      return std::tie(b.messages, a.domain, a.selector) < std::tie(a.messages, b.domain, b.selector);
    });
    if (source.keys.size() > kMaxSourceKeys) source.keys.resize(kMaxSourceKeys);
    source.name = name_of(draft);
    source.confidence = confidence_of(draft);
    source.evidence = evidence_of(draft);
    source.trend = trend_of(draft);
  }

  [[nodiscard]] std::string name_of(const Draft& draft) const {
    const auto& source = draft.source;
    if (source.mark != nullptr && !source.mark->name.empty())
      return base::excerpt(source.mark->name, kMaxMarkName);
    const auto& identity = identities_[draft.addresses.begin()->first];
    const auto where = source.addresses.size() == 1 ? source.addresses.front().address.text()
                       : source.mark != nullptr && source.mark->subject.network ? source.mark->subject.text()
                                                                                : draft.label;
    const bool named = identity.who == Who::provider;
    const bool organised = !identity.organisation.empty();
    auto who = named       ? identity.provider->name
               : organised ? base::excerpt(identity.organisation, kShown)
                           : where;
    switch (source.kind) {
      case SourceKind::own:
        return source.mark == nullptr ? "Your own servers" : "Your own: " + where;
      case SourceKind::service:
        return who;
      case SourceKind::forwarder:
        return named || organised ? who + " (handed on)" : "Forwarder " + who;
      case SourceKind::spoofing:
        if (source.mark != nullptr) return "Spoofing from " + where;
        return source.id == kOpenSpoofing ? "Spoofing, or a sender that nothing names" : "Spoofing";
      case SourceKind::unknown:
        break;
    }
    if (identity.who == Who::machine)
      return fmt::format("Unknown sender at {} ({})", identity.provider->name, where);
    return (named || organised ? "Unknown sender at " : "Unknown sender ") + who;
  }

  // The best that holds for nine of ten messages.
  static Confidence confidence_of(const Draft& draft) {
    const auto total = draft.source.tally.messages();
    const auto certain = draft.confidence[0];
    const auto likely = sum(certain, draft.confidence[1]);
    const auto enough = total - total / 10;
    if (certain >= enough) return Confidence::certain;
    return likely >= enough ? Confidence::likely : Confidence::unknown;
  }

  [[nodiscard]] std::vector<Evidence> evidence_of(const Draft& draft) const {
    std::map<std::pair<EvidenceKind, std::string_view>, std::pair<Evidence, std::uint64_t>> merged;
    for (const auto& [place, messages] : draft.addresses) {
      for (const auto& evidence : identities_[place].evidence) {
        auto& [sum_of, most] = merged[{evidence.kind, evidence.mark}];
        if (sum_of.addresses == 0 || messages > most) {
          sum_of.kind = evidence.kind;
          sum_of.mark = evidence.mark;
          sum_of.example = evidence.example;
          most = messages;
        }
        add(sum_of.messages, messages);
        ++sum_of.addresses;
      }
    }
    std::vector<Evidence> out;
    out.reserve(merged.size() + 1);
    if (const auto* mark = draft.source.mark; mark != nullptr)
      out.push_back({.kind = EvidenceKind::marked,
                     .mark = fmt::format("{} marked it on {}: {}", mark->who,
                                         base::format_time(mark->made).substr(0, 10), mark->reason),
                     .addresses = static_cast<std::uint32_t>(draft.addresses.size()),
                     .messages = draft.source.tally.messages()});
    for (auto& [key, entry] : merged) out.push_back(std::move(entry.first));
    const auto by_weight = [](const Evidence& a, const Evidence& b) {
      return std::tie(a.kind, b.messages, a.mark) < std::tie(b.kind, a.messages, b.mark);
    };
    std::ranges::sort(out, by_weight);
    if (out.size() > kMaxEvidence) out.resize(kMaxEvidence);
    std::vector<Evidence> reasons;
    reasons.reserve(draft.reasons.size());
    for (const auto& [why, messages] : draft.reasons)
      reasons.push_back(
          {.kind = EvidenceKind::reason, .mark = sentence(why.first, why.second), .messages = messages});
    std::ranges::sort(reasons, by_weight);
    if (reasons.size() > kMaxEvidence) reasons.resize(kMaxEvidence);
    out.insert(out.end(), reasons.begin(), reasons.end());
    return out;
  }

  [[nodiscard]] Trend trend_of(const Draft& draft) const {
    const auto& source = draft.source;
    const std::int64_t today = input_.today;
    if (source.last_day <= today - kFreshDays) return Trend::quiet;
    if (source.since > today - kFreshDays && history_ <= today - kFreshDays) return Trend::fresh;
    const double weeks =
        std::clamp<double>(static_cast<double>(today - kRecentDays - rows_begin_ + 1) / kRecentDays, 0,
                           static_cast<double>(kBeforeDays) / kRecentDays);
    if (weeks < 1) return Trend::steady;  // nothing to compare with
    const double mean = draft.before / weeks;
    if (draft.recent >= kChange * mean && draft.recent >= mean + kNoticeable) return Trend::rising;
    if (mean >= kChange * draft.recent && mean >= draft.recent + kNoticeable) return Trend::falling;
    return Trend::steady;
  }

  const SourcesInput& input_;
  const mail::Registry& registry_;
  Owned owned_;
  Keys keys_;
  std::vector<OutcomeFacts> facts_;
  std::vector<Identity> identities_;
  std::map<std::string, Draft> drafts_;
  std::vector<const Mark*> marks_;  // by place of the address; null: nobody marked its network
  std::int32_t history_ = std::numeric_limits<std::int32_t>::max();  // the first day that anything was seen
  std::int32_t rows_begin_ = std::numeric_limits<std::int32_t>::max();  // the first day of any row
};

}  // namespace

std::string_view to_string(SourceKind kind) {
  constexpr std::string_view kNames[] = {"own", "service", "forwarder", "spoofing", "unknown"};
  static_assert(std::size(kNames) == kSourceKinds);
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<SourceKind> parse_source_kind(std::string_view text) {
  for (std::size_t i = 0; i < kSourceKinds; ++i) {
    if (to_string(static_cast<SourceKind>(i)) == text) return static_cast<SourceKind>(i);
  }
  return std::nullopt;
}

std::string_view to_string(EvidenceKind kind) {
  constexpr std::string_view kNames[] = {"marked",    "reverse-name", "spf-include", "spf-own", "network",
                                         "signature", "bounce",       "unconfirmed", "system",  "reason"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(EvidenceKind::reason) + 1);
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Confidence confidence) {
  constexpr std::string_view kNames[] = {"certain", "likely", "unknown"};
  return kNames[static_cast<std::size_t>(confidence)];
}

std::string_view to_string(Trend trend) {
  constexpr std::string_view kNames[] = {"fresh", "rising", "steady", "falling", "quiet"};
  return kNames[static_cast<std::size_t>(trend)];
}

std::uint64_t SourceTally::messages() const { return sum(dkim, sum(spf, fail)); }

std::string Evidence::text() const {
  const auto first = base::excerpt(example, kShown);
  const auto all = base::excerpt(mark, kShown);
  const auto more = addresses > 1 ? fmt::format(" ({} addresses)", addresses) : std::string();
  switch (kind) {
    case EvidenceKind::marked:
      return base::excerpt(mark, kSentence);
    case EvidenceKind::reverse_name:
      return addresses > 1 ? fmt::format("PTR {} and {} more below {}", first, addresses - 1, all)
                           : "PTR " + first;
    case EvidenceKind::spf_include:
      return fmt::format("SPF include:{} lists it{}", first, more);
    case EvidenceKind::spf_own:
      return "a term of your own SPF record lists it" + more;
    case EvidenceKind::network:
      return fmt::format("in {}, which {} publishes{}", all, first, more);
    case EvidenceKind::signature:
      return fmt::format("DKIM {} verified{}", first, more);
    case EvidenceKind::bounce:
      return fmt::format("SPF passes for MAIL FROM at {}{}", first, more);
    case EvidenceKind::unconfirmed:
      return fmt::format("PTR {}, not confirmed and not believed", first);
    case EvidenceKind::system:
      return fmt::format("network {}{}", first, more);
    case EvidenceKind::reason:
      return base::excerpt(mark, kSentence);
  }
  return {};
}

std::vector<MailSource> find_sources(const SourcesInput& input, RowSources* rows) {
  return Sources(input).run(rows);
}

}  // namespace rampart::reports
