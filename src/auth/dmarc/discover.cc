#include "auth/dmarc/discover.h"

#include <algorithm>

#include <fmt/format.h>

#include "auth/parse_memo.h"
#include "dns/domain.h"

namespace rampart::dmarc {
namespace {

using facts::Answer;
using facts::Presence;

std::string why_unknown(const dns::Name& name, const Answer& answer) {
  return fmt::format("_dmarc.{}: {}{}{}", name.text(), facts::describe(answer.why()),
                     answer.detail().empty() ? "" : ": ", answer.detail());
}

bool is_public_suffix(const dns::Name& name) { return !dns::registered_domain(name); }

// What a walk still cannot say. Every unknown name leaves it undetermined, but for a public suffix above the
// zones that were given: no audit of a zone file could say anything otherwise.
void settle(Walk& walk, std::vector<Lookup> unknown) {
  for (auto& lookup : unknown) {
    if (lookup.outside && lookup.name != walk.start && is_public_suffix(lookup.name)) {
      walk.assumed.push_back(lookup.name);
    } else {
      walk.unknown.push_back({lookup.name, std::move(lookup.why)});
    }
  }
}

const Found* find(const Walk& walk, const dns::Name& name) {
  const auto it = std::find_if(walk.records.begin(), walk.records.end(),
                               [&](const Found& found) { return found.name == name; });
  return it == walk.records.end() ? nullptr : &*it;
}

// The record that applies when the author domain has none of its own, and its place.
std::pair<const Found*, Discovery::Place> inherited(const Walk& walk, const dns::Name& organization) {
  if (const auto* found = find(walk, organization)) return {found, Discovery::Place::organizational};
  for (const auto& found : walk.records) {
    if (found.record->psd == Psd::y) return {&found, Discovery::Place::public_suffix};
  }
  return {nullptr, Discovery::Place::organizational};
}

void apply(Discovery& result, std::string_view tag, Policy policy) {
  result.status = Discovery::Status::found;
  result.tag = tag;
  result.published = policy;
  result.policy = result.record->test ? lowered(policy) : policy;  // section 4.7 `t`
  result.why = fmt::format("_dmarc.{} says {}={}{}", result.record_name.text(), tag, to_string(policy),
                           result.testing() ? " with t=y, one level down" : "");
}

// Section 4.10.1: an invalid policy tag. True when that settles the matter.
bool apply_fault(Discovery& result) {
  const auto use = usable(*result.record);
  if (use == Use::as_published) return false;
  result.tag = "p";
  const auto* broken = result.record->p.value ? "sp or np is not valid" : "p is missing or not valid";
  if (use == Use::not_at_all) {
    result.status = Discovery::Status::unusable;
    result.why = fmt::format("_dmarc.{} switches itself off: {} and there is no valid rua",
                             result.record_name.text(), broken);
    return true;
  }
  result.status = Discovery::Status::found;
  result.as_none = true;
  result.why = fmt::format("_dmarc.{} counts as p=none: {}", result.record_name.text(), broken);
  return true;
}

// Section 3.2.13: NXDOMAIN for the name itself. NXDOMAIN behind a CNAME speaks of the target (RFC 6604
// section 3). Nothing when unknown.
std::optional<bool> exists(const dns::Name& domain, facts::Facts& facts, std::string& why) {
  const auto& answer = facts.ask(domain, dns::RrType::txt);
  if (answer.undetermined()) {
    why = fmt::format("{}: {}", domain.text(), facts::describe(answer.why()));
    return std::nullopt;
  }
  return answer.presence() != Presence::no_name || answer.has_aliases();
}

// The policy for a subdomain of the record's domain: np, else sp, else p.
void apply_to_subdomain(Discovery& result, const dns::Name& author, facts::Facts& facts) {
  const auto& record = *result.record;
  const auto existing = record.sp.value.value_or(*record.p.value);
  const std::string_view existing_tag = record.sp.value ? "sp" : "p";
  if (!record.np.value || *record.np.value == existing) return apply(result, existing_tag, existing);
  std::string why;
  result.exists = exists(author, facts, why);
  if (!result.exists) {
    result.status = Discovery::Status::temperror;
    result.why = "whether the domain exists, and so sp or np, is unknown: " + why;
    return;
  }
  if (*result.exists) return apply(result, existing_tag, existing);
  apply(result, "np", *record.np.value);
}

Discovery temperror(Discovery result, std::string why) {
  result.status = Discovery::Status::temperror;
  result.why = std::move(why);
  return result;
}

std::string none_text(const Walk& walk) {
  if (walk.multiple.empty()) return fmt::format("no DMARC record applies to {}", walk.start.text());
  return fmt::format(
      "no DMARC record applies to {}: several records stand at _dmarc.{} and none of them counts",
      walk.start.text(), walk.multiple.front().text());
}

}  // namespace

Lookup look_up(const dns::Name& domain, facts::Facts& facts) {
  Lookup result;
  result.name = domain;
  const auto target = domain.prepend_label("_dmarc");
  if (!target) return result;  // a name that cannot exist holds no record
  const auto& answer = facts.ask(*target, dns::RrType::txt);
  if (answer.undetermined()) {
    result.state = Lookup::State::unknown;
    result.why = why_unknown(domain, answer);
    result.outside = answer.why() == facts::Why::outside;
    return result;
  }
  for (const auto& record : answer.records()) {
    const auto text = answer.data(record);
    if (!is_record(text)) continue;
    if (result.record) {  // section 4.10 steps 2 and 6: several records are all discarded
      result.record.reset();
      result.state = Lookup::State::multiple;
      return result;
    }
    thread_local auth::ParseMemo<RecordPtr> memo;
    result.record = memo.get(answer, text,
                             [](std::string_view txt) { return std::make_shared<const Record>(parse(txt)); });
    result.state = Lookup::State::record;
  }
  return result;
}

std::vector<dns::Name> walk_names(const dns::Name& start) {
  std::vector<dns::Name> names;
  if (start.is_root()) return names;
  names.push_back(start);
  // Section 4.10 step 4: of eight or more labels seven remain, otherwise one fewer.
  for (auto labels = std::min(start.label_count() - 1, kMaxWalkQueries - 1); labels > 0; --labels) {
    names.push_back(start.suffix(labels));
  }
  return names;
}

Walk walk(const dns::Name& start, facts::Facts& facts) {
  Walk result;
  result.start = start;
  std::vector<Lookup> unknown;
  bool stopped = false;
  for (const auto& name : walk_names(start)) {
    auto lookup = look_up(name, facts);  // behind the stop too: the question belongs to the same round
    if (stopped) continue;
    switch (lookup.state) {
      case Lookup::State::none:
        break;
      case Lookup::State::multiple:
        result.multiple.push_back(name);
        break;
      case Lookup::State::unknown:
        unknown.push_back(std::move(lookup));
        break;
      case Lookup::State::record:
        stopped = lookup.record->psd != Psd::u;  // section 4.10 steps 2 and 6
        result.records.push_back({name, std::move(lookup.record)});
        break;
    }
  }
  settle(result, std::move(unknown));
  return result;
}

std::optional<dns::Name> organizational_domain(const Walk& walk) {
  if (walk.undetermined()) return std::nullopt;
  for (const auto& found : walk.records) {               // longest first
    if (found.record->psd == Psd::n) return found.name;  // rule 1
    // Rule 2: one label below the public suffix, counted along the starting name even where the walk skipped
    // that label.
    if (found.record->psd == Psd::y && found.name != walk.start) {
      return walk.start.suffix(found.name.label_count() + 1);
    }
  }
  if (!walk.records.empty()) return walk.records.back().name;  // rule 3: the fewest labels
  return walk.start;
}

Discovery discover_policy(const dns::Name& author, facts::Facts& facts) {
  Discovery result;
  result.walk = walk(author, facts);
  const auto& walked = result.walk;
  if (const auto* own = find(walked, author)) {
    result.record = own->record;
    result.record_name = author;
    if (!apply_fault(result)) apply(result, "p", *own->record->p.value);
    return result;
  }
  const auto organization = organizational_domain(walked);
  if (!organization) {
    auto why = walked.unknown.front().why;
    return temperror(std::move(result), std::move(why));
  }
  const auto [found, place] = inherited(walked, *organization);
  if (found == nullptr) {
    result.why = none_text(walked);
    return result;
  }
  result.place = place;
  result.record = found->record;
  result.record_name = found->name;
  if (!apply_fault(result)) apply_to_subdomain(result, author, facts);
  return result;
}

LegacyDiscovery discover_policy_7489(const dns::Name& author, facts::Facts& facts) {
  LegacyDiscovery result;
  result.organizational_domain = dns::registered_domain(author).value_or(author);
  auto lookup = look_up(author, facts);
  auto above =
      result.organizational_domain == author ? Lookup{} : look_up(result.organizational_domain, facts);
  // RFC 7489 section 6.6.3 steps 3 and 5: only an empty set leads to the organisational domain.
  const bool inherits = lookup.state == Lookup::State::none && result.organizational_domain != author;
  if (inherits) lookup = std::move(above);
  if (lookup.state == Lookup::State::unknown) {
    result.status = Discovery::Status::temperror;
    result.why = lookup.why;
    return result;
  }
  if (lookup.state != Lookup::State::record) {
    const bool several = lookup.state == Lookup::State::multiple;
    result.why = several ? fmt::format("several records stand at _dmarc.{}", lookup.name.text())
                         : fmt::format("no DMARC record applies to {}", author.text());
    return result;
  }
  result.record_name = lookup.name;
  result.record = std::move(lookup.record);
  const auto& record = *result.record;
  const auto use = usable_7489(record);
  result.tag = inherits && record.sp.value ? "sp" : "p";
  if (use == Use::not_at_all) {
    result.status = Discovery::Status::unusable;
    result.why = fmt::format("_dmarc.{} has no valid p or sp, and no valid rua", result.record_name.text());
    return result;
  }
  result.status = Discovery::Status::found;
  result.percent = record.pct.value_or(100);
  result.as_none = use == Use::as_none;
  if (!result.as_none) result.policy = result.tag == "sp" ? *record.sp.value : *record.p.value;
  result.why =
      fmt::format("_dmarc.{} says {}={}", result.record_name.text(), result.tag, to_string(result.policy));
  return result;
}

std::string_view to_string(Discovery::Status status) {
  switch (status) {
    case Discovery::Status::found:
      return "found";
    case Discovery::Status::none:
      return "none";
    case Discovery::Status::unusable:
      return "unusable";
    case Discovery::Status::temperror:
      return "temperror";
  }
  return "none";
}

}  // namespace rampart::dmarc
