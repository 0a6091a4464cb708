#include "reports/sources/identity.h"

#include <algorithm>
#include <map>
#include <ranges>

#include <fmt/format.h>

namespace rampart::reports {
namespace {

using mail::MarkKind;
using mail::Provider;
using mail::ProviderKind;
using Match = mail::Registry::Match;

constexpr unsigned kNeighbours4 = 24;  // bits; addresses of nobody that are shown as one
constexpr unsigned kNeighbours6 = 48;

std::string_view trimmed(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

class Identifier {
 public:
  Identifier(const SeenAddress& seen, std::span<const OutcomeFacts> facts, const Owned& owned,
             const mail::Registry& registry)
      : seen_(seen), facts_(facts), owned_(owned), registry_(registry) {
    for (const auto& row : seen.rows) {
      if (row.outcome < facts.size()) messages_ += row.count;
    }
  }

  Identity run() {
    by_reverse_name();
    by_spf();
    by_network();
    by_signature();
    decide();
    if (!seen_.network_name.empty()) note(EvidenceKind::system, seen_.network_name, seen_.network_name);
    return std::move(out_);
  }

 private:
  void note(EvidenceKind kind, std::string_view mark, std::string_view example) {
    out_.evidence.push_back({.kind = kind,
                             .mark = std::string(mark),
                             .example = std::string(example),
                             .addresses = 1,
                             .messages = messages_});
  }

  void by_reverse_name() {
    const auto name = trimmed(seen_.reverse_name);
    if (name.empty()) return;
    if (!seen_.confirmed) return note(EvidenceKind::unconfirmed, name, name);
    const auto match = registry_.find(MarkKind::ptr, name);
    own_name_ = owned_.holds(name);
    if (own_name_) {
      note(EvidenceKind::reverse_name, organisation_of(name), name);
    } else if (match) {
      (mail::names_sender(match.provider->kind) ? reverse_ : place_) = match.provider;
      note(EvidenceKind::reverse_name, match.mark, name);
    } else {
      organisation_ = organisation_of(name);
      note(EvidenceKind::reverse_name, organisation_.empty() ? name : organisation_, name);
    }
  }

  // The innermost include that says anything: an agency's record includes its providers' ones.
  void by_spf() {
    if (seen_.authorised != true) return;
    for (const auto& target : std::views::reverse(seen_.through)) {
      if (const auto match = registry_.find(MarkKind::spf, trimmed(target))) {
        spf_ = match.provider;
        return note(EvidenceKind::spf_include, trimmed(target), trimmed(target));
      }
    }
    for (const auto& target : std::views::reverse(seen_.through)) {
      if (owned_.holds(target)) continue;
      included_ = organisation_of(target);
      if (included_.empty()) continue;
      return note(EvidenceKind::spf_include, trimmed(target), trimmed(target));
    }
    own_term_ = true;
    note(EvidenceKind::spf_own, "", "");
  }

  void by_network() {
    const auto found = registry_.find(seen_.address);
    if (!found) return;
    network_ = found->first;
    note(EvidenceKind::network, found->second.text(), found->first->name);
  }

  // A signature of the provider's own tells where a message began. That it began at this address, SPF has to say: for the
  // provider's own MAIL FROM domain, or for the owner's. A receiver that says nothing of SPF leaves it open.
  void by_signature() {
    struct Signed {
      std::uint64_t messages = 0;
      std::uint64_t bounced = 0;  // with the provider's own MAIL FROM domain
      const OutcomeFacts* example = nullptr;
      const OutcomeFacts* bounce = nullptr;
    };
    std::map<std::string_view, Signed> by_provider;  // by id
    for (const auto& row : seen_.rows) {
      if (row.outcome >= facts_.size()) continue;
      const auto& facts = facts_[row.outcome];
      if (!facts.signer || facts.said != Override::unknown || facts.arc) continue;
      const bool bounced = facts.bounce.provider == facts.signer.provider;
      if (!bounced && !facts.spf_ok && facts.spf_said) continue;
      auto& entry = by_provider[facts.signer.provider->id];
      entry.messages += row.count;
      entry.example = entry.example == nullptr ? &facts : entry.example;
      if (bounced) {
        entry.bounced += row.count;
        entry.bounce = &facts;
      }
    }
    const Signed* most = nullptr;
    for (const auto& [id, entry] : by_provider) {
      if (most == nullptr || entry.messages > most->messages) most = &entry;
    }
    if (most == nullptr || most->messages < messages_ - most->messages) return;  // less than half
    const auto& signature = *most->example->signature;
    signer_ = most->example->signer.provider;
    bounced_ = most->bounced > 0;
    note(EvidenceKind::signature, most->example->signer.mark,
         fmt::format("d={} selector {}", signature.domain,
                     signature.selector.empty() ? "not said" : std::string_view(signature.selector)));
    if (bounced_) note(EvidenceKind::bounce, most->bounce->bounce.mark, most->bounce->bounce.mark);
  }

  void decide() {
    // Who sends on another's machines: his signature and his MAIL FROM domain are beside the other's reverse name.
    const bool carried = signer_ != nullptr && bounced_ && carries(reverse_) && carries(spf_);
    if (const auto* own = owner()) {
      name(Identity::Who::own, Confidence::certain, own);
    } else if (carried) {
      name(Identity::Who::provider, Confidence::certain, signer_);
    } else if (reverse_ != nullptr) {
      name(Identity::Who::provider, Confidence::certain, reverse_);
    } else if (spf_ != nullptr && mail::names_sender(spf_->kind)) {
      name(Identity::Who::provider, Confidence::certain, spf_);
    } else if (network_ != nullptr && mail::names_sender(network_->kind)) {
      // Networks change hands; the data is as old as the program.
      name(Identity::Who::provider, signer_ == network_ ? Confidence::certain : Confidence::likely, network_);
    } else if (signer_ != nullptr) {
      name(Identity::Who::provider, bounced_ ? Confidence::certain : Confidence::likely, signer_);
    } else if (own_name_) {
      name(Identity::Who::own, Confidence::certain, nullptr);
    } else if (own_term_) {
      name(Identity::Who::own, Confidence::likely, nullptr);
    } else if (!included_.empty()) {
      out_.organisation = included_;
      name(Identity::Who::included, Confidence::likely, nullptr);
    } else if (const auto* machine = place()) {
      name(Identity::Who::machine, Confidence::unknown, machine);
    } else if (!organisation_.empty()) {
      out_.organisation = organisation_;
      name(Identity::Who::host, Confidence::unknown, nullptr);
    } else {
      name(Identity::Who::nobody, Confidence::unknown, nullptr);
    }
  }

  [[nodiscard]] const Provider* owner() const {
    for (const auto* provider : {reverse_, network_, spf_}) {
      if (provider != nullptr && provider->kind == ProviderKind::own) return provider;
    }
    return nullptr;
  }
  [[nodiscard]] const Provider* place() const {
    for (const auto* provider : {place_, spf_, network_}) {
      if (provider != nullptr && !mail::names_sender(provider->kind)) return provider;
    }
    return nullptr;
  }

  // Others send through it in their own name.
  static bool carries(const Provider* provider) {
    return provider == nullptr || provider->kind == ProviderKind::transactional;
  }

  void name(Identity::Who who, Confidence confidence, const Provider* provider) {
    out_.who = who;
    out_.confidence = confidence;
    out_.provider = provider;
    const unsigned bits = seen_.address.is_v4() ? kNeighbours4 : kNeighbours6;
    switch (who) {
      case Identity::Who::own:
        out_.label = "own";
        break;
      case Identity::Who::provider:
        out_.label = provider->id;
        break;
      case Identity::Who::included:
      case Identity::Who::host:
        out_.label = out_.organisation;
        break;
      case Identity::Who::machine:  // a neighbour there may be anybody
      case Identity::Who::nobody:
        out_.label = fmt::format("{}/{}", seen_.address.masked(bits).text(), bits);
        break;
    }
  }

  const SeenAddress& seen_;
  std::span<const OutcomeFacts> facts_;
  const Owned& owned_;
  const mail::Registry& registry_;
  std::uint64_t messages_ = 0;
  const Provider* reverse_ = nullptr;  // these name a sender
  const Provider* place_ = nullptr;    // by the reverse name, one that does not
  const Provider* spf_ = nullptr;
  const Provider* network_ = nullptr;
  const Provider* signer_ = nullptr;
  bool bounced_ = false;
  bool own_name_ = false;
  bool own_term_ = false;
  std::string included_;
  std::string organisation_;
  Identity out_;
};

}  // namespace

Identity identify(const SeenAddress& seen, std::span<const OutcomeFacts> facts, const Owned& owned,
                  const mail::Registry& registry) {
  return Identifier(seen, facts, owned, registry).run();
}

}  // namespace rampart::reports
