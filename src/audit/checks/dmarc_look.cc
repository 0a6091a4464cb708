// What there is: the questions and the policies that they give.
#include <fmt/format.h>

#include "audit/checks/dmarc.h"
#include "audit/picture.h"
#include "auth/tags.h"
#include "base/text.h"

namespace rampart::audit {
namespace {

using dns::RrType;
using State = dmarc::Lookup::State;

// `index` tells the names apart (facts::Facts::part).
const PolicyPicture& policy_for(unsigned index, const dns::Name& name, facts::Facts& facts) {
  return facts.part<PolicyPicture>(index, [&] { return look_policies(name, facts); });
}

// Which name this is may change for as long as nobody knows whether it exists, so the part asks that, too, and is
// settled no sooner.
const PolicyPicture& policy_for_existing(const dns::Name& name, facts::Facts& facts) {
  return facts.part<PolicyPicture>(2, [&] {
    facts.ask(name, RrType::txt);
    return look_policies(name, facts);
  });
}

// Any subdomain that exists, from what holds for an invented one: the same record, but never np. An existing
// subdomain may have a record of its own; the audit of that name says so.
dmarc::Discovery as_existing(dmarc::Discovery invented) {
  const bool by_np = invented.tag == "np";
  const bool existence_unknown = invented.status == dmarc::Discovery::Status::temperror && invented.record;
  if (!by_np && !existence_unknown) return invented;
  const auto& record = *invented.record;
  invented.status = dmarc::Discovery::Status::found;
  invented.tag = record.sp.value ? "sp" : "p";
  invented.published = record.sp.value ? *record.sp.value : record.p.value.value_or(dmarc::Policy::none);
  invented.policy = record.test ? dmarc::lowered(invented.published) : invented.published;
  invented.exists = true;
  invented.why = fmt::format("_dmarc.{} says {}={}", invented.record_name.text(), invented.tag,
                             dmarc::to_string(invented.published));
  return invented;
}

Policy to_policy(dmarc::Policy policy) {
  switch (policy) {
    case dmarc::Policy::none:
      return Policy::none;
    case dmarc::Policy::quarantine:
      return Policy::quarantine;
    case dmarc::Policy::reject:
      return Policy::reject;
  }
  return Policy::none;
}

void look_at_own(const dns::Name& domain, DmarcPicture& dmarc, facts::Facts& facts) {
  dmarc.own = dmarc::look_up(domain, facts);
  if (const auto name = domain.prepend_label("_dmarc")) {
    const auto& answer = facts.ask(*name, RrType::txt);
    if (!answer.open()) {
      dmarc.own_server = answer.server();
      dmarc.own_aliases = answer.aliases();
      for (const auto& record : answer.records()) dmarc.own_texts.emplace_back(answer.data(record));
    }
  }
  const auto& apex = facts.ask(domain, RrType::txt);
  for (const auto& record : apex.records()) {
    if (dmarc::is_record(apex.data(record))) dmarc.apex_records.emplace_back(apex.data(record));
  }
}

EffectivePolicy::Entry entry_of(const PolicyPicture& picture) {
  EffectivePolicy::Entry entry;
  entry.policy = policy_of(picture.found);
  entry.rfc7489 = policy_of(picture.legacy);
  if (picture.found.record) {
    entry.record_name = "_dmarc." + picture.found.record_name.text();
    entry.tag = picture.found.tag;
    entry.testing = picture.found.status == dmarc::Discovery::Status::found && picture.found.testing();
  }
  return entry;
}

}  // namespace

PolicyPicture look_policies(const dns::Name& name, facts::Facts& facts) {
  return {dmarc::discover_policy(name, facts), dmarc::discover_policy_7489(name, facts)};
}

DmarcPicture look_dmarc(const Identities& identities, facts::Facts& facts) {
  DmarcPicture dmarc;
  dmarc.domain = policy_for(0, identities.domain, facts);
  dmarc.organizational_domain = dmarc::organizational_domain(dmarc.domain.found.walk);
  dmarc.invented = policy_for(1, identities.invented, facts);
  if (identities.hypothetical) {
    dmarc.existing = {as_existing(dmarc.invented.found), dmarc.invented.legacy};
  } else {
    dmarc.existing = policy_for_existing(identities.existing, facts);
  }
  look_at_own(identities.domain, dmarc, facts);
  if (dmarc.own.record) {
    dmarc.destinations =
        dmarc::check_destinations({identities.domain, dmarc.own.record}, dmarc::ReportKind::aggregate, facts);
  }
  return dmarc;
}

Policy policy_of(const dmarc::Discovery& discovery) {
  switch (discovery.status) {
    case dmarc::Discovery::Status::found:
      return to_policy(discovery.policy);
    case dmarc::Discovery::Status::none:
    case dmarc::Discovery::Status::unusable:
      return Policy::missing;
    case dmarc::Discovery::Status::temperror:
      return Policy::unknown;
  }
  return Policy::unknown;
}

Policy policy_of(const dmarc::LegacyDiscovery& discovery) {
  switch (discovery.status) {
    case dmarc::Discovery::Status::found:
      return to_policy(discovery.percent < 100 ? dmarc::lowered(discovery.policy) : discovery.policy);
    case dmarc::Discovery::Status::none:
    case dmarc::Discovery::Status::unusable:
      return Policy::missing;
    case dmarc::Discovery::Status::temperror:
      return Policy::unknown;
  }
  return Policy::unknown;
}

EffectivePolicy effective_policy(const DmarcPicture& dmarc) {
  return {entry_of(dmarc.domain), entry_of(dmarc.existing), entry_of(dmarc.invented)};
}

std::string with_tag(std::string_view record, std::string_view tag, std::string_view value) {
  std::size_t behind_p = std::string_view::npos;
  for (const auto& piece : auth::split_tags(record)) {
    // An empty value has no place of its own: it stands behind the equals sign.
    const auto begin = piece.value.empty() ? record.find('=', piece.position) + 1 : piece.value_position;
    const auto end = begin + piece.value.size();
    if (base::iequals(piece.name, tag)) {
      return fmt::format("{}{}{}", record.substr(0, begin), value, record.substr(end));
    }
    if (base::iequals(piece.name, "p") || base::iequals(piece.name, "v")) behind_p = end;
  }
  if (behind_p == std::string_view::npos) return std::string(record);
  return fmt::format("{}; {}={}{}", record.substr(0, behind_p), tag, value, record.substr(behind_p));
}

}  // namespace rampart::audit
