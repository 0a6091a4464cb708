#include "audit/zone_hints.h"

#include <algorithm>

#include "auth/dmarc/record.h"
#include "auth/spf/record.h"
#include "dns/domain.h"

namespace rampart::audit {
namespace {

using dns::Name;

constexpr std::string_view kDomainKey = "_domainkey";
constexpr std::string_view kDmarc = "_dmarc";

// Names of services and keys, and wildcards: nobody writes mail in their name.
bool is_host_label(std::string_view label) { return !label.starts_with('_') && label != "*"; }

// Whether anybody may write it into a From field. An asterisk inside a name is no wildcard (RFC 4592 section
// 2.1.1), and the _dmarc.* of a zone file speaks of a domain called *, which is nobody's.
bool is_host_name(const Name& name) {
  for (unsigned i = 0; i < name.label_count(); ++i) {
    if (!is_host_label(name.label(i))) return false;
  }
  return true;
}

struct Seen {
  Name name;
  int rank;  // 0 with MX, 1 with an address, 2 otherwise
};

int rank_of(const facts::Zone::Node& node) {
  if (node.find(dns::RrType::mx) != nullptr) return 0;
  const bool address = node.find(dns::RrType::a) != nullptr || node.find(dns::RrType::aaaa) != nullptr;
  return address ? 1 : 2;
}

// Whether assess() finds an existing subdomain by itself: www, or a mail server of the domain's own. Then the
// zone's knowledge is not needed, and the audit says the same as one of the published zone.
bool finds_subdomain(const Name& domain, const facts::Zones& zones) {
  const auto* zone = zones.zone_of(domain);
  if (zone == nullptr) return false;
  const auto www = domain.prepend("www");
  if (www && zone->find(www->wire()) != nullptr) return true;
  const auto* node = zone->find(domain.wire());
  const auto* mx = node == nullptr ? nullptr : node->find(dns::RrType::mx);
  for (; mx != nullptr; mx = mx->next) {
    if (mx->type != static_cast<std::uint16_t>(dns::RrType::mx)) continue;
    const auto host = Name::from_wire(mx->data());
    if (host && *host != domain && host->is_within(domain) && zone->find(host->wire()) != nullptr)
      return true;
  }
  return false;
}

// Whether a TXT record of the name is of the kind. An alias counts when the zones hold what it leads to.
bool has_text(const Name& name, const facts::Zone::Node& node, const facts::Zones& zones,
              bool (*is_kind)(std::string_view)) {
  if (node.find(dns::RrType::cname) != nullptr) {
    const auto answer = zones.resolve(name, dns::RrType::txt).answer;
    return std::ranges::any_of(answer->records(),
                               [&](const facts::Record& record) { return is_kind(answer->data(record)); });
  }
  for (const auto* record = node.find(dns::RrType::txt); record != nullptr; record = record->next) {
    if (record->type == static_cast<std::uint16_t>(dns::RrType::txt) && is_kind(record->data())) return true;
  }
  return false;
}

}  // namespace

void ZoneHints::add(const Name& name, Nearest Hints::* member) {
  const auto nearest = [](const Name& a, const Name& b) {
    return a.label_count() != b.label_count() ? a.label_count() < b.label_count() : a < b;
  };
  for (unsigned labels = name.label_count() - 1; labels > 0; --labels) {
    auto& found = hints_[name.suffix(labels)].*member;
    if (found.names.size() == kMaxSenders) {
      ++found.left_out;
      if (!nearest(name, found.names.back())) continue;
      found.names.pop_back();
    }
    found.names.insert(std::ranges::upper_bound(found.names, name, nearest), name);
  }
}

ZoneHints::ZoneHints(const facts::Zones& zones) {
  std::map<Name, std::vector<Seen>> below;
  zones.for_each_name([&](const Name& name, const facts::Zone::Node& node) {
    if (has_text(name, node, zones, spf::is_spf)) {
      add(name, &Hints::senders);
      hints_[name].sends = true;
    }
    if (name.label_count() > 1 && name.label(0) == kDmarc && is_host_name(name.parent()) &&
        has_text(name, node, zones, dmarc::is_record))
      add(name.parent(), &Hints::policies);
    const auto labels = name.label_count();
    for (unsigned i = 0; i < labels; ++i) {
      const auto label = name.label(i);
      if (label == kDomainKey && i > 0 && node.first != nullptr) {
        auto selector = name.text();
        selector.resize(selector.size() - name.suffix(labels - i).text().size() - 1);
        auto& selectors = hints_[name.suffix(labels - i - 1)].selectors;
        if (selectors.size() < kMaxSelectors && !selector.starts_with('*'))
          selectors.push_back(std::move(selector));
      }
      if (!is_host_label(label)) return;
      if (i + 1 == labels) return;
      auto& seen = below[name.suffix(labels - i - 1)];
      // The best few in order; a later name only replaces a worse one.
      const Seen entry{name, rank_of(node)};
      const auto better = [](const Seen& a, const Seen& b) {
        return std::pair(a.rank, a.name.text()) < std::pair(b.rank, b.name.text());
      };
      seen.insert(std::ranges::upper_bound(seen, entry, better), entry);
      if (seen.size() > kMaxSubdomains) seen.pop_back();
    }
  });
  for (auto& [domain, hints] : hints_) std::ranges::sort(hints.selectors);
  for (auto& [domain, seen] : below) {
    auto& subdomains = hints_[domain].subdomains;
    for (auto& entry : seen) subdomains.push_back(entry.name);
  }
}

// Those of the registered domain that are not below the input's. The tree walk may end elsewhere (RFC 9989
// section 4.10.2); what is not aligned by it is tried in vain.
void ZoneHints::add_siblings(Input& input) const {
  const auto registered = dns::registered_domain(input.domain);
  if (!registered || *registered == input.domain) return;
  const auto found = hints_.find(*registered);
  if (found == hints_.end()) return;
  const auto& all = found->second.senders;
  std::size_t own = input.spf_subdomains.size() + input.spf_subdomains_left_out;
  if (const auto domain = hints_.find(input.domain); domain != hints_.end())
    own += domain->second.sends ? 1 : 0;
  for (const auto& name : all.names) {
    if (!name.is_within(input.domain)) input.spf_siblings.push_back(name);
  }
  input.spf_siblings_left_out = all.names.size() + all.left_out - own - input.spf_siblings.size();
}

void ZoneHints::apply(Input& input, const facts::Zones& zones) const {
  if (const auto found = hints_.find(input.domain); found != hints_.end()) {
    input.zone_selectors = found->second.selectors;
    input.spf_subdomains = found->second.senders.names;
    input.spf_subdomains_left_out = found->second.senders.left_out;
    input.dmarc_subdomains = found->second.policies.names;
    input.dmarc_subdomains_left_out = found->second.policies.left_out;
    if (!finds_subdomain(input.domain, zones)) input.known_subdomains = found->second.subdomains;
  }
  add_siblings(input);
  // The zones tell of every selector when they themselves would say that one does not exist.
  const auto probe = input.domain.prepend("rampart-no-such-selector._domainkey");
  if (probe) input.zone_is_complete = !zones.resolve(*probe, dns::RrType::txt).answer->unknown();
}

namespace {

void add_proposed_selectors(Input& input, const facts::ZoneEdit& edit) {
  const auto keys = input.domain.prepend(kDomainKey);
  if (!keys) return;
  for (const auto& [name, puts] : edit.all_puts()) {
    if (name == *keys || !name.is_within(*keys) || input.zone_selectors.size() >= ZoneHints::kMaxSelectors)
      continue;
    auto selector = name.text();
    selector.resize(selector.size() - keys->text().size() - 1);
    if (std::ranges::find(input.zone_selectors, selector) == input.zone_selectors.end() && selector != "*")
      input.zone_selectors.push_back(std::move(selector));
  }
}

void add_once(std::vector<Name>& names, std::size_t& left_out, const Name& name) {
  if (std::ranges::find(names, name) != names.end()) return;
  if (names.size() >= ZoneHints::kMaxSenders) {
    ++left_out;
  } else {
    names.push_back(name);
  }
}

}  // namespace

void add_proposed(Input& input, const facts::ZoneEdit& edit) {
  add_proposed_selectors(input, edit);
  const auto organisation = dns::registered_domain(input.domain).value_or(input.domain);
  for (const auto& [name, puts] : edit.all_puts()) {
    const auto texts = puts.find(static_cast<facts::ZoneEdit::Type>(dns::RrType::txt));
    if (texts == puts.end() || name == input.domain || !name.is_within(organisation)) continue;
    const auto holds = [&](bool (*is_kind)(std::string_view)) {
      return std::ranges::any_of(texts->second, is_kind, &facts::EditRecord::data);
    };
    const bool below = name.is_within(input.domain);
    if (holds(spf::is_spf)) {
      add_once(below ? input.spf_subdomains : input.spf_siblings,
               below ? input.spf_subdomains_left_out : input.spf_siblings_left_out, name);
    }
    if (below && name.label(0) == kDmarc && name.parent() != input.domain && is_host_name(name.parent()) &&
        holds(dmarc::is_record))
      add_once(input.dmarc_subdomains, input.dmarc_subdomains_left_out, name.parent());
  }
}

}  // namespace rampart::audit
