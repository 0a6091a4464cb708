#include "guard/policy/local.h"

#include <algorithm>

#include "auth/results_parse.h"
#include "base/text.h"

namespace rampart::guard {
namespace {

bool any_within(const std::vector<dns::Name>& domains, const dns::Name& ancestor) {
  return std::ranges::any_of(domains, [&](const dns::Name& domain) { return domain.is_within(ancestor); });
}

bool sent_by(std::string_view address, const std::string& rule) {
  if (rule.empty()) return true;
  if (rule.starts_with('@')) return base::lower(address).ends_with(rule);
  return base::lower(address) == rule;
}

bool matches(const Override& rule, const auth::Authentication& result,
             const std::optional<base::IpAddress>& client, std::string_view mail_from) {
  if (rule.author) {
    // Each domain of a message in several names is one that somebody may pretend to be.
    const auto& domains = result.author.domains;
    if (domains.empty() ||
        !std::ranges::all_of(domains, [&](const auto& domain) { return domain.is_within(*rule.author); }))
      return false;
  }
  if (!sent_by(mail_from, rule.mail_from)) return false;
  return !rule.network || (client && client->unmapped().in_prefix(*rule.network, rule.prefix));
}

// What a sealer says of DMARC when the message came to it, for the author that the message has now.
bool says_pass(std::string_view value, const auth::Authentication& result) {
  const auto field = auth::parse_results(arc::read_results(value).payload);
  if (!field.fault.empty()) return false;
  return std::ranges::any_of(field.results, [&](const auth::ReadResult& one) {
    if (one.method != "dmarc" || one.result != "pass") return false;
    return std::ranges::all_of(one.properties, [&](const auth::ReadProperty& property) {
      if (property.type != "header" || property.name != "from") return true;
      const auto domain = dns::Name::try_parse(property.value);
      return domain && result.author.domains.size() == 1 && result.author.domains.front() == *domain;
    });
  });
}

}  // namespace

const Override* find_override(const LocalRules& rules, const auth::Authentication& result,
                              const std::optional<base::IpAddress>& client, std::string_view mail_from,
                              base::Time now) {
  const auto found = std::ranges::find_if(rules.overrides, [&](const Override& rule) {
    return rule.holds(now) && matches(rule, result, client, mail_from);
  });
  return found == rules.overrides.end() ? nullptr : &*found;
}

const OwnDomain* find_own(const LocalRules& rules, const auth::Authentication& result) {
  const OwnDomain* best = nullptr;
  for (const auto& own : rules.own) {
    if (!any_within(result.author.domains, own.domain)) continue;
    if (best == nullptr || own.domain.label_count() > best->domain.label_count()) best = &own;
  }
  return best;
}

std::optional<dns::Name> trusted_pass(const LocalRules& rules, const auth::Authentication& result,
                                      const mail::Header& header) {
  const auto& arc = result.arc;
  if (arc.result != arc::Result::pass || !arc.added.empty()) return std::nullopt;
  const auto& sets = arc.chain.sets;
  for (auto set = sets.rbegin(); set != sets.rend(); ++set) {
    const auto& sealer = set->seal_signature.domain;
    if (std::ranges::find(rules.trusted_sealers, sealer) == rules.trusted_sealers.end()) return std::nullopt;
    if (says_pass(header.fields[set->results].value, result)) return sets.back().seal_signature.domain;
  }
  return std::nullopt;
}

}  // namespace rampart::guard
