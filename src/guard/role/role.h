// In what part a message comes: from outside, from a user of ours, through a relay of ours, or from this machine. It decides what
// the message is held to, and whose address SPF is about. Pure.
//
//   const auto standing = stand({.client = ip, .helo = "mail", .authenticated = false}, header, rules);
//   standing.role         Role::relayed
//   standing.ip           the address of the first hop outside
//   standing.why          "198.51.100.7 is a relay of ours; it had it from 192.0.2.25"
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "dns/name.h"
#include "guard/role/declared.h"
#include "mail/header.h"

namespace rampart::guard {

enum class Role : std::uint8_t {
  inbound,     // from outside: authenticated, and held to the sender's policy
  submission,  // from a user of ours: not held to any policy
  relayed,     // from outside, through a relay of ours
  local,       // made on this machine: bounces, list managers, what a content filter puts back
  gateway,     // from a system of ours behind this machine, on its way out: not held to any policy
};
std::string_view to_string(Role role);
constexpr bool is_from_outside(Role role) { return role == Role::inbound || role == Role::relayed; }
// Whose messages are ours to answer for: they are signed, and nothing is asked of DNS for them.
constexpr bool is_of_ours(Role role) { return role == Role::submission || role == Role::gateway; }

// A network in prefix notation, or a single address.
struct Network {
  base::IpAddress address;
  unsigned prefix = 0;

  [[nodiscard]] bool has(const base::IpAddress& ip) const { return ip.unmapped().in_prefix(address, prefix); }
};
base::Result<Network> parse_network(std::string_view text);  // errors of kind config

// Systems of ours behind this machine, such as Exchange or a hosted service: what they send to others goes out through it.
struct GatewayRules {
  std::vector<Network> networks;
  // Networks of a hosted service are its other customers', too: a field that only it adds, and that says whose message it is. Every
  // field of that name has to say so.
  std::string field;  // its name; empty: the networks are ours alone
  std::string value;  // in any case
  std::vector<dns::Name>
      domains;  // whose mail is handed on to them, with everything below: what is for these does not go out
};

struct RoleRules {
  std::optional<Role> anybody = {};          // of whoever comes, where that is said
  std::vector<DeclaredRole> listeners = {};  // by their places; each counts before what the MTA says
  std::vector<DeclaredRole> daemons = {};    // by the names of the MTA's services
  std::vector<Network> trusted;              // whose machines send as users do: printers, applications
  std::vector<Network>
      relays;  // that take mail from outside for us: a secondary MX, a load balancer, a filter
  GatewayRules gateway;
};

struct Peer {
  std::optional<base::IpAddress> client;  // nothing: no internet address, such as a unix socket
  std::string helo;
  bool authenticated = false;                    // {auth_type} of the MTA
  std::span<const std::string> recipients = {};  // addresses; they outlive it
  // Where the MTA asked, as guard.listen has it, and the name of its service ({daemon_name}). Both outlive it; empty: not known.
  std::string_view listener = {};
  std::string_view daemon = {};
};

// What says that a message is by a user or a system of ours, beside the place that it came to: what nothing says it of is not signed.
enum class Proof : std::uint8_t {
  none,
  network,  // its address
  login,
};

struct Standing {
  Role role = Role::inbound;
  Proof proof = Proof::none;
  // Whom SPF is about; nothing where that is not known: SPF is then not judged, and never a fail.
  std::optional<base::IpAddress> ip;
  std::string helo;
  std::string why;  // one clause, printable
};

inline constexpr std::size_t kMaxHops = 20;  // of Received fields that are read; our own

// Whether any of these addresses is in one of the domains, or below.
bool any_within(std::span<const std::string> addresses, std::span<const dns::Name> domains);
bool all_within(std::span<const std::string> addresses, std::span<const dns::Name> domains);

// What the configuration says that the listener is for comes first, then what it says of the MTA's service, then who the client is.
// Neither of the first two gives a proof.
Standing stand(const Peer& peer, const mail::Header& header, const RoleRules& rules);

// The client that a Received field names, as Postfix and sendmail write it (RFC 5321 section 4.4): "from HELO (name [ADDRESS])".
// Nothing where it is not certain which address that is.
struct Hop {
  base::IpAddress ip;
  std::string helo;
};
std::optional<Hop> read_hop(std::string_view received);

}  // namespace rampart::guard
