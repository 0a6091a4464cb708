#include "reports/sources/inventory.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <tuple>

#include "reports/sources/facts.h"

namespace rampart::reports {
namespace {

std::int32_t day(std::int64_t number) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(
      number, std::numeric_limits<std::int32_t>::min() / 2, std::numeric_limits<std::int32_t>::max() / 2));
}

}  // namespace

void Unknowns::add(std::uint64_t more, const std::string& why) {
  if (addresses == 0) example = why;
  ++addresses;
  messages += more;
}

Inventory::Inventory(dns::Name domain, Sightings sightings, std::vector<dns::Name> own_domains)
    : domain_(domain), own_domains_(std::move(own_domains)), sightings_(std::move(sightings)) {
  constexpr auto kNone = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> places(sightings_.addresses.size(), kNone);
  for (const auto& row : sightings_.rows) {
    auto& place = places[row.address];
    if (place == kNone) {
      place = addresses_.size();
      auto& seen = addresses_.emplace_back();
      // What stands in the archive is an address as IpAddress::text() writes it; another text is nobody's.
      seen.address = base::IpAddress::parse(sightings_.addresses[row.address]).value_or(base::IpAddress());
      seen.since = day(sightings_.since[row.address]);
      messages_.push_back(0);
    }
    addresses_[place].rows.push_back({.outcome = row.outcome,
                                      .count = row.messages,
                                      .first_day = day(row.first_day),
                                      .last_day = day(row.last_day)});
    messages_[place] += row.messages;
  }
}

// The owner's MAIL FROM domains that SPF passes for at this address: their records may list what the domain's does not.
std::vector<dns::Name> Inventory::envelopes_of(const SeenAddress& seen) const {
  const Owned owned(domain_, own_domains_);
  std::map<std::string_view, std::uint64_t> messages;
  for (const auto& row : seen.rows) {
    for (const auto& spf : sightings_.outcomes[row.outcome].spf_seen) {
      if (!spf.helo && spf.result == AuthResult::pass && owned.holds(spf.domain))
        messages[spf.domain] += row.count;
    }
  }
  std::vector<std::pair<std::uint64_t, dns::Name>> found;
  for (const auto& [text, count] : messages) {
    const auto name = dns::Name::try_parse(text);
    if (name && *name != domain_) found.emplace_back(count, *name);
  }
  std::ranges::sort(found, [](const auto& a, const auto& b) {
    return std::tie(b.first, a.second) < std::tie(a.first, b.second);
  });
  if (found.size() > kMaxEnvelopes) found.resize(kMaxEnvelopes);
  std::vector<dns::Name> out;
  out.reserve(found.size());
  for (const auto& [count, name] : found) out.push_back(name);
  return out;
}

std::vector<AddressToLookUp> Inventory::to_look_up(std::size_t most) {
  asked_.resize(addresses_.size());
  std::iota(asked_.begin(), asked_.end(), std::size_t{0});
  std::ranges::sort(asked_, [&](std::size_t a, std::size_t b) {
    return std::tie(messages_[b], a) < std::tie(messages_[a], b);
  });
  looked_ = {.asked = true};
  for (std::size_t i = most; i < asked_.size(); ++i) {
    ++looked_.left_out;
    looked_.left_out_messages += messages_[asked_[i]];
  }
  if (asked_.size() > most) asked_.resize(most);
  looked_.addresses = asked_.size();
  std::vector<AddressToLookUp> out;
  out.reserve(asked_.size());
  for (const auto place : asked_)
    out.push_back({.address = addresses_[place].address, .envelopes = envelopes_of(addresses_[place])});
  return out;
}

void Inventory::learn(std::span<const AddressToLookUp> asked, std::span<AddressFacts> facts) {
  for (std::size_t i = 0; i < std::min({asked.size(), facts.size(), asked_.size()}); ++i) {
    auto& seen = addresses_[asked_[i]];
    auto& fact = facts[i];
    seen.unanswered = unanswered(fact);
    seen.reverse_name = std::move(fact.reverse_name);
    seen.confirmed = fact.confirmed;
    seen.authorised = fact.authorised;
    seen.through = std::move(fact.through);
    const auto messages = messages_[asked_[i]];
    if (!fact.reverse_unknown.empty()) looked_.reverse.add(messages, fact.reverse_unknown);
    if (!fact.spf_unknown.empty()) looked_.listed.add(messages, fact.spf_unknown);
  }
}

base::Result<> Inventory::learn_networks(
    const std::function<base::Result<std::string>(const base::IpAddress&)>& name_of) {
  for (auto& seen : addresses_) seen.network_name = TRY(name_of(seen.address));
  return {};
}

std::vector<MailSource> Inventory::sources(const Naming& naming) const {
  return find_sources({.domain = domain_,
                       .own_domains = own_domains_,
                       .outcomes = sightings_.outcomes,
                       .addresses = addresses_,
                       .registry = naming.registry,
                       .marks = naming.marks,
                       .today = day(sightings_.last_day)});
}

std::vector<const Mark*> idle_marks(std::span<const Mark> marks, std::span<const MailSource> sources) {
  std::vector<const Mark*> out;
  for (const auto& mark : marks) {
    const bool met =
        std::ranges::any_of(sources, [&](const MailSource& source) { return source.mark == &mark; });
    if (!met) out.push_back(&mark);
  }
  return out;
}

}  // namespace rampart::reports
