// Aggregate reports read, over the floor: zlib's time to inflate the same files. RAMPART_REPORTS names a folder of gzip files.
#include <cstdlib>
#include <filesystem>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/file.h"
#include "reports/intake/intake.h"

namespace rampart::reports {
namespace {

constexpr std::size_t kMaxFile = std::size_t{64} << 20U;

const std::vector<std::string>& files() {
  static const auto kFiles = [] {
    std::vector<std::string> out;
    const auto* folder = std::getenv("RAMPART_REPORTS");
    if (folder == nullptr) return out;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (auto bytes = base::read_file(entry.path(), kMaxFile)) out.push_back(*std::move(bytes));
    }
    return out;
  }();
  return kFiles;
}

void inflate_alone(benchmark::State& state) {
  std::vector<char> room(std::size_t{256} << 10U);
  const UnpackLimits limits;
  Inflater inflater;
  for (auto _ : state) {
    for (const auto& file : files()) {
      Unpacked total;
      MemorySource packed(file);
      InflateSource inflated(packed, InflateSource::Form::gzip, inflater, limits, total);
      while (inflated.read(room).value_or(0) != 0) {
      }
      benchmark::DoNotOptimize(total.bytes);
    }
  }
}
BENCHMARK(inflate_alone)->Unit(benchmark::kMillisecond);

struct Counting : Taker, Unpacker {
  base::Result<Parts> unpack(std::string_view) override { return Parts{.parts = {}, .fault = "no"}; }
  base::Result<> take(Report&& report, const Origin&) override {
    rows += report.records;
    return {};
  }
  base::Result<> take(FailureReport&&, const Origin&) override { return {}; }
  base::Result<> take(TlsReport&&, const Origin&) override { return {}; }
  void set_aside(const Origin&, std::string_view) override { ++aside; }
  std::size_t rows = 0;
  std::size_t aside = 0;
};

void read_all(benchmark::State& state) {
  Counting counting;
  for (auto _ : state) {
    counting = {};
    Texts texts;
    Intake intake(texts, {}, base::now(), counting, counting);
    for (const auto& file : files()) {
      MemorySource source(file);
      if (!intake.read(source, "x")) state.SkipWithError("not read");
    }
  }
  state.counters["records"] = static_cast<double>(counting.rows);
  if (counting.aside != 0) state.SkipWithError("some were set aside");
}
BENCHMARK(read_all)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rampart::reports

BENCHMARK_MAIN();
