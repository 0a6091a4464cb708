#include "guard/inspect/model/train.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

namespace rampart::guard::model {
namespace {

constexpr double kMostStep = 1;                    // of a weight in a sweep, logits
constexpr double kConfidence = 1.959963984540054;  // standard deviations of 95 %
constexpr double kFloor = 1e-9;

struct Entry {
  std::uint32_t row = 0;
  double strength = 0;
};

double sigmoid(double z) { return z >= 0 ? 1 / (1 + std::exp(-z)) : std::exp(z) / (1 + std::exp(z)); }

// One problem: rows with their weights, and of each signal the rows that have it.
class Regression {
 public:
  Regression(std::span<const Example> examples, std::span<const std::uint32_t> chosen)
      : columns_(signal::kCodes) {
    std::map<std::size_t, double> sizes[2];
    for (const auto i : chosen) ++sizes[examples[i].is_phish ? 1 : 0][examples[i].cluster];
    const auto total = static_cast<double>(sizes[0].size() + sizes[1].size());
    rows_.reserve(chosen.size());
    for (const auto i : chosen) {
      const auto& example = examples[i];
      const auto& own = sizes[example.is_phish ? 1 : 0];
      const auto weight = total / 2 / static_cast<double>(own.size()) / own.at(example.cluster);
      for (const auto& signal : example.signals)
        columns_[static_cast<std::size_t>(signal.code)].push_back(
            {static_cast<std::uint32_t>(rows_.size()), signal.strength});
      rows_.push_back({.weight = weight, .target = example.is_phish ? 1.0 : 0.0});
    }
  }

  Trained solve(double prior_strength) {
    std::array<double, signal::kCodes> beta{};
    for (const auto& kind : signal::kinds()) {
      const auto j = static_cast<std::size_t>(kind.code_number);
      beta[j] = kind.prior;
      move(j, kind.prior);
    }
    double bias = 0;
    Trained out;
    for (; out.sweeps < kMostSweeps; ++out.sweeps) {
      double most = 0;
      const auto step = bias_step();
      bias += step;
      for (auto& row : rows_) row.z += step;
      most = std::abs(step);
      for (std::size_t j = 0; j < columns_.size(); ++j)
        most = std::max(most, improve(j, beta[j], prior_strength));
      if (most < kStillness) break;
    }
    for (std::size_t j = 0; j < beta.size(); ++j) out.weights[j] = beta[j] * kPointsPerLogit;
    out.bias = bias * kPointsPerLogit;
    return out;
  }

 private:
  struct Row {
    double weight = 0;
    double target = 0;
    double z = 0;
  };

  void move(std::size_t column, double by) {
    for (const auto& entry : columns_[column]) rows_[entry.row].z += by * entry.strength;
  }

  [[nodiscard]] double bias_step() const {
    double gradient = 0;
    double curve = kFloor;
    for (const auto& row : rows_) {
      const auto p = sigmoid(row.z);
      gradient += row.weight * (p - row.target);
      curve += row.weight * p * (1 - p);
    }
    return std::clamp(-gradient / curve, -kMostStep, kMostStep);
  }

  // A step of Newton's along one weight; how far it went.
  double improve(std::size_t column, double& beta, double prior_strength) {
    if (columns_[column].empty()) return 0;
    const auto& kind = signal::kinds()[column];
    double gradient = prior_strength * (beta - kind.prior);
    double curve = prior_strength + kFloor;
    for (const auto& entry : columns_[column]) {
      const auto& row = rows_[entry.row];
      const auto p = sigmoid(row.z);
      gradient += row.weight * (p - row.target) * entry.strength;
      curve += row.weight * p * (1 - p) * entry.strength * entry.strength;
    }
    auto next = beta + std::clamp(-gradient / curve, -kMostStep, kMostStep);
    next = kind.prior < 0 ? std::min(next, 0.0) : std::max(next, 0.0);
    const auto step = next - beta;
    move(column, step);
    beta = next;
    return std::abs(step);
  }

  std::vector<Row> rows_;
  std::vector<std::vector<Entry>> columns_;
};

double score_of(const Trained& trained, const Example& example) {
  double score = 0;
  for (const auto& signal : example.signals)
    score += trained.weights[static_cast<std::size_t>(signal.code)] * signal.strength;
  return std::max(score, 0.0);
}

double wilson(std::size_t hits, std::size_t of, double sign) {
  if (of == 0) return sign < 0 ? 0 : 1;
  const auto n = static_cast<double>(of);
  const auto p = static_cast<double>(hits) / n;
  const auto z = kConfidence;
  const auto middle = p + z * z / (2 * n);
  const auto reach = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return std::clamp((middle + sign * reach) / (1 + z * z / n), 0.0, 1.0);
}

}  // namespace

Trained train(std::span<const Example> examples, const TrainOptions& options) {
  std::vector<std::uint32_t> all(examples.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint32_t>(i);
  return Regression(examples, all).solve(options.prior_strength);
}

CrossValidated cross_validate(std::span<const Example> examples, const TrainOptions& options) {
  // Clusters one after another into the folds: those of each class by their number.
  const auto folds = std::max<std::size_t>(options.folds, 2);
  std::map<std::size_t, std::size_t> fold_of;
  CrossValidated out;
  out.scores.resize(examples.size());
  out.fold.resize(examples.size());
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const auto next = fold_of.size() % folds;
    out.fold[i] = fold_of.try_emplace(examples[i].cluster, next).first->second;
  }
  for (std::size_t fold = 0; fold < folds; ++fold) {
    std::vector<std::uint32_t> others;
    others.reserve(examples.size());
    for (std::size_t i = 0; i < examples.size(); ++i)
      if (out.fold[i] != fold) others.push_back(static_cast<std::uint32_t>(i));
    const auto trained = Regression(examples, others).solve(options.prior_strength);
    for (std::size_t i = 0; i < examples.size(); ++i)
      if (out.fold[i] == fold) out.scores[i] = score_of(trained, examples[i]);
  }
  return out;
}

double threshold_at(std::span<const double> honest, double rate) {
  if (honest.empty()) return 0;
  std::vector<double> sorted(honest.begin(), honest.end());
  std::ranges::sort(sorted, std::ranges::greater());
  const auto allowed = static_cast<std::size_t>(rate * static_cast<double>(sorted.size()));
  // Just above the first that may not reach it.
  const auto first = sorted[std::min(allowed, sorted.size() - 1)];
  return std::nextafter(first, first + 1);
}

double Rate::low() const { return wilson(hits, of, -1); }
double Rate::high() const { return wilson(hits, of, 1); }

std::string write_model(const Trained& trained, const std::string& name, double tag, double quarantine,
                        std::span<const std::string> remarks) {
  std::string out;
  for (const auto& remark : remarks) out += "# " + remark + "\n";
  // Thresholds are rounded up, so that nothing honest comes to reach them by it.
  const auto up = [](double value) { return std::ceil(value * 10) / 10; };
  out += fmt::format("name = \"{}\"\ntag = {:.1f}\nquarantine = {:.1f}\n\n[weights]\n", name, up(tag),
                     up(quarantine));
  for (const auto& kind : signal::kinds()) {
    const auto weight = std::round(trained.weights[static_cast<std::size_t>(kind.code_number)] * 10) / 10;
    if (weight != 0) out += fmt::format("{} = {:.1f}\n", kind.code, weight);
  }
  return out;
}

}  // namespace rampart::guard::model
