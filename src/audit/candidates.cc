#include "audit/candidates.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "audit/picture.h"
#include "auth/dmarc/evaluate.h"
#include "auth/spf/evaluate.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit {
namespace {

class Look {
 public:
  Look(const Input& input, const DmarcPicture& dmarc, facts::Facts& facts)
      : input_(input), dmarc_(dmarc), facts_(facts) {}

  Candidates run(const Identities& names) {
    if (!names.hypothetical) add(names.existing, false);
    add(names.invented, true);
    // What is above comes early: its include tree is asked about together with the domain's own.
    if (const auto registered = dns::registered_domain(input_.domain)) add(*registered, false);
    if (const auto& organizational = dmarc_.organizational_domain) add(*organizational, false);
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
    auto& candidate = candidates_.emplace_back(
        Candidate{.domain = domain, .any_domain = any_domain, .analysis = {}, .takeovers = {}});
    const auto& txt = facts_.ask(domain, dns::RrType::txt);
    if (spf::select_record(txt).why == spf::Reason::matched) {
      candidate.analysis = spf::analyse(domain, facts_);
      candidate.takeovers = takeovers_of(*candidate.analysis, domain);
    } else if (auto takeover = alias_takeover(txt, input_.domain, facts_)) {
      candidate.takeovers.push_back(std::move(*takeover));
    }
    if (!candidate.takeovers.empty() && !helps(domain)) candidate.takeovers.clear();
  }

  static std::vector<Takeover> takeovers_of(const spf::Analysis& analysis, const dns::Name& domain) {
    std::vector<Takeover> out;
    for (const auto& issue : analysis.issues) {
      const bool suffix = spf::is_ptr_suffix(issue);
      const bool open = suffix || issue.kind == spf::Issue::Kind::unregistered;
      if ((!open && !may_dangle(analysis, issue)) || !lets_in(analysis, issue)) continue;
      const auto& node = analysis.nodes[issue.node];
      out.push_back({.name = domain,
                     .trusts = base::excerpt(analysis.term_text(issue), kShownTerm),
                     .by = suffix ? Takeover::By::ptr_suffix : Takeover::By::spf,
                     .registrable = issue.target,
                     .open = open ? Known::yes : Known::unknown,
                     .evidence = {fmt::format("{} TXT", node.name.text()), node.text,
                                  node.txt ? std::string(node.txt->server()) : std::string(),
                                  open ? std::string() : issue.detail}});
    }
    return out;
  }

  // Below the domain it is the name's own mail at least; above and beside it depends on alignment.
  bool helps(const dns::Name& domain) {
    if (domain.is_within(input_.domain)) return true;
    return std::ranges::any_of(std::array{&dmarc_.domain, &dmarc_.existing, &dmarc_.invented},
                               [&](const PolicyPicture* policy) { return passes(*policy, domain); });
  }

  bool passes(const PolicyPicture& policy, const dns::Name& mail_from) {
    const dmarc::Input input{input_.domain, dmarc::Identity{mail_from, dmarc::Check::pass}, {}};
    return dmarc::evaluate(input, policy.found, facts_).result == dmarc::Result::pass ||
           dmarc::evaluate_7489(input, policy.legacy).result == dmarc::Result::pass;
  }

  static constexpr std::size_t kShownTerm = 80;  // bytes; our own

  const Input& input_;
  const DmarcPicture& dmarc_;
  facts::Facts& facts_;
  Candidates candidates_;
};

}  // namespace

Candidates look_candidates(const Input& input, const Identities& identities, const DmarcPicture& dmarc,
                           facts::Facts& facts) {
  return Look(input, dmarc, facts).run(identities);
}

}  // namespace rampart::audit
