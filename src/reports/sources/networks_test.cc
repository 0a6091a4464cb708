#include "reports/sources/networks.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "store/store_test.h"

namespace rampart::reports {
namespace {

using testing::HasSubstr;

// A database in MaxMind's format 2.0 with one network, 192.0.2.0/24, made byte for byte as its specification says: a
// binary tree of 24-bit records, 16 zero bytes, the data, and behind a marker the metadata.
std::string map(std::size_t size) { return std::string(1, static_cast<char>(0xe0 | size)); }
std::string text(std::string_view value) {
  if (value.size() < 29) return std::string(1, static_cast<char>(0x40 | value.size())).append(value);
  return std::string(1, '\x5d').append(1, static_cast<char>(value.size() - 29)).append(value);
}
std::string number16(unsigned value) {
  return std::string("\xa2").append(1, static_cast<char>(value >> 8)).append(1, static_cast<char>(value));
}
std::string number32(unsigned value) {
  std::string out("\xc4");
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  return out;
}

std::string database(std::string_view type, std::string_view data) {
  constexpr unsigned kNodes = 24;
  constexpr unsigned kNetwork = 0xc00002;  // 192.0.2
  std::string out;
  const auto record = [&](unsigned value) {
    for (int shift = 16; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  };
  for (unsigned node = 0; node < kNodes; ++node) {
    const bool bit = ((kNetwork >> (kNodes - 1 - node)) & 1U) != 0;
    const unsigned next = node + 1 < kNodes ? node + 1 : kNodes + 16;  // the first byte of the data
    record(bit ? kNodes : next);
    record(bit ? next : kNodes);
  }
  out.append(16, '\0').append(data);
  out += "\xab\xcd\xefMaxMind.com";
  out += map(9);
  out += text("node_count") + number32(kNodes);
  out += text("record_size") + number16(24);
  out += text("ip_version") + number16(4);
  out += text("database_type") + text(type);
  out += text("languages") + std::string("\x01\x04", 2) + text("en");
  out += text("binary_format_major_version") + number16(2);
  out += text("binary_format_minor_version") + number16(0);
  out += text("build_epoch") + std::string("\x04\x02", 2) + std::string("\x65\x00\x00\x00", 4);
  out += text("description") + map(1) + text("en") + text("a test");
  return out;
}

std::string geolite() {
  return map(2) + text("autonomous_system_number") + number32(24940) +
         text("autonomous_system_organization") + text("Hetzner \x1bOnline");
}

class NetworksTest : public ::testing::Test {
 protected:
  std::string write(std::string_view bytes) {
    auto path = (folder_.path() / "asn.mmdb").string();
    EXPECT_TRUE(base::write_file(path, bytes));
    return path;
  }
  static std::string name(const NetworkDatabase& networks, std::string_view address) {
    const auto out = networks.name_of(*base::IpAddress::parse(address));
    return out ? *out : "error: " + out.error().message();
  }

  store::TemporaryFolder folder_;
};

TEST_F(NetworksTest, NamesTheNetworkOfAnAddress) {
  const auto networks = NetworkDatabase::open(write(database("GeoLite2-ASN", geolite())));
  ASSERT_TRUE(networks) << networks.error().message();
  EXPECT_EQ(name(*networks, "192.0.2.200"), "AS24940 Hetzner \\x1bOnline");
  EXPECT_EQ(name(*networks, "192.0.3.1"), "");
  EXPECT_EQ(name(*networks, "2001:db8::1"), "") << "it holds none of IPv6";
}

TEST_F(NetworksTest, ReadsIpinfosKeysToo) {
  const auto data = map(2) + text("asn") + text("AS64500") + text("as_name") + text("Example Net");
  const auto networks = NetworkDatabase::open(write(database("ipinfo generic_asn_free.mmdb", data)));
  ASSERT_TRUE(networks) << networks.error().message();
  EXPECT_EQ(name(*networks, "192.0.2.1"), "AS64500 Example Net");
}

TEST_F(NetworksTest, RefusesWhatIsNone) {
  auto refused = NetworkDatabase::open((folder_.path() / "missing.mmdb").string());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, base::ErrorKind::config);
  EXPECT_THAT(refused.error().hint, HasSubstr("reports.asn_database"));
  EXPECT_FALSE(NetworkDatabase::open(write("no database")));
  EXPECT_FALSE(NetworkDatabase::open(write("")));
  refused = NetworkDatabase::open(write(database("GeoLite2-Country", geolite())));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("another kind (GeoLite2-Country)"));
}

TEST_F(NetworksTest, ADamagedFileIsAnErrorOrKnowsNothing) {
  const auto whole = database("GeoLite2-ASN", geolite());
  // Up to the metadata: in those the library loses memory, once, when it refuses them.
  for (std::size_t at = 0; at < whole.find("\xab\xcd\xef"); ++at) {
    auto broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ 0x55);
    const auto networks = NetworkDatabase::open(write(broken));
    if (networks) EXPECT_LT(name(*networks, "192.0.2.1").size(), 1'000U);
    const auto cut = NetworkDatabase::open(write(std::string_view(whole).substr(0, at)));
    if (cut) EXPECT_LT(name(*cut, "192.0.2.1").size(), 1'000U);
  }
}

}  // namespace
}  // namespace rampart::reports
