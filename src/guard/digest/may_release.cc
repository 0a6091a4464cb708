#include "guard/digest/may_release.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "dns/domain.h"
#include "mail/domain_part.h"

namespace rampart::guard {
namespace {

using enum ReleaseRule;

// "bulk", "lookalike", "malware" and "executive-impersonation" say what the content is whose score alone ("content") says nothing for a
// release.
constexpr std::array kRules{
    ReleaseRuleOf{"another-recipient", beside},
    ReleaseRuleOf{"blocked", never},
    ReleaseRuleOf{"bulk", may},
    ReleaseRuleOf{"cannot-remove", may},
    ReleaseRuleOf{"content", beside},
    ReleaseRuleOf{"content-tagged", beside},
    ReleaseRuleOf{"deferred-long-enough", beside},
    ReleaseRuleOf{"dmarc-quarantine", may},
    ReleaseRuleOf{"dmarc-reject", never},
    ReleaseRuleOf{"dmarc-temperror", beside},
    ReleaseRuleOf{"enforced-as-quarantine", beside},
    ReleaseRuleOf{"executive-impersonation", never},
    ReleaseRuleOf{"from-malformed", never},
    ReleaseRuleOf{"inspection-failed", never},
    ReleaseRuleOf{"inspection-late", beside},
    ReleaseRuleOf{"list-trace", beside},
    ReleaseRuleOf{"lookalike", may},
    ReleaseRuleOf{"malware", never},
    ReleaseRuleOf{"malware-unknown", beside},
    ReleaseRuleOf{"no-second-fact", beside},
    ReleaseRuleOf{"not-enforced", beside},
    ReleaseRuleOf{"own-domain", never},
    ReleaseRuleOf{"own-domain-monitor", never},
    ReleaseRuleOf{"pass-refused", beside},
    ReleaseRuleOf{"second-fact-local", never},
    ReleaseRuleOf{"second-fact-never-seen", never},
    ReleaseRuleOf{"second-fact-own-domain", never},
    ReleaseRuleOf{"second-fact-spf-hard-fail", never},
    ReleaseRuleOf{"sign-failed", beside},
};
static_assert(std::ranges::is_sorted(kRules, {}, &ReleaseRuleOf::code));

// The From field's domains stand in one text.
bool claims_own_domain(const KeptMessage& message) {
  auto authors = message.author;
  std::ranges::replace(authors, ',', ' ');
  for (const auto part : base::split(authors, ' ')) {
    if (base::trim(part).empty()) continue;
    const auto author = dns::parse_domain(part);
    if (!author) return true;  // whose it is nobody can say
    for (const auto& recipient : message.recipients) {
      const auto own = dns::parse_domain(mail::domain_part(recipient));
      if (own && (author->is_within(*own) || own->is_within(*author))) return true;
    }
  }
  return false;
}

}  // namespace

std::span<const ReleaseRuleOf> release_rules() { return kRules; }

ReleaseRule release_rule(std::string_view code) {
  const auto* const found = std::ranges::find(kRules, code, &ReleaseRuleOf::code);
  return found == kRules.end() ? never : found->rule;
}

bool may_release(const KeptMessage& message) {
  bool any = false;
  for (const auto& cause : message.causes) {
    const auto rule = release_rule(cause.code);
    if (rule == never) return false;
    any = any || rule == may;
  }
  return any && !claims_own_domain(message);
}

Reason reason_of(const KeptMessage& message) {
  struct OfCode {
    std::string_view code;
    Reason reason;
  };
  // The gravest first.
  constexpr std::array kReasons{
      OfCode{"malware", Reason::malware},
      OfCode{"executive-impersonation", Reason::executive},
      OfCode{"blocked", Reason::blocked},
      OfCode{"own-domain", Reason::own},
      OfCode{"dmarc-reject", Reason::forged},
      OfCode{"from-malformed", Reason::unreadable},
      OfCode{"inspection-failed", Reason::unseen},
      OfCode{"lookalike", Reason::lookalike},
      OfCode{"bulk", Reason::bulk},
      OfCode{"content", Reason::fraud},
      OfCode{"cannot-remove", Reason::together},
  };
  const auto has = [&](std::string_view code) {
    return std::ranges::any_of(message.causes, [&](const Cause& cause) { return cause.code == code; });
  };
  for (const auto& [code, reason] : kReasons)
    if (has(code)) return reason == Reason::forged && claims_own_domain(message) ? Reason::own : reason;
  if (!has("dmarc-quarantine")) return Reason::other;
  return claims_own_domain(message) ? Reason::own : Reason::unproven;
}

}  // namespace rampart::guard
