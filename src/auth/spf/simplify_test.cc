#include "auth/spf/simplify.h"

#include <random>

#include <gtest/gtest.h>

#include "auth/spf/address_set.h"
#include "auth/spf/zone_for_tests.h"

namespace rampart::spf {
namespace {

std::string simplified(std::string_view text) { return simplify(parse(text)).value_or("(the same)"); }

TEST(SpfSimplify, DropsWhatNeverDecides) {
  EXPECT_EQ(simplified("v=spf1 a -all mx include:x.example"), "v=spf1 a -all");
  EXPECT_EQ(simplified("v=spf1 mx redirect=x.example -all"), "v=spf1 mx -all");
  EXPECT_EQ(simplified("v=spf1 a mx a -all"), "v=spf1 a mx -all");
  EXPECT_EQ(simplified("v=spf1 include:x.example -include:X.example -all"), "v=spf1 include:x.example -all");
  EXPECT_EQ(simplified("v=spf1 ip4:192.0.2.0/24 mx ip4:192.0.2.77 -all"), "v=spf1 ip4:192.0.2.0/24 mx -all");
  EXPECT_EQ(simplified("v=spf1 ip4:192.0.2.0/24 -ip4:192.0.2.77 -all"), "v=spf1 ip4:192.0.2.0/24 -all");
  EXPECT_EQ(simplified("v=spf1 a -ip4:192.0.2.77 -all"), "v=spf1 a -all");
}

TEST(SpfSimplify, MergesNeighbours) {
  EXPECT_EQ(simplified("v=spf1 ip4:192.0.2.0/25 ip4:192.0.2.128/25 -all"), "v=spf1 ip4:192.0.2.0/24 -all");
  EXPECT_EQ(simplified("v=spf1 ip4:192.0.2.1 ip6:2001:db8::/33 ip4:192.0.2.0 ip6:2001:db8:8000::/33 ~all"),
            "v=spf1 ip4:192.0.2.0/31 ip6:2001:db8::/32 ~all");
  EXPECT_EQ(simplified("v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all"), "v=spf1 ip4:0.0.0.0/0 -all");
}

TEST(SpfSimplify, DropsEmptyWords) {
  EXPECT_EQ(simplified("v=spf1 +A/32 +IP4:192.0.2.1/32 -all"), "v=spf1 a ip4:192.0.2.1 -all");
  EXPECT_EQ(simplified("v=spf1   a   -all  "), "v=spf1 a -all");
}

TEST(SpfSimplify, LeavesWhatMightDiffer) {
  for (const std::string_view text : {
           "v=spf1 -all",
           "v=spf1 a/24 a/25 -all",                               // different sets
           "v=spf1 ip4:192.0.2.0/25 mx ip4:192.0.2.128/25 -all",  // an error at mx stands between
           "v=spf1 ip4:192.0.2.0/25 ?ip4:192.0.2.128/25 -all",    // different results
           "v=spf1 exists:%{s}.x.example exists:%{S}.x.example -all",
           "v=spf1 -ip4:192.0.2.0/24 mx -all",
           "v=spf1 moo",
       }) {
    EXPECT_FALSE(simplify(parse(text))) << text << " -> " << simplified(text);
  }
}

// Records made at random: the shorter one gives the same result for sampled addresses and for every border.
TEST(SpfSimplify, MeansTheSame) {
  std::mt19937 random(1);
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  constexpr std::string_view kQualifiers[] = {"", "", "", "+", "-", "~", "?"};
  constexpr std::string_view kOthers[] = {"a:h.example",        "mx:m.example",         "include:i.example",
                                          "a:h.example/24",     "exists:e.example",     "all",
                                          "redirect=i.example", "include:slow.example", "note=x"};
  const std::string zone = R"(
h.example: [{A: 192.0.2.7}]
m.example: [{MX: [1, h.example]}]
i.example: [{TXT: "v=spf1 ip4:192.0.2.16/29 -all"}]
slow.example: [TIMEOUT]
other.example: [{A: 192.0.2.1}]
)";
  int shorter = 0;
  for (int round = 0; round < 100; ++round) {
    std::string text = "v=spf1";
    bool redirect = false;
    std::vector<base::IpAddress> probes = {
        *base::IpAddress::parse("192.0.2.7"), *base::IpAddress::parse("203.0.113.1"),
        *base::IpAddress::parse("2001:db8::1"), *base::IpAddress::parse("192.0.2.17")};
    for (std::size_t i = 0, count = 2 + pick(7); i < count; ++i) {
      if (pick(3) == 0) {
        const auto word = kOthers[pick(std::size(kOthers))];
        const bool modifier = word.find('=') != std::string_view::npos;
        if (word.starts_with("redirect") && std::exchange(redirect, true)) continue;
        text += fmt::format(" {}{}", modifier ? "" : kQualifiers[pick(std::size(kQualifiers))], word);
      } else {
        const unsigned length = 24 + static_cast<unsigned>(pick(9));
        const Network network{base::IpAddress::v4(0xc0000200U + static_cast<std::uint32_t>(pick(32))),
                              length};
        text += fmt::format(" {}ip4:{}/{}", kQualifiers[pick(std::size(kQualifiers))], network.address.text(),
                            length);
        const auto first = network.address.masked(length).v4_value();
        const auto last = first + static_cast<std::uint32_t>((1ULL << (32 - length)) - 1);
        for (const auto value : {first - 1, first, last, last + 1})
          probes.push_back(base::IpAddress::v4(value));
      }
    }
    const auto shortened = simplify(parse(text));
    if (!shortened) continue;
    ++shorter;
    EXPECT_LT(shortened->size(), text.size());
    for (const auto& ip : probes) {
      const auto outcome = [&](const std::string& record) {
        const Input input = input_for(ip, "x@d.example", "h.example");
        return testing::decide_over(zone + "d.example: [{TXT: \"" + record + "\"}]\n",
                                    [&](facts::Facts& facts) { return check_host(input, facts); })
            .decision;
      };
      const auto before = outcome(text);
      if (before.why == Reason::void_limit) continue;  // repeated terms may be what ran into it
      EXPECT_EQ(before.result, outcome(*shortened).result) << ip.text() << "\n" << text << "\n" << *shortened;
    }
  }
  EXPECT_GT(shorter, 40);
}

Network network_of(std::string_view text) {
  const auto slash = text.find('/');
  const auto ip = *base::IpAddress::parse(text.substr(0, slash));
  return {ip, static_cast<unsigned>(*base::parse_number(text.substr(slash + 1)))};
}

AddressSet set_of(std::initializer_list<std::string_view> networks) {
  AddressSet out;
  for (const auto text : networks) out.add(network_of(text));
  return out;
}

std::string text_of(const AddressSet& set) {
  std::string out;
  for (const Network& network : set.networks()) out += network.text() + " ";
  return out;
}

TEST(SpfAddressSet, CountsAndCovers) {
  EXPECT_EQ(AddressSet::everything().ipv4_count(), 1ULL << 32);
  EXPECT_EQ(AddressSet::everything().ipv6_count(), ~0ULL);
  EXPECT_EQ(text_of(AddressSet::everything()), "0.0.0.0/0 ::/0 ");
  const auto set =
      set_of({"192.0.2.0/24", "192.0.2.128/25", "2001:db8::1/128", "2001:db8::2/128", "2001:db8:0:1::/64"});
  EXPECT_EQ(set.ipv4_count(), 256U);
  EXPECT_EQ(set.ipv6_count(), 2U);
  EXPECT_TRUE(set.contains(*base::IpAddress::parse("192.0.2.255")));
  EXPECT_FALSE(set.contains(*base::IpAddress::parse("192.0.3.0")));
  EXPECT_TRUE(set.covers(set_of({"192.0.2.3/32"})));
  EXPECT_FALSE(set.covers(set_of({"192.0.2.0/23"})));
  EXPECT_TRUE(set.covers({}));
}

TEST(SpfAddressSet, SubtractsAndIntersects) {
  auto set = set_of({"192.0.2.0/24"});
  set.subtract(set_of({"192.0.2.64/26", "192.0.2.255/32"}));
  EXPECT_EQ(set.ipv4_count(), 191U);
  EXPECT_EQ(text_of(set.intersection(set_of({"192.0.2.0/25"}))), "192.0.2.0/26 ");
  set.subtract(AddressSet::everything());
  EXPECT_TRUE(set.empty());
  auto all = AddressSet::everything();
  all.subtract(set_of({"0.0.0.0/1", "::/1"}));
  EXPECT_EQ(text_of(all), "128.0.0.0/1 8000::/1 ");
}

TEST(SpfAddressSet, AgreesWithMembershipOnRandomSets) {
  std::mt19937 random(2);
  const auto make = [&] {
    AddressSet out;
    for (int i = 0; i < 6; ++i) {
      out.add({base::IpAddress::v4(0xc0000200U + random() % 64), 26 + static_cast<unsigned>(random() % 7)});
    }
    return out;
  };
  for (int round = 0; round < 200; ++round) {
    const auto a = make();
    const auto b = make();
    auto sum = a;
    sum.add(b);
    auto rest = a;
    rest.subtract(b);
    const auto both = a.intersection(b);
    AddressSet again;
    for (const Network& network : sum.networks()) again.add(network);
    EXPECT_EQ(again, sum);
    for (std::uint32_t value = 0xc00001f0U; value < 0xc0000260U; ++value) {
      const auto ip = base::IpAddress::v4(value);
      EXPECT_EQ(sum.contains(ip), a.contains(ip) || b.contains(ip));
      EXPECT_EQ(rest.contains(ip), a.contains(ip) && !b.contains(ip));
      EXPECT_EQ(both.contains(ip), a.contains(ip) && b.contains(ip));
    }
  }
}

}  // namespace
}  // namespace rampart::spf
