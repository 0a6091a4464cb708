// What there is: the selectors that are tried, and whether absence is proven.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "audit/checks/dkim.h"
#include "audit/known.h"
#include "auth/dkim/selectors.h"

namespace rampart::audit {
namespace {

using facts::Presence;
using SelectorState = dkim::Selector::State;

struct Candidate {
  std::string_view selector;  // of the input or of a table, both of which outlive the look
  bool named = false;
};

class Candidates {
 public:
  void add(std::string_view selector, bool named) {
    const bool known = std::any_of(
        all_.begin(), all_.end(), [&](const Candidate& candidate) { return candidate.selector == selector; });
    if (!known) all_.push_back({selector, named});
  }
  [[nodiscard]] const std::vector<Candidate>& all() const { return all_; }

 private:
  std::vector<Candidate> all_;
};

Candidates always_tried(const Input& input, const std::vector<dns::Name>& mx_targets,
                        const std::vector<dns::Name>& spf_targets) {
  Candidates candidates;
  for (const auto& selector : input.selectors) candidates.add(selector, true);
  for (const auto& selector : input.zone_selectors) candidates.add(selector, true);
  for (const auto& selector : input.seen_selectors) candidates.add(selector, false);
  const auto common = dkim::common_selectors();
  for (const auto selector : common.first(std::min(kFirstSelectors, common.size()))) {
    candidates.add(selector, false);
  }
  for (const auto& candidate : dkim::candidates(mx_targets, spf_targets)) {
    if (candidate.reason != "common") candidates.add(candidate.selector, false);
  }
  return candidates;
}

// What all the answers have in common, for proof and for wildcards.
struct Tally {
  std::size_t tried = 0;
  std::size_t no_name = 0;
  std::size_t keys = 0;  // selectors with a key that a verifier can use
  std::size_t unusable =
      0;  // selectors whose keys are broken, too short or not for mail (RFC 6376 3.6.1, RFC 8301)
  std::size_t revoked = 0;  // selectors with revoked keys only
  std::size_t unknown = 0;
  std::size_t other = 0;            // selectors that answer with something else than a key
  std::optional<std::string> text;  // the only TXT record that every selector so far answers with
  bool same_text = true;

  void note(const facts::Answer& answer, const dkim::Selector& found) {
    ++tried;
    if (answer.presence() == Presence::no_name) ++no_name;
    if (found.state == SelectorState::unknown) ++unknown;
    const auto some = [&](auto is) { return std::any_of(found.keys.begin(), found.keys.end(), is); };
    const bool usable = some([](const dkim::KeyRecord& key) { return key.usable(); });
    const bool live = some([](const dkim::KeyRecord& key) { return !key.revoked; });
    if (usable) ++keys;
    if (live && !usable) ++unusable;
    if (!live && !found.keys.empty()) ++revoked;
    if (answer.present() && found.keys.empty()) ++other;
    const auto only =
        answer.records().size() == 1 ? std::string(answer.data(answer.records()[0])) : std::string();
    if (only.empty() || (text && *text != only)) same_text = false;
    text = only;
  }
};

void judge(const Input& input, const facts::Answer& above, const Tally& tally, DkimPicture& dkim) {
  const auto above_text = fmt::format("_domainkey.{}", input.domain.text());
  dkim.all_revoked = tally.tried > 1 && tally.revoked == tally.tried && tally.same_text;
  dkim.wildcard = tally.tried > 1 && tally.other == tally.tried && tally.same_text;
  if (tally.keys > 0) {
    dkim.state = DkimState::present;
    return;
  }
  // RFC 8020, cross-checked: see the header.
  const bool nothing_below = above.presence() == Presence::no_name && !above.has_aliases();
  if (nothing_below && tally.no_name == tally.tried) {
    dkim.state = DkimState::absent;
    dkim.why =
        fmt::format("{} does not exist (NXDOMAIN), so nothing exists below it; {} selectors tried agree",
                    above_text, tally.tried);
    return;
  }
  // A selector that is laid over the zone makes _domainkey exist without records.
  if (input.zone_is_complete && input.zone_selectors.empty() && above.presence() != Presence::no_data &&
      tally.unknown == 0 && tally.revoked == 0 && !above.undetermined()) {
    dkim.state = DkimState::absent;
    dkim.why = fmt::format("the zone holds nothing below {}", above_text);
    return;
  }
  if (tally.unusable > 0) {
    dkim.why = "no key that was found can be used by a verifier";
  } else if (above.undetermined()) {
    dkim.why = fmt::format("{}: {}", above_text, why_unknown(above));
  } else if (nothing_below) {
    dkim.why =
        fmt::format("{} is said not to exist (NXDOMAIN), but not every selector below it agrees", above_text);
  } else {
    dkim.why = fmt::format("{} exists, so there may be a key at a selector that was not tried", above_text);
  }
}

}  // namespace

DkimPicture look_dkim(const Input& input, const std::vector<dns::Name>& mx_targets,
                      const std::vector<dns::Name>& spf_targets, facts::Facts& facts) {
  DkimPicture dkim;
  const auto above_name = input.domain.prepend_label("_domainkey");
  if (!above_name) {  // no selector fits into 253 characters
    dkim.state = DkimState::absent;
    dkim.why = "the name leaves no room for a selector";
    return dkim;
  }
  const auto& above = facts.ask(*above_name, dns::RrType::txt);
  Tally tally;
  const auto look_at = [&](const Candidate& candidate) {
    const auto name = above_name->prepend(candidate.selector);
    if (!name) return false;
    const auto& answer = facts.ask(*name, dns::RrType::txt);
    auto found = dkim::read_selector(answer);
    tally.note(answer, found);
    if (auto takeover = alias_takeover(answer, input.domain, facts))
      dkim.takeovers.push_back(std::move(*takeover));
    const bool telling = found.state == SelectorState::present || found.state == SelectorState::unknown;
    if (telling || candidate.named) {
      dkim.selectors.push_back({std::string(candidate.selector), *name, std::move(found),
                                answer.open() ? std::string() : std::string(answer.server()),
                                candidate.named});
    }
    return answer.open();
  };
  auto candidates = always_tried(input, mx_targets, spf_targets);
  bool open = above.open();
  for (const auto& candidate : candidates.all()) open |= look_at(candidate);
  if (!open && tally.keys == 0 && above.presence() != Presence::no_name) {
    const auto first = candidates.all().size();
    for (const auto selector : dkim::common_selectors()) candidates.add(selector, false);
    for (auto i = first; i < candidates.all().size(); ++i) look_at(candidates.all()[i]);
  }
  dkim.tried = tally.tried;
  judge(input, above, tally, dkim);
  return dkim;
}

std::vector<DkimKey> dkim_keys(const DkimPicture& dkim) {
  std::vector<DkimKey> keys;
  for (const auto& selector : dkim.selectors) {
    if (dkim.all_revoked) break;  // a wildcard, and no selectors
    for (const auto& key : selector.found.keys) {
      keys.push_back({selector.selector, selector.name.text(), key.type_text,
                      key.type == dkim::KeyType::rsa ? key.bits : 0, key.revoked, key.fingerprint});
    }
  }
  return keys;
}

}  // namespace rampart::audit
