#include "reports/advise/look.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "auth/dmarc/discover.h"
#include "auth/spf/evaluate.h"
#include "base/saturate.h"
#include "base/text.h"
#include "reports/sources/facts.h"

namespace rampart::reports::advice {
namespace {

using dmarc::Discovery;

Known known_if(bool yes) { return yes ? Known::yes : Known::no; }

void look_policy(const LookInput& input, facts::Facts& facts, Dns& out) {
  const auto found = dmarc::discover_policy(input.domain, facts);
  const auto own = dmarc::look_up(input.domain, facts);
  const auto top = dmarc::organizational_domain(found.walk);
  out.top = top ? known_if(*top == input.domain) : Known::unknown;
  out.why = found.why;
  switch (found.status) {
    case Discovery::Status::temperror:
      out.policy = Dns::Policy::unknown;
      return;
    case Discovery::Status::none:
      out.policy = own.state == dmarc::Lookup::State::multiple ? Dns::Policy::unusable : Dns::Policy::none;
      return;
    case Discovery::Status::unusable:
      out.policy = Dns::Policy::unusable;
      break;
    case Discovery::Status::found:
      out.policy = found.record_name == input.domain ? Dns::Policy::own : Dns::Policy::inherited;
      break;
  }
  out.holder = found.record_name.text();
  if (found.record == nullptr) return;
  out.record = found.record->text;
  if (const auto place = found.record_name.prepend_label("_dmarc"))
    out.ttl = facts.ask(*place, dns::RrType::txt).ttl();
  out.destinations =
      dmarc::check_destinations({found.record_name, found.record}, dmarc::ReportKind::aggregate, facts);
}

void look_spf(const LookInput& input, facts::Facts& facts, Dns& out) {
  const auto& txt = facts.ask(input.domain, dns::RrType::txt);
  if (txt.undetermined()) {
    out.spf_why = "the SPF record could not be looked up";
    return;
  }
  const auto selected = spf::select_record(txt);
  if (selected.why != spf::Reason::matched) {
    out.spf = Known::no;
    out.spf_why = selected.why == spf::Reason::several_records ? "there are several SPF records"
                                                               : "there is no SPF record";
    return;
  }
  const auto record = spf::parse(selected.text);
  out.spf = known_if(record.valid());
  if (!record.valid()) out.spf_why = "the SPF record cannot be read";
  for (const auto& term : record.terms) {
    if (term.kind == spf::TermKind::include || term.kind == spf::TermKind::redirect)
      out.includes.push_back(base::lower(record.domain(term)));
  }
}

// RFC 9989 section 4.7 np: a name without A, AAAA and MX does not exist.
Known exists(const dns::Name& name, facts::Facts& facts) {
  bool unknown = false;
  bool any = false;
  for (const auto type : {dns::RrType::a, dns::RrType::aaaa, dns::RrType::mx}) {
    const auto& answer = facts.ask(name, type);
    unknown = unknown || answer.undetermined();
    any = any || answer.present();
  }
  return any ? Known::yes : unknown ? Known::unknown : Known::no;
}

void look_names(const LookInput& input, facts::Facts& facts, Dns& out) {
  for (const auto& text : input.names_below) {
    const auto name = dns::Name::try_parse(text);
    out.names.push_back({text, name ? exists(*name, facts) : Known::unknown});
  }
}

// The owner's MAIL FROM domains, beside the domain, that SPF passes for: their records may list what the domain's does not.
std::vector<dns::Name> envelopes_of(const Outcome& outcome, const Owned& owned, const dns::Name& domain) {
  std::vector<dns::Name> out;
  for (const auto& spf : outcome.spf_seen) {
    if (spf.helo || spf.result != AuthResult::pass || !owned.holds(spf.domain)) continue;
    const auto name = dns::Name::try_parse(spf.domain);
    if (name && *name != domain) out.push_back(*name);
  }
  return out;
}

void add_envelopes(const std::vector<dns::Name>& names, AddressToLookUp& to) {
  for (const auto& name : names) {
    if (to.envelopes.size() == kMaxEnvelopes) return;
    if (std::ranges::find(to.envelopes, name) == to.envelopes.end()) to.envelopes.push_back(name);
  }
}

// The From domains below the domain.
std::vector<std::string> names_below(const Daily& daily, const dns::Name& domain) {
  std::set<std::string> out;
  std::vector<bool> used(daily.outcomes.size());
  for (const auto& row : daily.rows) used[row.outcome] = true;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) continue;
    const auto& outcome = daily.outcomes[i];
    const auto name = dns::Name::try_parse(outcome.header_from);
    if (name && *name != domain && name->is_within(domain) && out.size() < kMaxNamesBelow)
      out.insert(outcome.header_from);
  }
  return {out.begin(), out.end()};
}

}  // namespace

std::string_view to_string(Known known) {
  constexpr std::string_view kNames[] = {"unknown", "no", "yes"};
  return kNames[static_cast<std::size_t>(known)];
}

LookInput to_look_up(const Daily& daily, const dns::Name& domain, std::span<const dns::Name> own_domains,
                     std::size_t most, base::Time now) {
  LookInput out{.domain = domain, .of = daily.addresses.size(), .now = now};
  std::vector<std::uint64_t> messages(daily.addresses.size());
  for (const auto& row : daily.rows) base::saturating_add(messages[row.address], row.messages);
  // Of reporters that do not count there may be addresses without rows.
  for (std::uint32_t place = 0; place < messages.size(); ++place) {
    if (messages[place] != 0) out.places.push_back(place);
  }
  std::ranges::sort(out.places, [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(messages[b], a) < std::pair(messages[a], b);
  });
  if (out.places.size() > most) {
    out.left_out.assign(out.places.begin() + static_cast<std::ptrdiff_t>(most), out.places.end());
    out.places.resize(most);
  }
  const Owned owned(domain, own_domains);
  std::vector<std::uint32_t> asked(daily.addresses.size(), kNoSource);
  for (std::uint32_t i = 0; i < out.places.size(); ++i) {
    asked[out.places[i]] = i;
    out.addresses.push_back(
        {.address = base::IpAddress::parse(daily.addresses[out.places[i]]).value_or(base::IpAddress())});
  }
  std::vector<std::vector<dns::Name>> envelopes;
  envelopes.reserve(daily.outcomes.size());
  for (const auto& outcome : daily.outcomes) envelopes.push_back(envelopes_of(outcome, owned, domain));
  for (const auto& row : daily.rows) {
    if (const auto place = asked[row.address]; place != kNoSource)
      add_envelopes(envelopes[row.outcome], out.addresses[place]);
  }
  out.names_below = names_below(daily, domain);
  return out;
}

std::size_t questions(const LookInput& input) {
  constexpr std::size_t kForRecords = 500;  // the walk, SPF and the addresses of rua; our own
  constexpr std::size_t kForName = 3;
  return kForRecords + input.addresses.size() * kQuestionsPerAddress + input.names_below.size() * kForName;
}

DnsSeen look(const LookInput& input, facts::Facts& facts) {
  DnsSeen out;
  look_policy(input, facts, out.dns);
  look_spf(input, facts, out.dns);
  look_names(input, facts, out.dns);
  out.addresses.resize(input.of);
  out.left_out = input.left_out.size();
  for (const auto place : input.left_out)
    out.addresses[place].unanswered = "not asked about: it is beyond reports.lookups";
  auto found = look_up_addresses(input.domain, input.addresses, input.now, facts);
  for (std::size_t i = 0; i < found.size(); ++i) {
    auto& seen = out.addresses[input.places[i]];
    seen.address = input.addresses[i].address;
    seen.unanswered = unanswered(found[i]);
    seen.reverse_name = std::move(found[i].reverse_name);
    seen.confirmed = found[i].confirmed;
    seen.authorised = found[i].authorised;
    seen.through = std::move(found[i].through);
  }
  return out;
}

}  // namespace rampart::reports::advice
