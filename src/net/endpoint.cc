#include "net/endpoint.h"

#include <filesystem>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"

namespace rampart::net {
namespace {

constexpr std::size_t kMaxResolvConf = 1 << 20;  // octets; our own

base::Result<Endpoint> bad_endpoint(std::string_view text) {
  return base::fail(base::ErrorKind::usage, "this is not the address of a resolver", base::excerpt(text, 80),
                    "give an IP address and, if it is not 53, a port: 192.0.2.1, 192.0.2.1:5353 or "
                    "[2001:db8::1]:5353");
}

}  // namespace

std::string Endpoint::text() const {
  return address.is_v4() ? fmt::format("{}:{}", address.text(), port)
                         : fmt::format("[{}]:{}", address.text(), port);
}

bool Endpoint::is_loopback() const {
  static const auto v4 = *base::IpAddress::parse("127.0.0.0");
  static const auto v6 = *base::IpAddress::parse("::1");
  return address.in_prefix(v4, 8) || address == v6;
}

base::Result<Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port) {
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return bad_endpoint(text);
    host = text.substr(1, close - 1);
    port = text.substr(close + 1);
    if (!port.empty() && !port.starts_with(':')) return bad_endpoint(text);
    if (host.find(':') == std::string_view::npos) return bad_endpoint(text);
  } else if (const auto colon = text.find(':'); colon == text.rfind(':') && colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon);
  }
  const auto address = base::IpAddress::parse(host);
  if (!address) return bad_endpoint(text);
  Endpoint endpoint{*address, default_port};
  if (!port.empty()) {
    const auto number = base::parse_number(port.substr(1));
    if (!number || *number == 0 || *number > 65535) return bad_endpoint(text);
    endpoint.port = static_cast<std::uint16_t>(*number);
  }
  return endpoint;
}

std::vector<Endpoint> parse_resolv_conf(std::string_view text) {
  std::vector<Endpoint> out;
  for (std::string_view line : base::split(text, '\n')) {
    line = line.substr(0, line.find_first_of("#;"));
    line = base::trim(line);
    constexpr std::string_view kKeyword = "nameserver";
    if (!line.starts_with(kKeyword) || line.size() == kKeyword.size() ||
        !base::is_wsp(line[kKeyword.size()])) {
      continue;
    }
    line = base::trim(line.substr(kKeyword.size()));
    line = line.substr(0, line.find_first_of(" \t"));
    const auto address = base::IpAddress::parse(line);
    if (address && out.size() < kMaxResolvers) out.push_back({*address, kDnsPort});
  }
  return out;
}

base::Result<std::vector<Endpoint>> system_resolvers(const std::string& path) {
  std::vector<Endpoint> out;
  if (std::error_code missing; std::filesystem::exists(path, missing)) {
    out = parse_resolv_conf(TRY(base::read_file(path, kMaxResolvConf)));
  }
  if (out.empty()) out.push_back({*base::IpAddress::parse("127.0.0.1"), kDnsPort});
  return out;
}

}  // namespace rampart::net
