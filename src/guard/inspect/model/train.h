// Weights out of mail that is known to be honest or not: logistic regression over the strengths of signals, drawn towards what the
// catalogue thinks (signal/catalogue.h), so that a signal that the mail says little of keeps the weight that it was given.
//
//   const auto trained = train(examples, {});
//   trained.weights[…]          points, as Model reads them
//   cross_validate(examples, {.folds = 5}).scores[i]     of a model that saw nothing of example i's cluster
//
// Deterministic: no chance, no clock, sums in the order given. A cluster (clusters.h) counts as one message and is never split between
// folds; each class counts as much as the other. What speaks against a message never lowers its score: such weights are held to 0 and
// above, those of what speaks for one to 0 and below.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "guard/inspect/model/model.h"

namespace rampart::guard::model {

// All our own.
inline constexpr double kPriorStrength =
    2;  // how many messages' worth of doubt it takes to move a weight by one
inline constexpr std::size_t kMostSweeps = 2'000;  // over all weights
inline constexpr double kStillness = 1e-7;  // change of a weight in a sweep below which training has ended
inline constexpr std::size_t kDefaultFolds = 5;

struct Example {
  std::vector<signal::Signal> signals;
  bool is_phish = false;
  std::size_t cluster = 0;
};

struct TrainOptions {
  double prior_strength = kPriorStrength;
  std::size_t folds = kDefaultFolds;
};

struct Trained {
  std::array<double, signal::kCodes> weights{};  // points
  double bias = 0;                               // points; no message's score has it
  std::size_t sweeps = 0;
};
Trained train(std::span<const Example> examples, const TrainOptions& options);

struct CrossValidated {
  std::vector<double> scores;     // of each example, in points
  std::vector<std::size_t> fold;  // in which it was left out
};
CrossValidated cross_validate(std::span<const Example> examples, const TrainOptions& options);

// The lowest score that at most `rate` of the honest ones reach; above all of them where `rate` is less than one of them.
double threshold_at(std::span<const double> honest, double rate);

// A rate with the interval that Wilson gives it at 95 %.
struct Rate {
  std::size_t hits = 0;
  std::size_t of = 0;
  [[nodiscard]] double value() const {
    return of == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(of);
  }
  [[nodiscard]] double low() const;
  [[nodiscard]] double high() const;
};

// As TOML, for Model::parse(): the weights that are not 0, in the order of codes, to a tenth of a point; `remarks` as comments before.
std::string write_model(const Trained& trained, const std::string& name, double tag, double quarantine,
                        std::span<const std::string> remarks);

}  // namespace rampart::guard::model
