#include "auth/spf/address_set.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace rampart::spf {
namespace {

using Number = unsigned __int128;

constexpr Number kLast[] = {0xffffffff, ~Number{0}};  // by family
constexpr unsigned kBits[] = {32, 128};

Number number_of(const base::IpAddress& ip) {
  Number value = 0;
  for (const std::uint8_t byte : ip.bytes()) value = value << 8 | byte;
  return value;
}

base::IpAddress address_of(Number value, std::size_t family) {
  if (family == 0) return base::IpAddress::v4(static_cast<std::uint32_t>(value));
  std::array<std::uint8_t, 16> bytes;
  for (std::size_t i = 16; i-- > 0; value >>= 8) bytes[i] = static_cast<std::uint8_t>(value);
  return base::IpAddress::v6(bytes);
}

// The addresses of a prefix of `bits` free bits, less one.
Number span_of(unsigned free_bits) { return free_bits == 0 ? 0 : ~Number{0} >> (128 - free_bits); }

}  // namespace

std::string Network::text() const {
  const auto masked = address.masked(length);
  return length == address.bits() ? masked.text() : fmt::format("{}/{}", masked.text(), length);
}

AddressSet AddressSet::everything() {
  AddressSet out;
  out.families_ = {Ranges{{0, kLast[0]}}, Ranges{{0, kLast[1]}}};
  return out;
}

AddressSet AddressSet::of(const Network& network) {
  const std::size_t family = network.address.is_v4() ? 0 : 1;
  const Number span = span_of(kBits[family] - std::min(network.length, kBits[family]));
  const Number first = number_of(network.address) & ~span;
  AddressSet out;
  out.families_[family] = {{first, first | span}};
  return out;
}

AddressSet::Ranges AddressSet::merged(const Ranges& a, const Ranges& b) {
  Ranges all;
  all.reserve(a.size() + b.size());
  std::ranges::merge(a, b, std::back_inserter(all), {}, &Range::first, &Range::first);
  Ranges out;
  for (const Range& range : all) {
    // `first - 1` cannot wrap: a range that begins at 0 is the first, or touches the one before it
    if (!out.empty() && (range.first == 0 || range.first - 1 <= out.back().last)) {
      out.back().last = std::max(out.back().last, range.last);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

AddressSet::Ranges AddressSet::difference(const Ranges& a, const Ranges& b) {
  Ranges out;
  auto hole = b.begin();
  for (Range range : a) {
    while (hole != b.end() && hole->last < range.first) ++hole;
    bool left = true;
    for (auto cut = hole; cut != b.end() && cut->first <= range.last; ++cut) {
      if (cut->first > range.first) out.push_back({range.first, cut->first - 1});
      if (cut->last >= range.last) {
        left = false;
        break;
      }
      range.first = cut->last + 1;
      hole = cut;
    }
    if (left) out.push_back(range);
  }
  return out;
}

AddressSet::Ranges AddressSet::common(const Ranges& a, const Ranges& b) {
  Ranges out;
  for (auto left = a.begin(), right = b.begin(); left != a.end() && right != b.end();) {
    const Number first = std::max(left->first, right->first);
    const Number last = std::min(left->last, right->last);
    if (first <= last) out.push_back({first, last});
    left->last < right->last ? ++left : ++right;
  }
  return out;
}

void AddressSet::add(const AddressSet& other) {
  for (std::size_t family = 0; family < 2; ++family) {
    if (!other.families_[family].empty()) {
      families_[family] = merged(families_[family], other.families_[family]);
    }
  }
}

void AddressSet::subtract(const AddressSet& other) {
  for (std::size_t family = 0; family < 2; ++family) {
    if (!other.families_[family].empty()) {
      families_[family] = difference(families_[family], other.families_[family]);
    }
  }
}

AddressSet AddressSet::intersection(const AddressSet& other) const {
  AddressSet out;
  for (std::size_t family = 0; family < 2; ++family) {
    out.families_[family] = common(families_[family], other.families_[family]);
  }
  return out;
}

bool AddressSet::contains(const base::IpAddress& ip) const {
  const Ranges& ranges = families_[ip.is_v4() ? 0 : 1];
  const Number value = number_of(ip);
  const auto after = std::ranges::upper_bound(ranges, value, {}, &Range::first);
  return after != ranges.begin() && value <= std::prev(after)->last;
}

bool AddressSet::covers(const AddressSet& other) const {
  AddressSet rest = other;
  rest.subtract(*this);
  return rest.empty();
}

std::uint64_t AddressSet::ipv4_count() const {
  std::uint64_t count = 0;
  for (const Range& range : families_[0]) count += static_cast<std::uint64_t>(range.last - range.first) + 1;
  return count;
}

std::uint64_t AddressSet::ipv6_count() const {
  Number count = 0;
  std::optional<Number> counted;  // the last /64 counted: two ranges may touch the same one
  for (const Range& range : families_[1]) {
    Number first = range.first >> 64;
    const Number last = range.last >> 64;
    if (counted && first <= *counted) first = *counted + 1;
    if (first <= last) count += last - first + 1;
    counted = last;
  }
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  return count > kMost ? kMost : static_cast<std::uint64_t>(count);
}

std::vector<Network> AddressSet::networks() const {
  std::vector<Network> out;
  for (std::size_t family = 0; family < 2; ++family) {
    for (const Range& range : families_[family]) {
      for (Number at = range.first;;) {
        unsigned free_bits = 0;  // the largest prefix that begins here and does not reach beyond the range
        while (free_bits < kBits[family] && (at & span_of(free_bits + 1)) == 0 &&
               span_of(free_bits + 1) <= range.last - at) {
          ++free_bits;
        }
        out.push_back({address_of(at, family), kBits[family] - free_bits});
        const Number last = at + span_of(free_bits);
        if (last >= range.last) break;
        at = last + 1;
      }
    }
  }
  return out;
}

}  // namespace rampart::spf
