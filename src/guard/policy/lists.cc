#include "guard/policy/lists.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"
#include "guard/role/role.h"

namespace rampart::guard {
namespace {

constexpr std::size_t kShownReason = 200;  // octets
constexpr unsigned kV4 = 200;  // what is added to the length of an IPv4 network: behind all of IPv6

unsigned class_of(const base::IpAddress& address, unsigned prefix) {
  return prefix + (address.is_v4() ? kV4 : 0);
}

std::string key_of(const base::IpAddress& address, unsigned prefix) {
  const auto masked = address.masked(prefix);
  const auto bytes = masked.bytes();
  return {bytes.begin(), bytes.end()};
}

// The words behind an indicator, "until=DAY by=WHO reason=TEXT" or a comment. False where a word is none of these.
bool take_words(Listed& listed, std::string_view rest) {
  while (!rest.empty() && rest.front() != '#') {
    if (rest.starts_with("reason=")) {
      listed.reason = base::excerpt(base::trim(rest.substr(7)), kShownReason);
      return true;
    }
    const auto word = rest.substr(0, rest.find_first_of(" \t"));
    rest = base::trim(rest.substr(word.size()));
    if (word.starts_with("until=")) {
      const auto day = base::parse_time(std::string(word.substr(6)) + "T00:00:00Z");
      if (!day) return false;
      listed.until = *day + std::chrono::days(1);
    } else if (word.starts_with("by=")) {
      listed.by = base::excerpt(word.substr(3), kShownReason);
    } else {
      return false;
    }
  }
  return true;
}

std::optional<dns::Name> domain_of(std::string_view text) {
  // A name from a feed is ASCII nearly always, and there are many.
  auto name = base::is_ascii(text) ? dns::Name::try_parse(text) : std::nullopt;
  if (!name) {
    auto parsed = dns::parse_domain(text);
    if (!parsed) return std::nullopt;
    name = *std::move(parsed);
  }
  const bool plain = std::ranges::all_of(
      name->text(), [](char c) { return base::is_alnum(c) || c == '-' || c == '.' || c == '_'; });
  // A single label would be a whole top-level domain: a slip, not a wish.
  return plain && name->label_count() > 1 ? name : std::nullopt;
}

}  // namespace

bool ListFile::add(std::string_view line) {
  const auto word = line.substr(0, line.find_first_of(" \t"));
  Listed listed{.indicator = std::string(word), .reason = {}, .by = {}, .until = {}};
  if (!take_words(listed, base::trim(line.substr(word.size())))) return false;
  const auto put = [&](Entries& entries) {
    entries.push_back(std::move(listed));
    ++size_;
    return true;
  };
  if (const auto at = word.rfind('@'); at != std::string_view::npos && at != 0) {
    if (!domain_of(word.substr(at + 1))) return false;
    return put(addresses_[base::lower(word)]);
  }
  if (const auto network = parse_network(word)) {
    // A network of everybody is a slip, too.
    if (network->prefix == 0) return false;
    const auto kind = class_of(network->address, network->prefix);
    auto found = std::ranges::find(networks_, kind, &decltype(networks_)::value_type::first);
    if (found == networks_.end()) found = networks_.insert(found, {kind, {}});
    return put(found->second[key_of(network->address, network->prefix)]);
  }
  const auto name = domain_of(word.starts_with('@') ? word.substr(1) : word);
  return name && put(domains_[*name]);
}

const Listed* ListFile::holding(const Entries& entries, base::Time now) {
  const auto found = std::ranges::find_if(entries, [&](const Listed& one) { return one.holds(now); });
  return found == entries.end() ? nullptr : &*found;
}

template <class Key>
const Listed* ListFile::look(const Table<Key>& table, const Key& key, base::Time now) {
  const auto found = table.find(key);
  return found == table.end() ? nullptr : holding(found->second, now);
}

const Listed* ListFile::find(const Identities& of, base::Time now) const {
  for (const auto& address : of.addresses)
    if (const auto* hit = look(addresses_, address, now)) return hit;
  for (const auto& domain : of.domains) {
    for (auto name = domain; !name.is_root(); name = name.parent())
      if (const auto* hit = look(domains_, name, now)) return hit;
  }
  if (!of.client) return nullptr;
  const auto client = of.client->unmapped();
  for (const auto& [kind, table] : networks_) {
    const bool v4 = kind > kV4;
    if (v4 != client.is_v4()) continue;
    if (const auto* hit = look(table, key_of(client, v4 ? kind - kV4 : kind), now)) return hit;
  }
  return nullptr;
}

std::shared_ptr<const ListFile> read_list(std::string name, std::string_view text) {
  const auto out = std::make_shared<ListFile>();
  out->name_ = std::move(name);
  std::size_t number = 0;
  std::size_t wrong = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = base::trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line.front() == '#') continue;
    if (out->size_ == kMaxListed) {
      out->faults_.push_back(fmt::format("only the first {} indicators count", kMaxListed));
      break;
    }
    if (line.size() <= kMaxListLine && out->add(line)) continue;
    if (++wrong <= kToldFaults)
      out->faults_.push_back(
          fmt::format("line {}: \"{}\" is no address, domain or network, with until=DAY, by=WHO and "
                      "reason=TEXT behind it",
                      number, base::excerpt(line, 80)));
  }
  if (wrong > kToldFaults) out->faults_.push_back(fmt::format("and {} more lines", wrong - kToldFaults));
  // The narrowest first.
  std::ranges::sort(out->networks_, std::greater(), &decltype(out->networks_)::value_type::first);
  return out;
}

std::string ListHit::text() const {
  const auto slash = file->name().rfind('/');
  auto out = fmt::format(
      "{} in {}", base::printable(listed->indicator),
      base::printable(slash == std::string::npos ? file->name() : file->name().substr(slash + 1)));
  if (!listed->by.empty()) out += " by " + listed->by;
  if (!listed->reason.empty()) out += ": " + listed->reason;
  return out;
}

ListHit find_listed(std::span<const std::shared_ptr<const ListFile>> files, const Identities& of,
                    base::Time now) {
  for (const auto& file : files)
    if (const auto* listed = file->find(of, now)) return {.file = file.get(), .listed = listed};
  return {};
}

}  // namespace rampart::guard
