#include "guard/policy/lists.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"
#include "dns/known_suffix.h"
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

// The file's name on a line of sha256sum, behind "  " or " *"; empty: it is no such line.
std::string_view file_of(std::string_view word, std::string_view behind) {
  if (!is_sha256(base::lower(word)) || (!behind.starts_with("  ") && !behind.starts_with(" *"))) return {};
  const auto name = base::trim(behind.substr(2));
  for (const std::string_view own : {"until=", "by=", "reason=", "#"})
    if (name.starts_with(own)) return {};
  return name;
}

// Where the host and port of a link end.
std::size_t end_of_host(std::string_view link) { return std::min(link.find('/'), link.size()); }

// "evil.example" of "evil.example:8443"; empty without a port.
std::string_view without_port(std::string_view host) {
  const auto colon = host.rfind(':');
  const auto bracket = host.rfind(']');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && bracket > colon)) return {};
  return host.substr(0, colon);
}

// A star and a comma are no part of an indicator as it is written (no pattern, no table); within a link they may be, and are compared
// in one form.
std::string with_plain_marks(std::string_view link) {
  std::string out;
  out.reserve(link.size());
  for (std::size_t i = 0; i < link.size(); ++i) {
    const auto code = link.substr(i, 3);
    const char mark = base::iequals(code, "%2c") ? ',' : base::iequals(code, "%2a") ? '*' : '\0';
    out += mark == '\0' ? link[i] : mark;
    if (mark != '\0') i += 2;
  }
  return out;
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

std::string ListFile::add_link(std::string_view word, Listed& listed) {
  const auto authority = word.find("://") + 3;
  const auto path = std::min(word.find_first_of("/?#", authority), word.size());
  const auto behind = word.substr(path);
  if (word.substr(0, path).find('*') != std::string_view::npos)
    return "has a *: a link to a host covers what is below it, too, so write https://HOST/";
  if (behind.ends_with('*') && behind.find('?') == std::string_view::npos)
    return "has a *: a link covers what is below its path, so leave the * out";
  if (word.find('*') != std::string_view::npos)
    return "has a *, which stands for nothing here: a path without a query covers it with any; write %2A for "
           "one of the link's own";
  if (word.find(',') != std::string_view::npos)
    return "has a comma: write what is behind the indicator as by=WHO and reason=TEXT, and a comma of the "
           "link's own as %2C";
  if (behind == "?" || behind == "/?" || behind.starts_with('#') || behind.starts_with("/#"))
    return "names no path: what stands behind # or an empty ? is no part of it, and the whole host would be "
           "listed; write https://HOST/ if "
           "that is meant";
  const auto link = url::parse(word);
  if (!link || !link->is_web() || !link->has_host()) return "is no link of http or https to a host";
  if (link->host_kind == url::HostKind::domain &&
      (link->name.label_count() < 2 || dns::is_registry_suffix(link->name)))
    return "is a whole top-level domain, or another that anyone registers below";
  auto plain = *link;
  // http and https have one key, so that their own ports are one as well.
  if (plain.port == 80 || plain.port == 443) plain.port = 0;
  auto key = with_plain_marks(link_key(plain));
  if (key.empty() || key.size() >= kMaxLinkKey) return "is longer than is compared";
  const auto slash = end_of_host(key);
  auto& table = slash + 1 == key.size() ? hosts_ : urls_;
  if (&table == &hosts_) key.resize(slash);
  table[std::move(key)].push_back(std::move(listed));
  ++size_;
  return {};
}

// A link as feeds have it, or the hash of a part.
std::optional<std::string> ListFile::add_content(std::string_view word, Listed& listed) {
  constexpr std::string_view kHash = "sha256:";
  if (const auto digits = base::istarts_with(word, kHash) ? word.substr(kHash.size()) : word;
      is_sha256(base::lower(digits))) {
    hashes_[base::lower(digits)].push_back(std::move(listed));
    ++size_;
    return std::string();
  }
  if (word.find("://") == std::string_view::npos) return std::nullopt;
  return add_link(word, listed);
}

std::string ListFile::add(std::string_view line, ListKind kind) {
  const auto word = line.substr(0, line.find_first_of(" \t"));
  Listed listed{.indicator = std::string(word), .reason = {}, .by = {}, .until = {}};
  const std::string_view unknown =
      kind == ListKind::block
          ? "is no address, domain, network, http link or SHA-256, with until=DAY, by=WHO and reason=TEXT "
            "behind it"
          : "is no address, domain or network, with until=DAY, by=WHO and reason=TEXT behind it";
  if (const auto file = file_of(word, line.substr(word.size())); !file.empty() && kind == ListKind::block)
    listed.reason = base::excerpt(file, kShownReason);
  else if (!take_words(listed, base::trim(line.substr(word.size()))))
    return std::string(unknown);
  auto wrong = kind == ListKind::block ? add_content(word, listed) : std::nullopt;
  if (wrong) return *std::move(wrong);
  const auto put = [&](Entries& entries) {
    entries.push_back(std::move(listed));
    ++size_;
    return std::string();
  };
  if (const auto at = word.rfind('@'); at != std::string_view::npos && at != 0)
    return domain_of(word.substr(at + 1)) ? put(addresses_[base::lower(word)]) : std::string(unknown);
  if (const auto network = parse_network(word)) {
    // A network of everybody is a slip, too.
    if (network->prefix == 0) return std::string(unknown);
    const auto kind = class_of(network->address, network->prefix);
    auto found = std::ranges::find(networks_, kind, &decltype(networks_)::value_type::first);
    if (found == networks_.end()) found = networks_.insert(found, {kind, {}});
    return put(found->second[key_of(network->address, network->prefix)]);
  }
  const auto name = domain_of(word.starts_with('@') ? word.substr(1) : word);
  if (name && dns::is_registry_suffix(*name)) return "is a domain that anyone registers below";
  return name ? put(domains_[*name]) : std::string(unknown);
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

// The whole of it, then what its path is below.
const Listed* ListFile::find_path(const std::string& link, base::Time now) const {
  const auto slash = end_of_host(link);
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
  return nullptr;
}

// By its path, then by its host and those above it; each as it stands, then at any port.
const Listed* ListFile::find_url(std::string_view given, base::Time now) const {
  const auto link = with_plain_marks(given);
  const auto slash = end_of_host(link);
  const auto portless = std::string(without_port(std::string_view(link).substr(0, slash)));
  if (!urls_.empty()) {
    if (const auto* hit = find_path(link, now)) return hit;
    if (!portless.empty())
      if (const auto* hit = find_path(portless + link.substr(slash), now)) return hit;
  }
  if (hosts_.empty()) return nullptr;
  for (auto host = std::string_view(link).substr(0, slash); !host.empty();) {
    if (const auto* hit = look(hosts_, std::string(host), now)) return hit;
    if (const auto plain = without_port(host); !plain.empty())
      if (const auto* hit = look(hosts_, std::string(plain), now)) return hit;
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
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
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
    const auto fault = line.size() <= kMaxListLine ? out->add(line, kind)
                                                   : fmt::format("is longer than {} octets", kMaxListLine);
    if (!fault.empty() && ++wrong <= kToldFaults)
      out->faults_.push_back(fmt::format("line {}: \"{}\" {}", number, base::excerpt(line, 80), fault));
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
