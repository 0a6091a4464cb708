#include "guard/inspect/model/model.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "base/text.h"
#include "base/toml_reader.h"
#include "guard/inspect/model/built_in.h"

namespace rampart::guard::model {
namespace {

using base::Result;

constexpr std::string_view kLevelNames[] = {"none", "tag", "quarantine"};
constexpr std::size_t kMaxModelText = 300;  // bytes of one text
constexpr std::size_t kShown = 60;          // bytes of a wrong code that an error repeats

class Reader : base::TomlReader {
 public:
  explicit Reader(const std::string& file) : TomlReader(file, kMaxModelText) {}

  struct Read {
    std::string name;
    double tag = 0;
    double quarantine = 0;
    std::array<double, signal::kCodes> weights{};
  };

  Result<Read> read(const toml::table& top) const {
    TRY(only(top, {"name", "tag", "quarantine", "weights"}));
    Read out;
    const auto& at = top.source().begin;
    out.name = TRY(needed(top, "name", at));
    out.tag = TRY(number(top, "tag", kMaxThreshold));
    out.quarantine = TRY(number(top, "quarantine", kMaxThreshold));
    if (out.tag <= 0 || out.quarantine < out.tag)
      return wrong(at, "its thresholds are none: 0 < tag <= quarantine",
                   "write tag = 40.0 and quarantine = 60.0");
    const auto* weights = top.get("weights");
    const auto* table = weights == nullptr ? nullptr : weights->as_table();
    if (table == nullptr)
      return wrong(at, "it has no table [weights]", "have it written by rampart guard train");
    for (const auto& [key, value] : *table) {
      const auto* kind = signal::find_kind(key.str());
      if (kind == nullptr)
        return wrong(value.source().begin,
                     fmt::format("there is no signal \"{}\"", base::excerpt(key.str(), kShown)),
                     "rampart guard signals lists them");
      out.weights[static_cast<std::size_t>(kind->code_number)] = TRY(number(*table, key.str(), kMaxWeight));
    }
    return out;
  }

 private:
  Result<double> number(const toml::table& table, std::string_view key, double most) const {
    const auto* node = table.get(key);
    if (node == nullptr) return wrong(table.source().begin, fmt::format("it says nothing of {}", key));
    const auto value = node->value<double>();
    if (!value || !std::isfinite(*value) || std::abs(*value) > most)
      return wrong(node->source().begin, fmt::format("{} is no number from {} to {}", key, -most, most));
    return *value;
  }
};

}  // namespace

std::string_view to_string(Level level) { return kLevelNames[static_cast<std::size_t>(level)]; }

Result<Model> Model::parse(std::string_view text, const std::string& file) {
  const auto top = TRY(base::TomlReader::parse(text, file, kMaxModelBytes));
  auto read = TRY(Reader(file).read(top));
  Model out;
  out.weights_ = read.weights;
  out.tag_ = read.tag;
  out.quarantine_ = read.quarantine;
  out.name_ = std::move(read.name);
  return out;
}

Judged Model::judge(std::span<const signal::Signal> signals) const {
  Judged out;
  out.contributions.reserve(signals.size());
  for (std::size_t i = 0; i < signals.size(); ++i) {
    const auto points = weight(signals[i].code) * signals[i].strength;
    out.score += points;
    if (points != 0) out.contributions.push_back({i, points});
  }
  out.score = std::max(out.score, 0.0);
  std::ranges::sort(out.contributions, [](const Contribution& a, const Contribution& b) {
    return a.points != b.points ? a.points > b.points : a.signal < b.signal;
  });
  out.level = out.score >= quarantine_ ? Level::quarantine : out.score >= tag_ ? Level::tag : Level::none;
  return out;
}

Model Model::with_thresholds(double tag, double quarantine) const {
  Model out = *this;
  out.quarantine_ = quarantine;
  out.tag_ = std::min(tag, quarantine);
  return out;
}

std::string tenths(double points) { return fmt::format("{}", std::round(points * 10) / 10); }

const Model& built_in_model() {
  static const Model model = [] {
    const auto texts = built_in_models();
    auto read = texts.empty() ? base::fail(base::ErrorKind::config, "no model was built in")
                              : Model::parse(texts.front().text, std::string(texts.front().file));
    if (!read) {
      // A test proves that it never is.
      std::fputs(fmt::format("rampart: {}\n", read.error().message()).c_str(), stderr);
      std::abort();
    }
    return *std::move(read);
  }();
  return model;
}

}  // namespace rampart::guard::model
