// The parts of check_transport (transport.h), one group of findings each.
#pragma once

#include <string>
#include <vector>

#include "audit/assess.h"
#include "audit/report.h"
#include "base/ip.h"
#include "facts/facts.h"

namespace rampart::audit::transport {

inline constexpr std::size_t kMaxHosts =
    10;  // MX hosts looked at; our own, as RFC 7208 section 4.6.4 has it for SPF
inline constexpr std::size_t kMaxAddresses = 8;  // of one MX host; our own
inline constexpr std::size_t kMaxAllAddresses =
    20;  // of all MX hosts; our own: each costs questions for its reverse name and at every block list
inline constexpr std::size_t kMaxBlockLists = 16;  // our own
inline constexpr std::size_t kMaxPtrNames = 4;     // of one address that are followed; our own

struct Host {
  dns::Name name;
  bool alias = false;
  bool missing = false;  // proven to have no address
  bool no_name = false;  // proven not to exist
  std::string why;       // not empty: its addresses are unknown
  std::vector<base::IpAddress> addresses;
  std::size_t addresses_left_out = 0;
};

// The domain's mail servers as DNS has them.
struct Route {
  const Input* input = nullptr;
  const facts::Answer* mx = nullptr;   // never null once looked up
  bool null_mx = false;                // the null MX stands there, alone or not
  bool takes_mail = false;             // at least one server is named, or the domain has an address itself
  std::vector<Host> hosts;             // by preference and name, without address literals
  std::size_t hosts_left_out = 0;      // beyond kMaxHosts
  std::size_t addresses_left_out = 0;  // beyond kMaxAddresses and kMaxAllAddresses
  std::vector<std::string> literals;   // MX targets that are IPv4 addresses

  [[nodiscard]] std::string domain() const { return input->domain.text(); }
};

Route look_route(const Input& input, facts::Facts& facts);

Evidence evidence(const dns::Name& name, dns::RrType type, const facts::Answer& answer,
                  std::string record = {});

struct Reverse {
  bool confirmed = false;
  bool unknown = false;
  std::string names;  // of the PTR records
};

// Forward-confirmed reverse DNS: one of the names of the address leads back to it.
Reverse look_reverse(const base::IpAddress& address, const facts::Answer& ptr, facts::Facts& facts);
// "1.2.0.192.in-addr.arpa"; nothing for an address whose name would be too long.
std::optional<dns::Name> reverse_name(const base::IpAddress& address);

void check_mx(const Route& route, facts::Facts& facts, std::vector<Finding>& findings);
void check_reverse(const Route& route, facts::Facts& facts, std::vector<Finding>& findings);
void check_mta_sts(const Route& route, facts::Facts& facts, std::vector<Finding>& findings);
void check_tls_reports(const Route& route, facts::Facts& facts, std::vector<Finding>& findings);
void check_dane(const Route& route, facts::Facts& facts, std::vector<Finding>& findings);
void check_dnssec(const Route& route, facts::Facts& facts, std::vector<Finding>& findings);
void check_bimi(const Route& route, facts::Facts& facts, std::vector<Finding>& findings);
void check_probes(const Route& route, facts::Facts& facts, std::vector<Finding>& findings);
void check_block_lists(const Route& route, facts::Facts& facts, std::vector<Finding>& findings);

// "1.2.0.192" or the 32 nibbles of an IPv6 address, as reverse zones and block lists have them.
std::string reversed(const base::IpAddress& address);

}  // namespace rampart::audit::transport
