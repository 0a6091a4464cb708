// IP addresses and prefixes, by value.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rampart::base {

// An IPv4 or IPv6 address. IPv4-mapped IPv6 addresses (::ffff:a.b.c.d) stay IPv6 until unmapped() is called.
class IpAddress {
 public:
  constexpr IpAddress() = default;

  // Dotted quad or RFC 4291 text; no brackets, no zone id, no leading zeros in IPv4 octets.
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress v4(std::uint32_t host_order);
  static IpAddress v4(std::span<const std::uint8_t, 4> octets);
  static IpAddress v6(std::span<const std::uint8_t, 16> octets);
  // 4 or 16 raw network-order bytes, as an A or AAAA record holds them.
  static std::optional<IpAddress> from_bytes(std::string_view bytes);

  [[nodiscard]] bool is_v4() const { return v4_; }
  [[nodiscard]] bool is_v6() const { return !v4_; }
  [[nodiscard]] unsigned bits() const { return v4_ ? 32 : 128; }
  // The network-order bytes: 4 or 16 of them. Valid while *this lives.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return {bytes_.data(), v4_ ? 4U : 16U}; }
  [[nodiscard]] std::uint32_t v4_value() const;
  [[nodiscard]] IpAddress unmapped() const;  // ::ffff:a.b.c.d becomes a.b.c.d; anything else itself
  // Whether the first `length` bits are those of `network`; false across families and for a length over
  // bits().
  [[nodiscard]] bool in_prefix(const IpAddress& network, unsigned length) const;
  [[nodiscard]] IpAddress masked(unsigned length) const;
  [[nodiscard]] std::string text() const;  // RFC 5952

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  bool v4_ = true;
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  [[nodiscard]] std::string text() const;  // 192.0.2.1:53, [2001:db8::1]:53
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

// `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:5353`; the port is 1 to
// 65535.
std::optional<Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port);

// Whether an address may be reached by anyone on the internet: all that a probe may connect to. Private,
// loopback, link-local, shared, benchmarking, multicast, 6to4, Teredo and every IPv4-mapped address are not
// public; NAT64 (64:ff9b::/96) is judged by the address inside.
bool is_public(const IpAddress& address);

}  // namespace rampart::base
