#include "guard/policy/lists.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"
#include "guard/inspect/seen/inspected.h"
#include "guard/role/role.h"

namespace rampart::guard {
namespace {

constexpr std::size_t kShownReason = 200;  // octets
constexpr std::size_t kMostSegments = 32;  // of a link's path, below which an indicator is looked for
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

// A link as feeds have it, or the hash of a part.
bool ListFile::add_content(std::string_view word, Listed& listed) {
  const auto put = [&](Table<std::string>& table, std::string key) {
    table[std::move(key)].push_back(std::move(listed));
    ++size_;
    return true;
  };
  constexpr std::string_view kHash = "sha256:";
  if (const auto digits = base::lower(word.starts_with(kHash) ? word.substr(kHash.size()) : word);
      is_sha256(digits))
    return put(hashes_, digits);
  const auto link = word.find("://") == std::string_view::npos ? std::nullopt : url::parse(word);
  if (!link) return false;
  auto key = link_key(*link);
  // A top-level domain is a slip, and what is longer than is compared would never be found.
  if (key.empty() || key.size() >= kMaxLinkKey ||
      (link->host_kind == url::HostKind::domain && link->name.label_count() < 2))
    return false;
  const auto slash = key.find('/');
  return slash + 1 == key.size() ? put(hosts_, key.substr(0, slash)) : put(urls_, std::move(key));
}

bool ListFile::add(std::string_view line, ListKind kind) {
  const auto word = line.substr(0, line.find_first_of(" \t"));
  Listed listed{.indicator = std::string(word), .reason = {}, .by = {}, .until = {}};
  if (!take_words(listed, base::trim(line.substr(word.size())))) return false;
  if (kind == ListKind::block && add_content(word, listed)) return true;
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
  if (of.client) {
    const auto client = of.client->unmapped();
    for (const auto& [kind, table] : networks_) {
      const bool v4 = kind > kV4;
      if (v4 != client.is_v4()) continue;
      if (const auto* hit = look(table, key_of(client, v4 ? kind - kV4 : kind), now)) return hit;
    }
  }
  if (!hosts_.empty() || !urls_.empty())
    for (const auto& link : of.urls)
      if (const auto* hit = find_url(link, now)) return hit;
  if (!hashes_.empty())
    for (const auto& hash : of.hashes)
      if (const auto* hit = look(hashes_, hash, now)) return hit;
  return nullptr;
}

// The whole of it, then what its path is below, then its host and those above it.
const Listed* ListFile::find_url(const std::string& link, base::Time now) const {
  const auto slash = std::min(link.find('/'), link.size());
  if (!urls_.empty()) {
    if (const auto* hit = look(urls_, link, now)) return hit;
    const auto path = link.substr(0, link.find('?', slash));
    if (const auto* hit = look(urls_, path, now)) return hit;
    // A stranger makes as many segments as he likes.
    auto end = path.find('/', slash + 1);
    for (std::size_t i = 0; i < kMostSegments && end != std::string::npos; ++i) {
      // Both "/a" and "/a/" name what is below.
      if (const auto* hit = look(urls_, path.substr(0, end), now)) return hit;
      if (const auto* hit = look(urls_, path.substr(0, end + 1), now)) return hit;
      end = path.find('/', end + 1);
    }
  }
  if (hosts_.empty()) return nullptr;
  for (auto host = std::string_view(link).substr(0, slash); !host.empty();) {
    if (const auto* hit = look(hosts_, std::string(host), now)) return hit;
    // Of an address nothing is above.
    const auto dot = host.find('.');
    if (dot == std::string_view::npos || host.front() == '[') break;
    host.remove_prefix(dot + 1);
    if (host.find('.') == std::string_view::npos) break;
  }
  return nullptr;
}

bool Lists::name_content() const {
  return std::ranges::any_of(block, [](const auto& file) { return file->names_content(); });
}

std::shared_ptr<const ListFile> read_list(std::string name, std::string_view text, ListKind kind) {
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
    if (line.size() <= kMaxListLine && out->add(line, kind)) continue;
    if (++wrong <= kToldFaults)
      out->faults_.push_back(
          fmt::format("line {}: \"{}\" is no address, domain{} network{}, with until=DAY, by=WHO and "
                      "reason=TEXT behind it",
                      number, base::excerpt(line, 80), kind == ListKind::block ? "," : " or",
                      kind == ListKind::block ? ", http link or SHA-256" : ""));
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
