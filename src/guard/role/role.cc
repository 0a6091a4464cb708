#include "guard/role/role.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"
#include "mail/domain_part.h"

namespace rampart::guard {
namespace {

bool any_has(const std::vector<Network>& networks, const base::IpAddress& ip) {
  return std::ranges::any_of(networks, [&](const Network& network) { return network.has(ip); });
}

bool is_loopback(const base::IpAddress& ip) {
  const auto plain = ip.unmapped();
  return plain.is_v4() ? plain.in_prefix(*base::IpAddress::parse("127.0.0.0"), 8)
                       : plain == *base::IpAddress::parse("::1");
}

// Relays write what they had the message from into fields of their own, the newest at the top. What stands below the first that
// none of them wrote is a stranger's, and is not read.
Standing behind_relay(const Peer& peer, const mail::Header& header, const RoleRules& rules) {
  Standing out{.role = Role::relayed,
               .ip = {},
               .helo = {},
               .why = fmt::format("{} is a relay of ours", peer.client->text())};
  std::size_t hops = 0;
  for (const auto& field : header.fields) {
    if (!field.is("Received")) continue;
    const auto hop = ++hops <= kMaxHops ? read_hop(field.value) : std::nullopt;
    if (!hop) {
      out.why += "; from whom it had it cannot be read";
      return out;
    }
    if (any_has(rules.relays, hop->ip) || is_loopback(hop->ip)) continue;
    out.ip = hop->ip;
    out.helo = hop->helo;
    out.why += fmt::format("; it had it from {}", hop->ip.text());
    return out;
  }
  out.why += "; it does not say from whom it had it";
  return out;
}

bool is_within(std::string_view address, std::span<const dns::Name> domains) {
  const auto domain = dns::parse_domain(mail::domain_part(address));
  return domain && std::ranges::any_of(domains, [&](const dns::Name& own) { return domain->is_within(own); });
}

// Nothing: no system of ours behind this machine sends it.
std::optional<Standing> behind_gateway(const Peer& peer, const mail::Header& header,
                                       const GatewayRules& rules) {
  if (!any_has(rules.networks, *peer.client)) return std::nullopt;
  Standing out{.role = Role::inbound, .ip = peer.client, .helo = peer.helo, .why = peer.client->text()};
  if (!rules.domains.empty() && all_within(peer.recipients, rules.domains)) {
    out.why += peer.recipients.empty()
                   ? " is in guard.gateway_networks, but for whom the message is is not known"
                   : " is in guard.gateway_networks, but the message does not go out";
    return out;
  }
  if (!rules.field.empty()) {
    // A service that adds its own and leaves a sender's where it was has both there: nobody can say which one is whose.
    const auto says = [&](const mail::Field& field) {
      return base::iequals(base::trim(mail::unfold(field.value)), rules.value);
    };
    const auto all =
        std::ranges::count_if(header.fields, [&](const auto& one) { return one.is(rules.field); });
    const auto ours = std::ranges::count_if(
        header.fields, [&](const auto& one) { return one.is(rules.field) && says(one); });
    if (ours == 0 || ours != all) {
      out.why += fmt::format(" is in guard.gateway_networks, but {} \"{}: {}\"",
                             ours == 0 ? "no field says" : "not every field says", rules.field, rules.value);
      return out;
    }
  }
  out.role = Role::gateway;
  out.why += " is a system of ours behind this machine, and the message goes out";
  return out;
}

}  // namespace

bool any_within(std::span<const std::string> addresses, std::span<const dns::Name> domains) {
  return !domains.empty() &&
         std::ranges::any_of(addresses, [&](const auto& one) { return is_within(one, domains); });
}

bool all_within(std::span<const std::string> addresses, std::span<const dns::Name> domains) {
  return std::ranges::all_of(addresses, [&](const auto& one) { return is_within(one, domains); });
}

std::string_view to_string(Role role) {
  constexpr std::array<std::string_view, 5> kWords{"inbound", "submission", "relayed", "local", "gateway"};
  return kWords[static_cast<std::size_t>(role)];
}

base::Result<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = base::IpAddress::parse(text.substr(0, slash));
  const auto wrong = [&] {
    return base::fail(base::ErrorKind::config, fmt::format("\"{}\" is no network", base::printable(text)), {},
                      "write 192.0.2.0/24, 2001:db8::/32, or an address");
  };
  if (!address) return wrong();
  Network out{.address = *address, .prefix = address->bits()};
  if (slash == std::string_view::npos) return out;
  const auto length = base::parse_number(text.substr(slash + 1));
  if (!length || *length > address->bits()) return wrong();
  out.prefix = static_cast<unsigned>(*length);
  return out;
}

namespace {

// The comments of a text, each without its outer parentheses.
std::vector<std::string_view> comments_of(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') {
      if (depth == 0) begin = i + 1;
      ++depth;
    } else if (text[i] == ')' && depth != 0) {
      --depth;
      if (depth == 0) out.push_back(text.substr(begin, i - begin));
    }
  }
  return out;
}

}  // namespace

std::optional<Hop> read_hop(std::string_view received) {
  const auto text = base::trim(received);
  if (!base::istarts_with(text, "from ") && !base::istarts_with(text, "from\t")) return std::nullopt;
  const auto clause = base::trim(text.substr(5));
  // HELO is the client's own word, of which MTAs take spaces and parentheses, too. Where that makes two comments with an address, or
  // one within another, nobody can say which one the relay wrote.
  std::optional<std::string_view> found;
  for (const auto comment : comments_of(clause)) {
    if (comment.find('[') == std::string_view::npos) continue;
    if (found || comment.find('(') != std::string_view::npos || std::ranges::count(comment, '[') != 1)
      return std::nullopt;
    found = comment;
  }
  if (!found) return std::nullopt;
  auto address = found->substr(found->find('[') + 1);
  address = address.substr(0, address.find(']'));
  if (base::istarts_with(address, "IPv6:")) address.remove_prefix(5);
  const auto ip = base::IpAddress::parse(address);
  if (!ip) return std::nullopt;
  return Hop{.ip = *ip, .helo = std::string(clause.substr(0, clause.find_first_of(" \t\r\n(")))};
}

Standing stand(const Peer& peer, const mail::Header& header, const RoleRules& rules) {
  const auto as = [&](Role role, std::string why) {
    return Standing{.role = role, .ip = peer.client, .helo = peer.helo, .why = std::move(why)};
  };
  if (peer.authenticated) return as(Role::submission, "the client authenticated itself to the MTA");
  if (rules.listener && *rules.listener != Role::relayed)
    return as(*rules.listener, fmt::format("the listener is for {}", to_string(*rules.listener)));
  if (!peer.client) return as(Role::local, "it was made on this machine");
  if (auto out = behind_gateway(peer, header, rules.gateway);
      out && (out->role == Role::gateway ||
              !(any_has(rules.trusted, *peer.client) || any_has(rules.relays, *peer.client))))
    return *std::move(out);
  if (any_has(rules.relays, *peer.client)) return behind_relay(peer, header, rules);
  if (any_has(rules.trusted, *peer.client))
    return as(Role::submission, fmt::format("{} is in a trusted network", peer.client->text()));
  if (is_loopback(*peer.client)) return as(Role::local, "it was made on this machine");
  return as(Role::inbound, fmt::format("{} is none of ours", peer.client->text()));
}

}  // namespace rampart::guard
