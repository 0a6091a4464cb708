#include "net/resolvers.h"

#include <filesystem>

#include "base/file.h"
#include "base/text.h"

namespace rampart::net {
namespace {

constexpr std::size_t kMaxResolvConf = 1 << 20;  // octets; our own

}  // namespace

bool is_loopback(const base::IpAddress& address) {
  static const auto v4 = *base::IpAddress::parse("127.0.0.0");
  static const auto v6 = *base::IpAddress::parse("::1");
  return address.in_prefix(v4, 8) || address == v6;
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
