#include "reports/sources/classify.h"

#include <algorithm>
#include <numeric>

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>

#include "base/saturate.h"

namespace rampart::reports {
namespace {

using Who = Identity::Who;

constexpr double kHomeShare = 0.8;  // of a key's messages, where nothing else says whose it is; our own
// Of an address that hands on: what fails there without a trace of the owner. Both our own.
constexpr std::uint64_t kLostPerHundred = 1;  // for each hundred that it hands on: lost on the way
constexpr std::uint64_t kFloodPerForwarded =
    100;  // for each that it hands on: no ground to think of the owner at all
constexpr std::uint64_t kMostOfRow = std::uint64_t{1} << 53U;

bool said_indirect(const OutcomeFacts& facts) { return facts.said != Override::unknown || facts.arc; }

Why said(const OutcomeFacts& facts) {
  switch (facts.said) {
    case Override::mailing_list:
      return Why::said_list;
    case Override::forwarded:
      return Why::said_forwarded;
    case Override::trusted_forwarder:
      return Why::said_trusted;
    default:
      return Why::arc_chain;
  }
}

bool has_selector(const mail::Provider& provider, const OutcomeFacts& facts, const Outcome& outcome) {
  return !facts.keys.empty() && std::ranges::any_of(outcome.dkim_seen, [&](const DkimSeen& seen) {
    return seen.result == AuthResult::pass && !seen.selector.empty() && provider.has_selector(seen.selector);
  });
}

std::string_view name_of(const Identity& identity) {
  switch (identity.who) {
    case Who::own:
      return "a server of your own";
    case Who::provider:
      return identity.provider->name;
    case Who::included:
    case Who::host:
      return identity.organisation;
    default:
      return identity.label;
  }
}

}  // namespace

std::string sentence(Why why, std::string_view detail) {
  switch (why) {
    case Why::marked:
      return "you say so";
    case Why::own_server:
      return "the address is yours";
    case Why::said_list:
      return "the receiver says that it came through a mailing list";
    case Why::said_forwarded:
      return "the receiver says that it was forwarded";
    case Why::said_trusted:
      return "the receiver says that it came through a forwarder that it trusts";
    case Why::arc_chain:
      return "the receiver went by an ARC chain (arc=pass): it passed at a server before this one";
    case Why::spf_lists:
      return "your SPF record lists the address";
    case Why::signs_itself:
      return "the provider's own signature or bounce domain is on it";
    case Why::signs_with_selector:
      return "it is signed with your key, at a selector that this provider gives";
    case Why::only_signer:
      return "it is signed with a key of yours that nobody else signs with";
    case Why::sends_only:
      return "it is signed with your key, and this provider forwards nothing";
    case Why::key_of_another:
      return fmt::format("its signature is one that {} makes; it came on through here", detail);
    case Why::foreign_bounce:
      return fmt::format("your signature verifies, and bounces go to {}, as forwarders do it", detail);
    case Why::unlisted_signer:
      return "your signature verifies, but SPF does not list the address: a server of yours that is missing "
             "there, or a "
             "forwarder";
    case Why::foreign_host:
      return fmt::format("your signature verifies, and the machine belongs to {}, whom SPF does not list",
                         detail);
    case Why::broken_key:
      return fmt::format(
          "a signature such as {} makes is on it and no longer verifies: it was changed on its way", detail);
    case Why::broken_unknown:
      return "a signature of yours is on it that does not verify: changed on its way, or copied by a forger";
    case Why::forwards_else:
      return "the address forwards other mail of yours whose signature verifies";
    case Why::forwards_too:
      return "the address hands on mail of yours, and that does not explain so much: forged mail that came "
             "on through it, or a "
             "sender of yours who shares it";
    case Why::unanswered:
      return fmt::format("whose the address is could not be looked up ({}), so it may be a sender of yours",
                         detail);
    case Why::passes_else:
      return "other mail in your name that comes from there passes";
    case Why::not_set_up:
      return "nothing that it sends in your name passes: you use it and have not set it up, or somebody else "
             "there uses "
             "your name";
    case Why::list_host:
      return "mailing lists or forwarding is what is done there";
    case Why::spf_term_unknown:
      return "SPF passes for your domain; which of its terms lists the address is not known";
    case Why::authorised_unaligned:
      return "your SPF record lists the address, but the mail does not use your domain aligned";
    case Why::own_unaligned:
      return "your domain authenticates, but the receiver found it not aligned: strict alignment (adkim=s, "
             "aspf=s), or a "
             "report that contradicts itself";
    case Why::vouched_by_itself:
      return fmt::format("it authenticates as {}, which you have not set up to send for you", detail);
    case Why::nobody_refused:
      return "neither SPF nor DKIM passes for your domain, and SPF does not list the address";
    case Why::nobody_open:
      return "neither SPF nor DKIM passes for your domain, and nothing says whose the address is";
  }
  return {};
}

Classifier::Classifier(const SourcesInput& input, std::span<const OutcomeFacts> facts,
                       std::span<const Identity> identities, std::size_t keys)
    : input_(input), facts_(facts), identities_(identities) {
  number_labels();
  find_homes(keys);
  passes_.resize(names_.size());
  for (std::size_t i = 0; i < identities.size(); ++i) {
    for (const auto& row : input.addresses[i].rows) {
      if (row.outcome >= facts.size() || passes_[labels_[i]]) continue;
      const auto& row_facts = facts[row.outcome];
      if (!row_facts.dkim_ok && !row_facts.spf_ok) continue;
      if (passing(i, row_facts).kind != SourceKind::forwarder) passes_[labels_[i]] = true;
    }
  }
}

// By their texts, so that the order of the addresses decides nothing.
void Classifier::number_labels() {
  std::vector<std::uint32_t> order(identities_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t i) -> const std::string& { return identities_[i].label; });
  labels_.resize(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto& identity = identities_[order[i]];
    if (i == 0 || identity.label != identities_[order[i - 1]].label) names_.push_back(name_of(identity));
    labels_[order[i]] = static_cast<LabelId>(names_.size() - 1);
  }
}

Classifier::Direct Classifier::direct(const Identity& identity, const SeenAddress& seen,
                                      const OutcomeFacts& facts) const {
  if (said_indirect(facts)) return Direct::no;
  if (identity.who == Who::own || identity.who == Who::included) return Direct::certain;
  const auto* provider = identity.who == Who::provider ? identity.provider : nullptr;
  if (provider != nullptr) {
    if (facts.signer.provider == provider || facts.bounce.provider == provider ||
        !mail::hands_on(provider->kind) || has_selector(*provider, facts, outcome_of(facts)))
      return Direct::certain;
    // An owner's group or rule there hands on what another service signed, and SPF passes for it.
    if (facts.signer) return Direct::no;
    if (seen.authorised == true && facts.passing.empty()) return Direct::likely;
  }
  return facts.spf_ok ? Direct::likely : Direct::no;
}

// A key is at home where mail signed with it certainly comes from; where there is no such place, where it likely does, or else
// where nearly all of it does.
void Classifier::find_homes(std::size_t keys) {
  struct Use {
    double messages = 0;
    Direct surely = Direct::no;
  };
  boost::unordered_flat_map<std::uint64_t, Use> uses;  // by key and label
  for (std::size_t i = 0; i < identities_.size(); ++i) {
    const auto& seen = input_.addresses[i];
    for (const auto& row : seen.rows) {
      if (row.outcome >= facts_.size()) continue;
      const auto& facts = facts_[row.outcome];
      if (facts.keys.empty()) continue;
      const auto surely = direct(identities_[i], seen, facts);
      for (const auto key : facts.keys) {
        auto& use = uses[(std::uint64_t{key} << 32U) | labels_[i]];
        use.messages += static_cast<double>(row.count);
        use.surely = std::max(use.surely, surely);
      }
    }
  }
  std::vector<Direct> best(keys, Direct::no);
  std::vector<double> sum(keys);
  for (const auto& [both, use] : uses) {
    best[both >> 32U] = std::max(best[both >> 32U], use.surely);
    sum[both >> 32U] += use.messages;
  }
  homes_.resize(keys);
  for (const auto& [both, use] : uses) {
    const auto key = static_cast<KeyId>(both >> 32U);
    const bool home = best[key] != Direct::no ? use.surely == best[key]
                                              : use.messages > 0 && use.messages >= kHomeShare * sum[key];
    if (home) homes_[key].push_back(static_cast<LabelId>(both & 0xffffffffU));
  }
  for (auto& home : homes_) std::ranges::sort(home);
}

// The name of where these keys are at home, when none of them is at home here; empty otherwise.
std::string_view Classifier::home_elsewhere(const std::vector<KeyId>& keys, LabelId label) const {
  std::string_view found;
  for (const auto key : keys) {
    if (std::ranges::binary_search(homes_[key], label)) return {};
    if (found.empty() && !homes_[key].empty()) found = names_[homes_[key].front()];
  }
  return found;
}

bool Classifier::home_here(const std::vector<KeyId>& keys, LabelId label) const {
  return std::ranges::any_of(keys, [&](KeyId key) { return std::ranges::binary_search(homes_[key], label); });
}

// SPF or DKIM passes aligned.
Verdict Classifier::passing(std::size_t address, const OutcomeFacts& facts) const {
  const auto& identity = identities_[address];
  if (identity.who == Who::own) return {SourceKind::own, identity.confidence, Why::own_server, {}};
  if (!facts.spf_ok) {
    if (said_indirect(facts))
      return {SourceKind::forwarder,
              facts.arc && facts.said == Override::unknown ? Confidence::likely : Confidence::certain,
              said(facts),
              {}};
    return signed_only(address, facts);
  }
  if (identity.who == Who::provider || identity.who == Who::included)
    return {SourceKind::service, identity.confidence, Why::spf_lists, {}};
  return {SourceKind::unknown, identity.confidence, Why::spf_term_unknown, {}};
}

Verdict Classifier::signed_only(std::size_t address, const OutcomeFacts& facts) const {
  const auto& identity = identities_[address];
  const auto& seen = input_.addresses[address];
  const auto elsewhere = home_elsewhere(facts.keys, labels_[address]);
  if (identity.who == Who::provider) {
    const auto* provider = identity.provider;
    const auto service = [&](Why why) { return Verdict{SourceKind::service, identity.confidence, why, {}}; };
    if (facts.signer.provider == provider || facts.bounce.provider == provider)
      return service(Why::signs_itself);
    if (!mail::hands_on(provider->kind)) return service(Why::sends_only);
    if (has_selector(*provider, facts, outcome_of(facts))) return service(Why::signs_with_selector);
    if (!elsewhere.empty())
      return {SourceKind::forwarder, Confidence::likely, Why::key_of_another, elsewhere};
    if (seen.authorised == true) return service(Why::spf_lists);
    if (facts.passing.empty() && home_here(facts.keys, labels_[address])) return service(Why::only_signer);
    return {SourceKind::forwarder, Confidence::likely, Why::foreign_host, provider->name};
  }
  if (!elsewhere.empty()) return {SourceKind::forwarder, Confidence::likely, Why::key_of_another, elsewhere};
  if (identity.who == Who::included) return {SourceKind::service, identity.confidence, Why::spf_lists, {}};
  if (identity.who == Who::host) {
    // An own bounce domain and an own key: a service that the registry does not know.
    if (facts.passing == identity.organisation && home_here(facts.keys, labels_[address]))
      return {SourceKind::service, Confidence::likely, Why::only_signer, {}};
    return {SourceKind::forwarder, Confidence::likely, Why::foreign_host, identity.organisation};
  }
  if (!facts.passing.empty())
    return {SourceKind::forwarder, Confidence::likely, Why::foreign_bounce, facts.passing};
  return {SourceKind::unknown, Confidence::unknown, Why::unlisted_signer, {}};
}

// Neither passes aligned.
Verdict Classifier::failing(std::size_t address, const OutcomeFacts& facts, HandsOn hands_on) const {
  const auto& identity = identities_[address];
  const auto& seen = input_.addresses[address];
  const auto likely = [](SourceKind kind, Why why, std::string_view detail = {}) {
    return Verdict{kind, Confidence::likely, why, detail};
  };
  if (identity.who == Who::own) return {SourceKind::own, identity.confidence, Why::own_server, {}};
  if (said_indirect(facts)) {
    const auto confidence = facts.said == Override::unknown ? Confidence::likely : Confidence::certain;
    return {SourceKind::forwarder, confidence, said(facts), {}};
  }
  const auto broken = home_elsewhere(facts.broken, labels_[address]);
  if (hands_on == HandsOn::enough || (hands_on != HandsOn::nothing && !broken.empty()))
    return likely(SourceKind::forwarder, Why::forwards_else);
  // A name that was not looked up is not a name that is not there.
  if (!seen.unanswered.empty() && (identity.who == Who::nobody || identity.who == Who::machine))
    return {SourceKind::unknown, Confidence::unknown, Why::unanswered, seen.unanswered};
  if (facts.unaligned) {
    const bool service = identity.who == Who::provider || identity.who == Who::included;
    return {service ? SourceKind::service : SourceKind::unknown, identity.confidence, Why::own_unaligned, {}};
  }
  if (identity.who == Who::provider) {
    const auto* provider = identity.provider;
    const auto itself = facts.signer.provider == provider || facts.bounce.provider == provider;
    if (provider->kind == mail::ProviderKind::lists || provider->kind == mail::ProviderKind::forwarding)
      return likely(SourceKind::forwarder, Why::list_host);
    if (!broken.empty() && !itself && mail::hands_on(provider->kind))
      return likely(SourceKind::forwarder, Why::broken_key, broken);
    if (seen.authorised == true)
      return {SourceKind::service, identity.confidence, Why::authorised_unaligned, {}};
    if (passes_[labels_[address]]) return {SourceKind::service, identity.confidence, Why::passes_else, {}};
    return {SourceKind::unknown, identity.confidence, Why::not_set_up, {}};
  }
  if (identity.who == Who::included)
    return {SourceKind::service, identity.confidence, Why::authorised_unaligned, {}};
  if (identity.who == Who::host) {
    if (!broken.empty()) return likely(SourceKind::forwarder, Why::broken_key, broken);
    if (std::ranges::find(facts.strangers, identity.organisation) != facts.strangers.end())
      return {SourceKind::unknown, Confidence::unknown, Why::vouched_by_itself, identity.organisation};
  }
  if (passes_[labels_[address]] && identity.who != Who::machine)
    return {SourceKind::unknown, Confidence::unknown, Why::passes_else, {}};
  // A copied signature costs a forger nothing, so this is no forwarder yet.
  const bool known_key = std::ranges::any_of(facts.broken, [&](KeyId key) { return !homes_[key].empty(); });
  if (known_key) return {SourceKind::unknown, Confidence::unknown, Why::broken_unknown, {}};
  if (hands_on == HandsOn::some) return {SourceKind::unknown, Confidence::unknown, Why::forwards_too, {}};
  if (seen.authorised == false || facts.own_failed) return likely(SourceKind::spoofing, Why::nobody_refused);
  return {SourceKind::spoofing, Confidence::unknown, Why::nobody_open, {}};
}

// `verdicts` are of the rows that pass; the others count by whether anything but the address ties them to the owner.
Classifier::HandsOn Classifier::hands_on(std::size_t address, std::span<const Verdict> verdicts) const {
  const auto& rows = input_.addresses[address].rows;
  std::uint64_t forwarded = 0;
  std::uint64_t untied = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].outcome >= facts_.size()) continue;
    const auto& facts = facts_[rows[i].outcome];
    const auto count = std::min(rows[i].count, kMostOfRow);
    if (facts.dkim_ok || facts.spf_ok) {
      if (verdicts[i].kind == SourceKind::forwarder) base::saturating_add(forwarded, count);
    } else if (!said_indirect(facts) && home_elsewhere(facts.broken, labels_[address]).empty()) {
      base::saturating_add(untied, count);
    }
  }
  if (forwarded == 0) return HandsOn::nothing;
  if (untied / kFloodPerForwarded > forwarded) return HandsOn::flooded;
  return untied <= forwarded / 100 * kLostPerHundred ? HandsOn::enough : HandsOn::some;
}

std::vector<Verdict> Classifier::classify(std::size_t address) const {
  const auto& rows = input_.addresses[address].rows;
  std::vector<Verdict> out(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].outcome >= facts_.size()) continue;
    const auto& facts = facts_[rows[i].outcome];
    if (facts.dkim_ok || facts.spf_ok) out[i] = passing(address, facts);
  }
  const auto handed_on = hands_on(address, out);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].outcome >= facts_.size()) continue;
    const auto& facts = facts_[rows[i].outcome];
    if (!facts.dkim_ok && !facts.spf_ok) out[i] = failing(address, facts, handed_on);
  }
  return out;
}

}  // namespace rampart::reports
