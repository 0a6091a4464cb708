// Near duplicates: mail of one campaign, one template or one list must not stand in training and in what it is measured by.
//
//   const auto of = cluster({{.text = subject + "\n" + shown, .keys = {"host evil.example"}}, …});
//   of[3] == of[7]        the two are near
//
// Texts are near when their shingles of three words overlap by half, as MinHash estimates it (48 values in 16 bands); digits count as
// one another. Time: linear in the bytes, and in the pairs that share a band. Deterministic.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace rampart::guard::model {

// All our own.
inline constexpr std::size_t kMaxClusterText = 16'384;  // bytes of a text that are looked at
inline constexpr double kNear = 0.5;                    // of the shingles of both
inline constexpr std::size_t kMinShingles = 8;          // of a text, so that it says anything

struct Document {
  std::string text;
  std::vector<std::string>
      keys;  // whoever shares one is near: the hash of a part, the same subject of a short text
};

// A number for each: the place of the first document of its cluster.
std::vector<std::size_t> cluster(std::span<const Document> documents);

}  // namespace rampart::guard::model
