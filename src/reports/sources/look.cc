#include "reports/sources/look.h"

#include <algorithm>

#include <fmt/format.h>

#include "auth/spf/evaluate.h"
#include "base/text.h"

namespace rampart::reports {
namespace {

using dns::RrType;

// A record that costs receivers too much still says whom it lists (RFC 7208 section 4.6.4 bounds receivers).
constexpr spf::Limits kLimits{.lookups = spf::kMostLookups, .voids = spf::kMostLookups};
constexpr std::uint64_t kShortestPrefix =
    8;  // bits of a network that a record lists and one owner may have; our own

std::string why_unknown(const facts::Answer& answer) {
  return fmt::format("{} {}: {}{}{}", answer.name().text(), dns::to_string(answer.type()),
                     facts::describe(answer.why()), answer.detail().empty() ? "" : ", ",
                     base::excerpt(answer.detail(), 120));
}

bool holds(const facts::Answer& answer, const base::IpAddress& address) {
  return std::ranges::any_of(answer.records(), [&](const facts::Record& record) {
    const auto found = base::IpAddress::from_bytes(answer.data(record));
    return found && *found == address;
  });
}

// A term that matches so much that it says nothing of whose an address is.
bool lists_everybody(std::string_view term) {
  if (term.starts_with('+')) term.remove_prefix(1);
  if (base::iequals(term, "all")) return true;
  const auto slash = term.rfind('/');
  if (slash == std::string_view::npos) return false;
  const auto length = base::parse_number(term.substr(slash + 1));
  return length && *length < kShortestPrefix;
}

// Forward-confirmed: anybody may give his address any name, and only the name's owner makes it lead back.
void look_up_name(const base::IpAddress& address, AddressFacts& out, facts::Facts& facts) {
  const auto& ptr = facts.ask(spf::reverse_name(address), RrType::ptr);
  if (ptr.unknown()) out.reverse_unknown = why_unknown(ptr);
  std::size_t left = kMaxReverseNames;
  std::string unknown;
  for (const auto& record : ptr.records()) {
    if (left-- == 0) break;
    const auto name = ptr.target(record);
    if (name.is_root()) continue;
    const auto& back = facts.ask(name, address.is_v4() ? RrType::a : RrType::aaaa);
    if (!out.confirmed && holds(back, address)) {
      out.confirmed = true;
      out.reverse_name = name.text();
    }
    if (out.reverse_name.empty()) out.reverse_name = name.text();
    if (back.unknown() && unknown.empty()) unknown = why_unknown(back);
  }
  // The name that was not led back is no lie yet.
  if (!out.confirmed && !unknown.empty()) {
    out.reverse_unknown = std::move(unknown);
    out.reverse_name.clear();
  }
}

// The first of the owner's records that lets the address in. One that lets everybody in lists nobody.
void look_up_term(std::span<const dns::Name> domains, const base::IpAddress& address, base::Time now,
                  AddressFacts& out, facts::Facts& facts) {
  bool refused = false;
  for (const auto& domain : domains) {
    const auto text = domain.text();
    const auto outcome =
        spf::check_host({.ip = address, .domain = domain, .helo = text, .now = now}, facts, kLimits);
    switch (outcome.result) {
      case spf::Result::pass:
        if (out.authorised == true) break;
        if (lists_everybody(outcome.term_text())) {
          if (out.spf_unknown.empty())
            out.spf_unknown = fmt::format("{} lets everybody send ({})", outcome.record_name().text(),
                                          base::excerpt(outcome.term_text(), 20));
          break;
        }
        out.authorised = true;
        for (const auto& name : outcome.names()) {
          if (name != domain) out.through.push_back(name.text());
        }
        break;
      case spf::Result::fail:
      case spf::Result::softfail:
      case spf::Result::neutral:
        refused = true;
        break;
      case spf::Result::none:
        refused = refused || outcome.why == spf::Reason::no_record || outcome.why == spf::Reason::no_name;
        break;
      case spf::Result::temperror:
      case spf::Result::permerror:
        out.spf_unanswered = out.spf_unanswered || outcome.result == spf::Result::temperror;
        if (out.spf_unknown.empty()) out.spf_unknown = fmt::format("{}: {}", text, outcome.reason());
        break;
    }
  }
  if (out.authorised == true) {
    out.spf_unknown.clear();
    out.spf_unanswered = false;
  } else if (refused && out.spf_unknown.empty()) {
    out.authorised = false;
  }
}

}  // namespace

std::string unanswered(const AddressFacts& facts) {
  if (!facts.reverse_unknown.empty()) return facts.reverse_unknown;
  return facts.spf_unanswered ? facts.spf_unknown : std::string();
}

std::vector<AddressFacts> look_up_addresses(const dns::Name& domain,
                                            std::span<const AddressToLookUp> addresses, base::Time now,
                                            facts::Facts& facts) {
  std::vector<AddressFacts> out(addresses.size());
  std::vector<dns::Name> domains;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    look_up_name(addresses[i].address, out[i], facts);
    domains.assign(1, domain);
    for (const auto& envelope : addresses[i].envelopes) {
      if (domains.size() > kMaxEnvelopes) break;
      if (std::ranges::find(domains, envelope) == domains.end()) domains.push_back(envelope);
    }
    look_up_term(domains, addresses[i].address, now, out[i], facts);
  }
  return out;
}

}  // namespace rampart::reports
