#include "net/http/forwarded.h"

#include <algorithm>
#include <ranges>
#include <string>
#include <vector>

#include "base/text.h"

namespace rampart::net::http {
namespace {

using base::IpAddress;

// What one proxy says of whom it was asked by.
struct Hop {
  std::string node;   // an address, with or without a port; or anything else
  std::string proto;  // empty: it says nothing of it
};

// 192.0.2.1, 192.0.2.1:80, 2001:db8::1, [2001:db8::1], [2001:db8::1]:80 (RFC 7239 section 6).
std::optional<IpAddress> node_address(std::string_view node) {
  if (const auto plain = IpAddress::parse(node)) return plain->unmapped();
  if (node.starts_with('[')) {
    const auto end = node.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto rest = node.substr(end + 1);
    if (!rest.empty() && !rest.starts_with(':')) return std::nullopt;
    const auto address = IpAddress::parse(node.substr(1, end - 1));
    if (!address || address->is_v4()) return std::nullopt;
    return address->unmapped();
  }
  const auto colon = node.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto address = IpAddress::parse(node.substr(0, colon));
  return address && address->is_v4() ? address : std::nullopt;
}

// The pairs of an element, cut outside of quoted strings (RFC 9110 section 5.6.4). Nothing when a quote is not closed.
std::optional<std::vector<std::string_view>> pairs_of(std::string_view text) {
  std::vector<std::string_view> out;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == ';') {
      out.push_back(base::trim(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  if (quoted) return std::nullopt;
  out.push_back(base::trim(text.substr(begin)));
  return out;
}

std::string unquoted(std::string_view value) {
  if (value.size() < 2 || !value.starts_with('"') || !value.ends_with('"')) return std::string(value);
  std::string out;
  for (std::size_t i = 1; i + 1 < value.size(); ++i) {
    if (value[i] == '\\' && i + 2 < value.size()) ++i;
    out += value[i];
  }
  return out;
}

// All values of a field as one list, from its right end. It is cut at every comma, quoted or not: what a proxy appends has none within
// quotes, and a quote that the client leaves open must not swallow it.
std::vector<std::string_view> reversed_list(const Fields& fields, std::string_view name) {
  std::vector<std::string_view> out;
  for (const auto& [field, value] : fields | std::views::reverse) {
    if (!base::iequals(field, name)) continue;
    for (const auto part : base::split(value, ',') | std::views::reverse) {
      if (out.size() == kMaxHops) return out;
      out.push_back(base::trim(part));
    }
  }
  return out;
}

std::optional<Hop> read_forwarded(std::string_view element) {
  const auto pairs = pairs_of(element);
  if (!pairs) return std::nullopt;
  Hop out;
  for (const auto pair : *pairs) {
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto name = pair.substr(0, equals);
    auto* const target = base::iequals(name, "for")     ? &out.node
                         : base::iequals(name, "proto") ? &out.proto
                                                        : nullptr;
    if (target == nullptr) continue;
    if (!target->empty()) return std::nullopt;  // section 4: once in an element
    *target = unquoted(pair.substr(equals + 1));
  }
  return out;
}

}  // namespace

std::optional<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Network{*address, address->bits()};
  const auto length = base::parse_number(text.substr(slash + 1));
  if (!length || *length > address->bits()) return std::nullopt;
  return Network{*address, static_cast<unsigned>(*length)};
}

Client client_of(const Fields& fields, const Client& socket, std::span<const Network> trusted,
                 ForwardField field) {
  const auto is_trusted = [&](const IpAddress& one) {
    return std::ranges::any_of(trusted, [&](const Network& network) { return network.has(one); });
  };
  if (!is_trusted(socket.address)) return socket;
  Client out = socket;
  if (field == ForwardField::x_forwarded) {
    for (const auto node : reversed_list(fields, "X-Forwarded-For")) {
      const auto address = node_address(node);
      if (!address) break;
      out.address = *address;
      if (!is_trusted(*address)) break;
    }
    // The last is that of the proxy which asks us.
    if (const auto protos = reversed_list(fields, "X-Forwarded-Proto"); !protos.empty())
      out.secure = base::iequals(protos.front(), "https");
    return out;
  }
  for (const auto element : reversed_list(fields, "Forwarded")) {
    const auto hop = read_forwarded(element);
    if (!hop) break;
    const auto address = node_address(hop->node);
    if (!address) break;
    out.address = *address;
    if (!hop->proto.empty()) out.secure = base::iequals(hop->proto, "https");
    if (!is_trusted(*address)) break;
  }
  return out;
}

}  // namespace rampart::net::http
