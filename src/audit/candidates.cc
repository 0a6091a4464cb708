#include "audit/candidates.h"

#include <algorithm>

#include "audit/picture.h"
#include "auth/spf/evaluate.h"
#include "dns/domain.h"

namespace rampart::audit {
namespace {

class Look {
 public:
  Look(const Input& input, facts::Facts& facts) : input_(input), facts_(facts) {}

  Candidates run(const Identities& names, const std::optional<dns::Name>& organizational_domain) {
    if (!names.hypothetical) add(names.existing, false);
    add(names.invented, true);
    // What is above comes early: its include tree is asked about together with the domain's own.
    if (const auto registered = dns::registered_domain(input_.domain)) add(*registered, false);
    if (organizational_domain) add(*organizational_domain, false);
    for (const auto* known : {&input_.spf_subdomains, &input_.spf_siblings}) {
      for (const auto& name : *known) {
        const bool wildcard = name.label(0) == "*";
        const auto chosen = wildcard ? name.parent().prepend(kInventedLabel) : name;
        if (chosen) add(*chosen, wildcard);
      }
    }
    for (const auto& name : input_.dmarc_subdomains) add(name, false);
    return std::move(candidates_);
  }

 private:
  void add(const dns::Name& domain, bool any_domain) {
    if (domain == input_.domain ||
        std::ranges::find(candidates_, domain, &Candidate::domain) != candidates_.end())
      return;
    auto& candidate = candidates_.emplace_back(domain, any_domain, std::nullopt);
    const auto& txt = facts_.ask(domain, dns::RrType::txt);
    if (spf::select_record(txt).why == spf::Reason::matched)
      candidate.analysis = spf::analyse(domain, facts_);
  }

  const Input& input_;
  facts::Facts& facts_;
  Candidates candidates_;
};

}  // namespace

Candidates look_candidates(const Input& input, const Identities& identities,
                           const std::optional<dns::Name>& organizational_domain, facts::Facts& facts) {
  return Look(input, facts).run(identities, organizational_domain);
}

}  // namespace rampart::audit
