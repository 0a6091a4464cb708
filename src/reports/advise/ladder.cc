#include "reports/advise/ladder.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "auth/tags.h"
#include "base/text.h"

namespace rampart::reports::advice {
namespace {

using dmarc::Policy;

constexpr std::array<std::string_view, 6> kPolicyTags = {"v", "p", "sp", "np", "t", "pct"};

// The tags that say nothing of the policy, as they stand.
std::string others(std::string_view record) {
  std::string out;
  for (const auto& tag : auth::split_tags(record)) {
    const auto named = [&](std::string_view name) { return base::iequals(tag.name, name); };
    if (tag.name.empty() || std::ranges::any_of(kPolicyTags, named)) continue;
    out += fmt::format("; {}={}", base::lower(tag.name), tag.value);
  }
  return out;
}

PolicySeen seen_of(const Current& current) {
  return {.p = std::string(dmarc::to_string(current.p())), .testing = current.soft() ? "y" : ""};
}

void date(Current& current, const Daily& daily) {
  const auto now = seen_of(current);
  for (auto it = daily.policies.rbegin(); it != daily.policies.rend(); ++it) {
    if (it->p != now.p || it->softened() != now.softened()) break;
    current.since = it->day;
  }
  if (current.since) current.days = daily.policies.back().day - *current.since + 1;
}

std::string record_of(const PolicySeen& seen) {
  std::string out = "v=DMARC1; p=" + seen.p;
  if (!seen.sp.empty()) out += "; sp=" + seen.sp;
  if (!seen.np.empty()) out += "; np=" + seen.np;
  if (!seen.pct.empty() && seen.pct != "100") out += "; pct=" + seen.pct;
  if (seen.testing == "y") out += "; t=y";
  return out;
}

std::string says_of(const Rung& rung, bool softened_nothing) {
  const auto name = dmarc::to_string(rung.p);
  if (!rung.soft)
    return fmt::format("What fails is {}. {}",
                       rung.p == Policy::reject ? "refused" : "put into the spam folder",
                       softened_nothing ? "It counts at once: t=y would weaken the sp or np that stands."
                                        : "Receivers of both standards read it alike.");
  return fmt::format(
      "A test of p={}: receivers of RFC 9989 read t=y and those of RFC 7489 pct=0, and both {} (RFC 9989 "
      "appendix A.6). Lists and forwarders that rewrite From begin to.",
      name,
      rung.p == Policy::reject ? "put what fails into the spam folder" : "deliver what fails as before");
}

}  // namespace

Policy Current::effective(Policy policy) const { return soft() ? dmarc::lowered(policy) : policy; }

Current current_of(const Dns* dns, const Daily& daily) {
  Current out;
  if (dns != nullptr && dns->policy != Dns::Policy::unknown) {
    out.from = Current::From::dns;
    out.own = dns->policy == Dns::Policy::own;
    if (!dns->record.empty()) out.record = dmarc::parse(dns->record);
  } else if (!daily.policies.empty()) {
    out.from = Current::From::reports;
    out.own = true;
    out.record = dmarc::parse(record_of(daily.policies.back()));
  } else {
    return out;
  }
  date(out, daily);
  return out;
}

std::optional<Policy> next_policy(const Current& current) {
  if (!current.own) return std::nullopt;
  if (current.p() == Policy::none) return Policy::quarantine;
  if (current.p() == Policy::quarantine) return current.soft() ? Policy::quarantine : Policy::reject;
  return current.soft() ? std::optional(Policy::reject) : std::nullopt;
}

std::optional<Rung> next_rung(const RungInput& input) {
  const auto& now = *input.current;
  const auto policy = next_policy(now);
  if (!policy) return std::nullopt;
  Rung out{.p = *policy, .soft = *policy != now.p(), .below = input.below && input.top};
  // What stays as it is stays so without t=y, too.
  const auto sp = out.below ? std::max(*policy, now.sp()) : now.effective(now.sp());
  const auto np = now.record.np.value;
  const bool weakens = input.top && (dmarc::lowered(sp) < now.effective(now.sp()) ||
                                     dmarc::lowered(np.value_or(sp)) < now.effective(now.np()));
  const bool left_out = out.soft && weakens;
  if (left_out) out.soft = false;
  out.record = fmt::format("v=DMARC1; p={}", dmarc::to_string(*policy));
  if (input.top) out.record += fmt::format("; sp={}", dmarc::to_string(sp));
  // Where subdomains are not ready, names that do not exist may be.
  const bool shut = !out.soft && *policy == Policy::reject && input.np;
  if (input.top && (shut || np))
    out.record += fmt::format("; np={}", dmarc::to_string(shut ? Policy::reject : *np));
  if (out.soft) out.record += "; pct=0; t=y";
  out.record += others(now.record.text);
  out.says = says_of(out, left_out);
  return out;
}

}  // namespace rampart::reports::advice
