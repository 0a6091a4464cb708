#include "guard/role/role.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"
#include "mail/domain_part.h"
#include "net/resolvers.h"

namespace rampart::guard {
namespace {

bool any_has(const std::vector<Network>& networks, const base::IpAddress& ip) {
  return std::ranges::any_of(networks, [&](const Network& network) { return network.has(ip); });
}

bool is_here(const base::IpAddress& ip) { return net::is_loopback(ip.unmapped()); }

// Relays write what they had the message from into fields of their own, the newest at the top. What stands below the first that
// none of them wrote is a stranger's, and is not read.
Standing behind_relay(const Peer& peer, const mail::Header& header, const RoleRules& rules) {
  Standing out{.role = Role::relayed,
               .proof = Proof::none,
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
    if (any_has(rules.relays, hop->ip) || is_here(hop->ip)) continue;
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
  Standing out{.role = Role::inbound,
               .proof = Proof::none,
               .ip = peer.client,
               .helo = peer.helo,
               .why = peer.client->text()};
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
  out.proof = Proof::network;
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

namespace {

// Who says that it is a user's.
Proof proof_of(const Peer& peer, const RoleRules& rules) {
  if (peer.authenticated) return Proof::login;
  return peer.client && any_has(rules.trusted, *peer.client) ? Proof::network : Proof::none;
}

// What the configuration says of the place that it came to.
std::optional<Standing> at_declared(const Peer& peer, const mail::Header& header, const RoleRules& rules) {
  Standing out{.role = Role::inbound, .proof = Proof::none, .ip = peer.client, .helo = peer.helo, .why = {}};
  if (rules.anybody) {
    out.role = *rules.anybody;
    out.why = fmt::format("all that comes is {}", to_string(out.role));
  } else if (const auto role = declared_role(rules.listeners, peer.listener)) {
    out.role = *role;
    out.why = fmt::format("the listener {} is for {} (guard.listen)", peer.listener, to_string(out.role));
  } else if (const auto daemon = declared_role(rules.daemons, peer.daemon)) {
    out.role = *daemon;
    out.why = fmt::format("the mail server's service {} is for {} (guard.daemon_roles)", peer.daemon,
                          to_string(out.role));
  } else {
    return std::nullopt;
  }
  // What a relay of ours hands on is from outside, too.
  if (out.role == Role::inbound && peer.client && any_has(rules.relays, *peer.client))
    return behind_relay(peer, header, rules);
  if (out.role != Role::submission) return out;
  out.proof = proof_of(peer, rules);
  if (out.proof == Proof::login) out.why += ", and the client authenticated itself";
  if (out.proof == Proof::network)
    out.why += fmt::format(", and {} is in a trusted network", peer.client->text());
  if (out.proof == Proof::none) out.why += "; but nobody logged in, and the client is in no trusted network";
  return out;
}

}  // namespace

Standing stand(const Peer& peer, const mail::Header& header, const RoleRules& rules) {
  const auto as = [&](Role role, std::string why, Proof proof = Proof::none) {
    return Standing{
        .role = role, .proof = proof, .ip = peer.client, .helo = peer.helo, .why = std::move(why)};
  };
  if (auto out = at_declared(peer, header, rules)) return *std::move(out);
  if (peer.authenticated)
    return as(Role::submission, "the client authenticated itself to the MTA", Proof::login);
  if (!peer.client) return as(Role::local, "it was made on this machine");
  if (auto out = behind_gateway(peer, header, rules.gateway);
      out && (out->role == Role::gateway ||
              !(any_has(rules.trusted, *peer.client) || any_has(rules.relays, *peer.client))))
    return *std::move(out);
  if (any_has(rules.relays, *peer.client)) return behind_relay(peer, header, rules);
  if (any_has(rules.trusted, *peer.client))
    return as(Role::submission, fmt::format("{} is in a trusted network", peer.client->text()),
              Proof::network);
  if (is_here(*peer.client)) return as(Role::local, "it was made on this machine");
  return as(Role::inbound, fmt::format("{} is none of ours", peer.client->text()));
}

}  // namespace rampart::guard
