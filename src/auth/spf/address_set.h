// Sets of IP addresses: what a record lets in, exactly.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "base/ip.h"

namespace rampart::spf {

// A prefix: the first `length` bits of `address` (the rest of its bits do not matter).
struct Network {
  base::IpAddress address;
  unsigned length = 32;

  [[nodiscard]] std::string text() const;  // "192.0.2.0/24", masked; without the length for one address
};

// IPv4 and IPv6 addresses side by side; IPv4-mapped IPv6 addresses are IPv6 here. Sorted, disjoint, not
// touching ranges: every operation is linear in their number.
class AddressSet {
 public:
  static AddressSet everything();
  static AddressSet of(const Network& network);

  void add(const Network& network) { add(of(network)); }
  void add(const AddressSet& other);
  void subtract(const AddressSet& other);
  [[nodiscard]] AddressSet intersection(const AddressSet& other) const;

  [[nodiscard]] bool empty() const { return families_[0].empty() && families_[1].empty(); }
  [[nodiscard]] bool contains(const base::IpAddress& ip) const;
  [[nodiscard]] bool covers(const AddressSet& other) const;  // every set covers the empty one
  [[nodiscard]] std::uint64_t ipv4_count() const;            // addresses, at most 2^32
  [[nodiscard]] std::uint64_t ipv6_count() const;  // /64 networks touched; 2^64 - 1 stands for all of them

  // The fewest prefixes that make up the set, IPv4 first, ascending.
  [[nodiscard]] std::vector<Network> networks() const;
  // How many ranges it is kept as: for limits on work.
  [[nodiscard]] std::size_t size() const { return families_[0].size() + families_[1].size(); }

  friend bool operator==(const AddressSet&, const AddressSet&) = default;

 private:
  using Number = unsigned __int128;
  struct Range {
    Number first = 0;
    Number last = 0;
    friend bool operator==(const Range&, const Range&) = default;
  };
  using Ranges = boost::container::small_vector<Range, 2>;  // a term has one

  static Ranges merged(const Ranges& a, const Ranges& b);
  static Ranges difference(const Ranges& a, const Ranges& b);
  static Ranges common(const Ranges& a, const Ranges& b);

  std::array<Ranges, 2> families_;  // IPv4, IPv6
};

}  // namespace rampart::spf
