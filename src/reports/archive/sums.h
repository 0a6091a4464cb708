// The rows of report_day added up, and the places of their texts: what those who read them share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "reports/archive/numbers.h"

namespace rampart::reports {

// What is added up to one row: `part` is whatever else tells rows apart.
struct SumKey {
  std::int64_t address = 0;
  std::int64_t outcome = 0;
  std::int64_t part = 0;

  friend bool operator==(const SumKey&, const SumKey&) = default;
  friend std::size_t hash_value(const SumKey& key) {
    constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15ULL;
    auto state = static_cast<std::uint64_t>(key.address) * kMix ^ static_cast<std::uint64_t>(key.outcome);
    state = (state ^ state >> 29U) * kMix ^ static_cast<std::uint64_t>(key.part);
    return static_cast<std::size_t>(state ^ state >> 32U);
  }
};

struct Sum {
  std::int64_t messages = 0;
  std::int64_t estimated = 0;
  std::int64_t first = 0;  // days
  std::int64_t last = 0;

  void add(std::int64_t day, std::int64_t more, std::int64_t more_estimated) {
    if (messages == 0) first = last = day;
    messages += more;
    estimated += more_estimated;
    first = std::min(first, day);
    last = std::max(last, day);
  }
};
using Sums = boost::unordered_flat_map<SumKey, Sum>;

// Numbers of the store become places, in the order of the texts, so that the same reports read the same from any store.
struct Places {
  boost::unordered_flat_map<std::int64_t, std::uint32_t> of;
  std::vector<std::pair<std::string, std::int64_t>> texts;

  explicit Places(const Names& names) {
    texts.reserve(names.size());
    for (const auto& [id, text] : names) texts.emplace_back(text, id);
    std::ranges::sort(texts);
    of.reserve(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) of.emplace(texts[i].second, static_cast<std::uint32_t>(i));
  }

  // What `parse` makes of each text, by place.
  template <class F>
  auto parsed(F&& parse) const {
    std::vector<decltype(parse(texts.front().first))> out;
    out.reserve(texts.size());
    for (const auto& [text, number] : texts) out.push_back(parse(text));
    return out;
  }
};

}  // namespace rampart::reports
