// Messages' results read, collected and written: what a receiver's day costs.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "reports/write/collector.h"
#include "reports/write/report_file.h"

namespace rampart::reports {
namespace {

constexpr std::int64_t kMessages = 100'000;

Reporter reporter() {
  return {.domain = "mx.ministry.example",
          .organisation = "Ministry",
          .email = "dmarc@ministry.example",
          .contact = {},
          .generator = "Rampart"};
}

// Of 200 domains, each with addresses of its own.
const std::string& results() {
  static const auto kResults = [] {
    std::string out;
    for (std::int64_t i = 0; i < kMessages; ++i) {
      const auto domain = fmt::format("d{}.example", i % 200);
      MessageResult one;
      one.time = base::Time(std::chrono::seconds(1'764'028'800 + i % 86'400));
      one.source = base::IpAddress::v4(static_cast<std::uint32_t>(0xC0000200U + i / 200 % 250));
      one.header_from = one.envelope_from = domain;
      one.policy = {.domain = domain, .p = "reject"};
      one.disposition = Disposition::pass;
      one.dkim = one.spf = Aligned::pass;
      one.signatures = {{.seen = {domain, "s1", AuthResult::pass}},
                        {.seen = {"esp.example", "x", AuthResult::pass}}};
      one.spf_seen = SpfSeen{.domain = domain, .result = AuthResult::pass};
      one.rua = {"mailto:dmarc@" + domain};
      out += format_result(one) + '\n';
    }
    return out;
  }();
  return kResults;
}

void collect(benchmark::State& state) {
  for (auto _ : state) {
    Texts texts;
    auto collector = Collector::make(reporter(), texts);
    MemorySource source(results());
    const auto done =
        read_results(source, "r", [&](MessageResult&& one) { return collector->add(std::move(one)); });
    if (!done) state.SkipWithError("not read");
    benchmark::DoNotOptimize(collector->finish());
  }
  state.SetItemsProcessed(state.iterations() * kMessages);
}
BENCHMARK(collect)->Unit(benchmark::kMillisecond);

void write_files(benchmark::State& state) {
  Texts texts;
  auto collector = Collector::make(reporter(), texts);
  MemorySource source(results());
  (void)read_results(source, "r", [&](MessageResult&& one) { return collector->add(std::move(one)); });
  const auto all = collector->finish();
  std::size_t rows = 0;
  for (auto _ : state) {
    for (const auto& due : all) {
      benchmark::DoNotOptimize(report_file(due.report, texts, reporter()));
      rows += due.report.rows.size();
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(rows));
}
BENCHMARK(write_files)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rampart::reports

BENCHMARK_MAIN();
