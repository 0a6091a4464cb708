#include "guard/inspect/model/clusters.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <string_view>

#include "base/text.h"

namespace rampart::guard::model {
namespace {

constexpr std::size_t kHashes = 48;
constexpr std::size_t kBandRows = 3;
constexpr std::size_t kBands = kHashes / kBandRows;
constexpr std::size_t kShingle = 3;  // words
using Signature = std::array<std::uint64_t, kHashes>;

// FNV-1a, then the finish of SplitMix64: nothing here has to withstand an attack.
std::uint64_t mix(std::uint64_t value) {
  value ^= value >> 30U;
  value *= 0xbf58476d1ce4e5b9ULL;
  value ^= value >> 27U;
  value *= 0x94d049bb133111ebULL;
  return value ^ value >> 31U;
}
std::uint64_t hash(std::string_view text) {
  std::uint64_t out = 0xcbf29ce484222325ULL;
  for (const char c : text) {
    out ^= static_cast<unsigned char>(c);
    out *= 0x100000001b3ULL;
  }
  return mix(out);
}

std::vector<std::uint64_t> shingles(std::string_view text) {
  text = text.substr(0, kMaxClusterText);
  std::vector<std::uint64_t> words;
  std::string word;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ' ';
    if (base::is_alnum(c) || static_cast<unsigned char>(c) >= 0x80) {
      const char shown = base::is_digit(c) ? '0' : base::to_lower(c);
      if (shown != '0' || word.empty() || word.back() != '0') word += shown;
    } else if (!word.empty()) {
      words.push_back(hash(word));
      word.clear();
    }
  }
  std::vector<std::uint64_t> out;
  out.reserve(words.size());
  for (std::size_t i = 0; i + kShingle <= words.size(); ++i) {
    std::uint64_t one = 0;
    for (std::size_t k = 0; k < kShingle; ++k) one = mix(one + words[i + k] + k);
    out.push_back(one);
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

Signature sign(std::span<const std::uint64_t> shingles) {
  Signature out;
  out.fill(std::numeric_limits<std::uint64_t>::max());
  for (const auto shingle : shingles)
    for (std::size_t i = 0; i < kHashes; ++i) out[i] = std::min(out[i], mix(shingle ^ mix(i + 1)));
  return out;
}

class Sets {
 public:
  explicit Sets(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t find(std::size_t one) {
    while (parent_[one] != one) one = parent_[one] = parent_[parent_[one]];
    return one;
  }
  void join(std::size_t a, std::size_t b) {
    a = find(a);
    b = find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parent_;
};

bool is_near(const Signature& a, const Signature& b) {
  std::size_t same = 0;
  for (std::size_t i = 0; i < kHashes; ++i) same += a[i] == b[i] ? 1 : 0;
  return static_cast<double>(same) >= kNear * static_cast<double>(kHashes);
}

}  // namespace

std::vector<std::size_t> cluster(std::span<const Document> documents) {
  Sets sets(documents.size());
  std::vector<Signature> signatures(documents.size());
  std::map<std::pair<std::size_t, std::uint64_t>, std::vector<std::size_t>> bands;
  std::map<std::string_view, std::size_t> keys;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    for (const auto& key : documents[i].keys) {
      const auto [at, is_new] = keys.try_emplace(key, i);
      if (!is_new) sets.join(at->second, i);
    }
    const auto of_text = shingles(documents[i].text);
    if (of_text.size() < kMinShingles) continue;
    signatures[i] = sign(of_text);
    for (std::size_t band = 0; band < kBands; ++band) {
      std::uint64_t key = 0;
      for (std::size_t row = 0; row < kBandRows; ++row)
        key = mix(key + signatures[i][band * kBandRows + row]);
      auto& others = bands[{band, key}];
      // One that is near is enough: it brings along the others of its cluster.
      for (const auto other : others) {
        if (sets.find(other) == sets.find(i)) break;
        if (is_near(signatures[other], signatures[i])) {
          sets.join(other, i);
          break;
        }
      }
      others.push_back(i);
    }
  }
  std::vector<std::size_t> out(documents.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = sets.find(i);
  return out;
}

}  // namespace rampart::guard::model
