#include "base/ip.h"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/text.h"

namespace rampart::base {
namespace {

struct Range {
  std::string_view network;
  unsigned length;
};

// What a stranger's data must never steer a connection to (IANA special-purpose registries; RFC 6890).
constexpr Range kNotPublic[] = {
    {"0.0.0.0", 8},     {"10.0.0.0", 8},   {"100.64.0.0", 10},  {"127.0.0.0", 8},    {"169.254.0.0", 16},
    {"172.16.0.0", 12}, {"192.0.0.0", 24}, {"192.88.99.0", 24}, {"192.168.0.0", 16}, {"198.18.0.0", 15},
    {"224.0.0.0", 3},   {"::", 8},         {"64:ff9b:1::", 48}, {"100::", 64},       {"2001::", 32},
    {"2002::", 16},     {"fc00::", 7},     {"fe80::", 10},      {"fec0::", 10},      {"ff00::", 8},
};

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN + 1];
  if (text.empty() || text.size() >= sizeof buffer) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = 0;
  if (std::memchr(buffer, 0, text.size()) != nullptr) return std::nullopt;
  IpAddress out;
  if (text.find(':') == std::string_view::npos) {
    in_addr v4{};
    if (inet_pton(AF_INET, buffer, &v4) != 1) return std::nullopt;
    std::memcpy(out.bytes_.data(), &v4, 4);
    return out;
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, buffer, &v6) != 1) return std::nullopt;
  out.v4_ = false;
  std::memcpy(out.bytes_.data(), &v6, 16);
  return out;
}

IpAddress IpAddress::v4(std::uint32_t host_order) {
  IpAddress out;
  for (unsigned i = 0; i < 4; ++i) out.bytes_[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  return out;
}

IpAddress IpAddress::v4(std::span<const std::uint8_t, 4> octets) {
  IpAddress out;
  std::ranges::copy(octets, out.bytes_.begin());
  return out;
}

IpAddress IpAddress::v6(std::span<const std::uint8_t, 16> octets) {
  IpAddress out;
  out.v4_ = false;
  std::ranges::copy(octets, out.bytes_.begin());
  return out;
}

std::optional<IpAddress> IpAddress::from_bytes(std::string_view bytes) {
  if (bytes.size() != 4 && bytes.size() != 16) return std::nullopt;
  IpAddress out;
  out.v4_ = bytes.size() == 4;
  std::memcpy(out.bytes_.data(), bytes.data(), bytes.size());
  return out;
}

std::uint32_t IpAddress::v4_value() const {
  return static_cast<std::uint32_t>(bytes_[0]) << 24 | static_cast<std::uint32_t>(bytes_[1]) << 16 |
         static_cast<std::uint32_t>(bytes_[2]) << 8 | bytes_[3];
}

IpAddress IpAddress::unmapped() const {
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (v4_ || !std::equal(kMapped.begin(), kMapped.end(), bytes_.begin())) return *this;
  return v4(std::span<const std::uint8_t, 4>(bytes_.data() + 12, 4));
}

bool IpAddress::in_prefix(const IpAddress& network, unsigned length) const {
  if (v4_ != network.v4_ || length > bits()) return false;
  const unsigned whole = length / 8;
  if (!std::equal(bytes_.begin(), bytes_.begin() + whole, network.bytes_.begin())) return false;
  const unsigned rest = length % 8;
  return rest == 0 || (bytes_[whole] ^ network.bytes_[whole]) >> (8 - rest) == 0;
}

IpAddress IpAddress::masked(unsigned length) const {
  IpAddress out = *this;
  for (unsigned i = 0; i < bits() / 8; ++i) {
    const unsigned kept = length <= i * 8 ? 0 : std::min(8U, length - i * 8);
    out.bytes_[i] = static_cast<std::uint8_t>(out.bytes_[i] & (0xff00U >> kept));
  }
  return out;
}

std::string IpAddress::text() const {
  char buffer[INET6_ADDRSTRLEN];
  inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), buffer, sizeof buffer);
  return buffer;
}

bool is_public(const IpAddress& address) {
  IpAddress judged = address;
  if (judged.is_v6() && judged.in_prefix(*IpAddress::parse("64:ff9b::"), 96)) {
    judged = IpAddress::v4(judged.bytes().subspan<12, 4>());
  }
  return std::ranges::none_of(kNotPublic, [&](const Range& range) {
    return judged.in_prefix(*IpAddress::parse(range.network), range.length);
  });
}

std::string Endpoint::text() const {
  return address.is_v4() ? fmt::format("{}:{}", address.text(), port)
                         : fmt::format("[{}]:{}", address.text(), port);
}

std::optional<Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port) {
  if (const auto address = IpAddress::parse(text)) return Endpoint{*address, default_port};
  const bool bracket = text.starts_with('[');
  const auto end = bracket ? text.find(']') : text.find(':');
  if (end == std::string_view::npos) return std::nullopt;
  const auto address = IpAddress::parse(bracket ? text.substr(1, end - 1) : text.substr(0, end));
  if (!address || address->is_v6() != bracket) return std::nullopt;
  text.remove_prefix(bracket ? end + 1 : end);
  if (text.empty()) return Endpoint{*address, default_port};
  const auto port = text.starts_with(':') ? parse_number(text.substr(1)) : std::nullopt;
  if (!port || *port == 0 || *port > 65535) return std::nullopt;
  return Endpoint{*address, static_cast<std::uint16_t>(*port)};
}

}  // namespace rampart::base
