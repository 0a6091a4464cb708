#include "reports/advise/look.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "auth/dmarc/discover.h"
#include "auth/spf/evaluate.h"
#include "base/text.h"

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
  for (const auto& text : input.names_below.first(std::min(kMaxNamesBelow, input.names_below.size()))) {
    const auto name = dns::Name::try_parse(text);
    out.names.push_back({text, name ? exists(*name, facts) : Known::unknown});
  }
}

// Forward-confirmed (RFC 8601 section 2.7.3).
void look_reverse(SeenAddress& seen, facts::Facts& facts) {
  const auto& ptr = facts.ask(spf::reverse_name(seen.address), dns::RrType::ptr);
  std::size_t followed = 0;
  for (const auto& record : ptr.records()) {
    if (++followed > kMaxPtrNames) return;
    const auto name = ptr.target(record);
    const auto& forward = facts.ask(name, seen.address.is_v4() ? dns::RrType::a : dns::RrType::aaaa);
    const bool back = std::ranges::any_of(forward.records(), [&](const facts::Record& record_of) {
      return base::IpAddress::from_bytes(forward.data(record_of)) == seen.address;
    });
    if (seen.confirmed || (!back && !seen.reverse_name.empty())) continue;
    seen.reverse_name = name.text();
    seen.confirmed = back;
  }
}

void look_authorised(const LookInput& input, SeenAddress& seen, facts::Facts& facts) {
  const auto helo = input.domain.text();
  const auto outcome = spf::check_host({.ip = seen.address,
                                        .domain = input.domain,
                                        .local_part = "postmaster",
                                        .helo = helo,
                                        .now = input.now},
                                       facts);
  switch (outcome.result) {
    case spf::Result::pass:
      seen.authorised = true;
      for (const auto& name : outcome.names()) {
        if (name != input.domain) seen.through.push_back(name.text());
      }
      break;
    case spf::Result::fail:
    case spf::Result::softfail:
    case spf::Result::neutral:
    case spf::Result::none:
      seen.authorised = false;
      break;
    default:
      break;  // nobody can tell
  }
}

}  // namespace

std::string_view to_string(Known known) {
  constexpr std::string_view kNames[] = {"unknown", "no", "yes"};
  return kNames[static_cast<std::size_t>(known)];
}

DnsSeen look(const LookInput& input, facts::Facts& facts) {
  DnsSeen out;
  look_policy(input, facts, out.dns);
  look_spf(input, facts, out.dns);
  look_names(input, facts, out.dns);
  out.addresses.resize(input.addresses.size());
  std::vector<std::size_t> order(input.addresses.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return std::pair(input.messages[b], a) < std::pair(input.messages[a], b);
  });
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    auto& seen = out.addresses[order[rank]];
    const auto address = base::IpAddress::parse(input.addresses[order[rank]]);
    if (!address) continue;
    seen.address = *address;
    if (rank < kMaxReverseNames) look_reverse(seen, facts);
    look_authorised(input, seen, facts);
  }
  return out;
}

}  // namespace rampart::reports::advice
