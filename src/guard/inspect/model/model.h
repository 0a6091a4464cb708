// What the signals of a message weigh together: a sum of weights, which are data, against thresholds, which are data too. Each weight
// stands in the verdict.
//
//   const auto judged = built_in_model().judge(signals);
//   judged.score                      63.5 points: what the signals below add up to
//   judged.level                      Level::tag
//   judged.contributions[0]           the strongest: its signal's place, and its points
//
// Linear, so that the points can be told; a pair of facts that means more than both is a signal of its own (signal/catalogue.h).
// The same input gives the same score to the last bit: sums are in the order of codes.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "guard/inspect/signal/signal.h"

namespace rampart::guard::model {

// All our own.
inline constexpr std::size_t kMaxModelBytes = std::size_t{1} << 20;
inline constexpr double kMaxWeight = 1000;        // points of one signal, either way
inline constexpr double kPointsPerLogit = 10;     // of natural logarithms of odds
inline constexpr double kMaxThreshold = 100'000;  // points

enum class Level : std::uint8_t { none, tag, quarantine };
std::string_view to_string(Level level);  // "quarantine"

struct Contribution {
  std::size_t signal = 0;  // its place among those judged
  double points = 0;
};

struct Judged {
  double score = 0;  // points; never below 0
  Level level = Level::none;
  std::vector<Contribution> contributions;  // of those that weigh anything, the strongest first
};

class Model {
 public:
  // From TOML (model/weights.toml). A signal that it does not name weighs nothing. Errors are of kind config, with
  // `file:line:column`: a code that there is not, a weight that is none, a tag threshold above that of quarantine.
  static base::Result<Model> parse(std::string_view text, const std::string& file);

  [[nodiscard]] Judged judge(std::span<const signal::Signal> signals) const;
  [[nodiscard]] double weight(signal::Code code) const { return weights_[static_cast<std::size_t>(code)]; }
  [[nodiscard]] double tag() const { return tag_; }
  [[nodiscard]] double quarantine() const { return quarantine_; }
  [[nodiscard]] const std::string& name() const { return name_; }  // "shipped 2026-11-28"
  // The same weights with other thresholds: those of the settings. A tag threshold above that of quarantine is brought down to it.
  [[nodiscard]] Model with_thresholds(double tag, double quarantine) const;

 private:
  std::array<double, signal::kCodes> weights_{};
  double tag_ = 0;
  double quarantine_ = 0;
  std::string name_;
};

// Points as people are shown them everywhere: "42.5", "40".
std::string tenths(double points);

// model/weights.toml, as it was when the program was built. Read at the first call; safe from any thread.
const Model& built_in_model();

}  // namespace rampart::guard::model
